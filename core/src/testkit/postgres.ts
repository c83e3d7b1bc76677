/** A PostgreSQL cluster of a test's own: made in a temporary folder, reached over a unix socket, gone afterwards. */
import { execFile } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type Account, unprivilegedAccount } from './account.js'
import { startTethered, type Tethered } from './tethered.js'

/**
 * A PostgreSQL that runs.
 * @example
 * const postgres: TestPostgres = await startPostgres()
 */
export interface TestPostgres {
  /** `postgresql://...` of an empty database; the user owns the cluster. */
  readonly url: string
  /** Makes one more empty database and answers its URL. */
  database(): Promise<string>
  /**
   * Ends the server, `fast` (transactions are rolled back and connections closed) or `immediate` (as a crash), and starts
   * it again on its data once `meanwhile` is done.
   */
  restart(mode: 'fast' | 'immediate', meanwhile?: () => Promise<void>): Promise<void>
  /** Ends the server and deletes its files. */
  stop(): Promise<void>
}

const installed = '/usr/lib/postgresql'
/** Generous: a loaded machine takes seconds for what takes 300 ms. */
const startLimit = 60_000

/** The newest installed version's bin folder; `undefined` when PostgreSQL is not installed. */
export function postgresFolder(): string | undefined {
  if (!existsSync(installed)) return undefined
  const versions = readdirSync(installed).sort((a, b) => Number(b) - Number(a))
  return versions.map((version) => join(installed, version, 'bin')).find((folder) => existsSync(join(folder, 'initdb')))
}

/**
 * Starts a cluster; it ends with this process at the latest. Runs as the `postgres` account when this process is root.
 * Errors: PostgreSQL is not installed; the server did not come up (with the end of its log).
 * @example
 * const postgres = await startPostgres()
 * await postgres.stop()
 */
export async function startPostgres(): Promise<TestPostgres> {
  const bin = postgresFolder()
  if (bin === undefined) throw new Error(`no PostgreSQL in ${installed}: apt-get install postgresql`)
  const account = unprivilegedAccount('postgres')
  const folder = mkdtempSync(join(tmpdir(), 'penstock-pg-'))
  if (process.getuid?.() === 0) chownSync(folder, account.uid, account.gid)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  try {
    await makeCluster(bin, folder, account)
    let server = await startCluster(bin, folder, account)
    return {
      url: urlOf(folder, 'postgres'),
      database: makeDatabase(folder),
      async restart(mode, meanwhile) {
        process.kill(server.pid, mode === 'fast' ? 'SIGINT' : 'SIGQUIT')
        await server.ended
        await meanwhile?.()
        server = await startCluster(bin, folder, account)
      },
      stop: () => server.stop().finally(remove),
    }
  } catch (error) {
    remove()
    throw error
  }
}

async function makeCluster(bin: string, folder: string, account: Account): Promise<void> {
  const identity = process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}
  const data = join(folder, 'data')
  const init = [
    '-D',
    data,
    '-U',
    'penstock',
    '-A',
    'trust',
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]
  await promisify(execFile)(join(bin, 'initdb'), init, {
    ...identity,
    cwd: folder,
  })
}

async function startCluster(bin: string, folder: string, account: Account): Promise<Tethered> {
  const data = join(folder, 'data')
  const log = join(folder, 'log')
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  const before = said().length
  // No TCP at all: no port to collide with, nothing to reach from elsewhere. Durability is not what these tests are about.
  const settings = ['listen_addresses=', `unix_socket_directories=${folder}`, 'fsync=off', 'max_connections=60']
  const server = startTethered([join(bin, 'postgres'), '-D', data, ...settings.flatMap((setting) => ['-c', setting])], {
    cwd: folder,
    log,
    signal: 'INT',
    ...(process.getuid?.() === 0 ? { account } : {}),
  })
  let over = false
  const end = () => {
    over = true
  }
  void server.ended.then(end, end)
  const deadline = Date.now() + startLimit
  while (!said().slice(before).includes('ready to accept connections')) {
    if (over || Date.now() > deadline) {
      await server.stop()
      throw new Error(`PostgreSQL did not start:\n${said().slice(-2000)}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return server
}

function urlOf(folder: string, database: string): string {
  return `postgresql://penstock@localhost/${database}?host=${encodeURIComponent(folder)}`
}

function makeDatabase(folder: string): () => Promise<string> {
  let count = 0
  return async () => {
    const { default: pg } = await import('pg')
    const client = new pg.Client({
      connectionString: urlOf(folder, 'postgres'),
    })
    await client.connect()
    const name = `test_${++count}`
    await client.query(`create database ${name}`).finally(() => client.end())
    return urlOf(folder, name)
  }
}
