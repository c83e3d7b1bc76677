/** A PostgreSQL database into a file and back, with PostgreSQL's own tools: a dump is of one moment. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { CommandFailed } from '../output.js'

/** Writes the dump. Errors: CommandFailed with what pg_dump said, or that it is not there. */
export async function dumpDatabase(url: string, file: string): Promise<void> {
  await run('pg_dump', url, ['--format=custom', '--no-owner', '--no-privileges', `--file=${file}`])
}

/** Brings a dump into an empty database, all or nothing. Errors: CommandFailed. */
export async function loadDatabase(url: string, file: string): Promise<void> {
  await refuseFilled(url)
  await run('pg_restore', url, ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction', file])
}

/** Nothing is ever written over. */
async function refuseFilled(url: string): Promise<void> {
  const { default: pg } = await import('pg')
  const client = new pg.Client({ connectionString: url })
  try {
    await client.connect()
    const { rows } = await client.query<{ count: number }>(
      "select count(*)::int as count from information_schema.tables where table_schema = 'public'",
    )
    const count = rows[0]?.count ?? 0
    if (count > 0)
      throw new CommandFailed(
        `the database ${shown(url)} is not empty (${count} tables): name a new one with database.url`,
      )
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    throw new CommandFailed(`the database ${shown(url)} cannot be used: ${(error as Error).message}`)
  } finally {
    await client.end().catch(() => {})
  }
}

/** The password goes through the environment: everybody can see a command's arguments. */
async function run(tool: 'pg_dump' | 'pg_restore', text: string, args: readonly string[]): Promise<void> {
  const url = new URL(text)
  const PGPASSWORD = decodeURIComponent(url.password)
  url.password = ''
  const env = { ...process.env, ...(PGPASSWORD === '' ? {} : { PGPASSWORD }) }
  const child = spawn(tool, [`--dbname=${url.href}`, ...args], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    said += piece
  })
  try {
    const [status] = (await once(child, 'close')) as [number | null]
    if (status !== 0) throw new CommandFailed(`${tool} failed: ${said.trim()}`)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
    throw new CommandFailed(
      `${tool} is not there, which a PostgreSQL database needs: apt-get install postgresql-client, of the server's version or a later one`,
    )
  }
}

function shown(text: string): string {
  const { host, pathname } = new URL(text)
  return `${host}${pathname}`
}
