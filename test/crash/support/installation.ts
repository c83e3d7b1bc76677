/** Servers as processes of the built package, to be killed and started again on the folder that they had. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { freePort } from '@penstock/core/testkit'
import { penstock } from '../../process/world.js'
import { writeTickSource } from './tick-source.js'

const bin = resolve(__dirname, '../../../core/bin/penstock.js')
/** Of real time: a loaded machine takes seconds for what takes 300 ms. */
const startLimit = 180_000

export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface InstallationOptions {
  /** SQLite in the data folder when absent. */
  readonly databaseUrl?: string
  /** Lines of penstock.yaml's `worker:` section. */
  readonly worker?: Readonly<Record<string, unknown>>
  /** Where the source's plugin runs: in the server, unless it is to have a process of its own. */
  readonly isolation?: 'none' | 'process'
  /** Another machine's installation, whose master key and artifacts this one shares. */
  readonly beside?: Installation
}

/** One running server. */
export interface ServerProcess {
  readonly pid: number
  /** Resolves at READY. Errors: when it ended before, or took three minutes, with what it said. */
  readonly ready: Promise<void>
  said(): string
  /** With -9: nothing of it runs any more when the promise resolves, but for what it started. */
  kill(): Promise<void>
  /** In good order. */
  stop(): Promise<void>
}

/** A machine's data folder and configuration; its servers listen at one address, one after the other. */
export class Installation {
  private readonly children = new Set<ChildProcess>()

  private constructor(
    readonly folder: string,
    readonly port: number,
    readonly options: InstallationOptions,
  ) {}

  static async create(options: InstallationOptions = {}): Promise<Installation> {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-crash-'))
    const made = new Installation(folder, await freePort(), options)
    mkdirSync(made.dataFolder, { mode: 0o700 })
    chmodSync(folder, 0o777) // builds, which run as somebody else than root, write into it
    writeTickSource(made.dataFolder)
    if (options.beside) symlinkSync(join(options.beside.dataFolder, 'artifacts'), join(made.dataFolder, 'artifacts'))
    writeFileSync(join(folder, 'penstock.yaml'), configuration(made))
    return made
  }

  get dataFolder(): string {
    return join(this.folder, 'data')
  }

  get address(): string {
    return `http://127.0.0.1:${this.port}`
  }

  /** Of a user who may do everything. */
  async createKeys(): Promise<Keys> {
    const made = await penstock(
      ['access-key', 'create', '--config', 'penstock.yaml', '--user', 'ci', '--output', 'json'],
      { cwd: this.folder },
    )
    if (made.status !== 0) throw new Error(`access-key create: ${made.err}`)
    return JSON.parse(made.out) as Keys
  }

  start(): ServerProcess {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PENSTOCK_')))
    const child = spawn(process.execPath, [bin, 'serve', '--config', 'penstock.yaml'], {
      cwd: this.folder,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.children.add(child)
    const orphan = () => child.kill('SIGKILL')
    process.once('exit', orphan)
    child.once('exit', () => {
      this.children.delete(child)
      process.off('exit', orphan)
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece) => {
        said += piece
      })
    }
    const ready = untilReady(child, () => said)
    ready.catch(() => {}) // whoever waits for it is told
    return {
      pid: child.pid ?? -1,
      ready,
      said: () => said,
      kill: () => end(child, 'SIGKILL'),
      stop: () => end(child, 'SIGTERM'),
    }
  }

  /** Ends what still runs and removes the folder. */
  async remove(): Promise<void> {
    for (const child of [...this.children]) await end(child, 'SIGKILL')
    rmSync(this.folder, { recursive: true, force: true })
  }
}

function configuration({ folder, port, options }: Installation): string {
  const { databaseUrl, worker, beside, isolation = 'none' } = options
  const opened = [folder, ...(beside ? [beside.folder] : [])]
  const lines = [
    `server: { port: ${port} }`,
    'dataDir: data',
    'log: { level: warn }',
    `worker: ${JSON.stringify({ concurrency: 8, sandbox: { writable: opened }, ...worker })}`,
    `plugins: { penstock-plugin-tick: { isolation: ${isolation} } }`,
    ...(databaseUrl === undefined ? [] : [`database: { url: ${JSON.stringify(databaseUrl)} }`]),
    ...(beside ? [`masterKeyFile: ${join(beside.dataFolder, 'secrets', 'master.key')}`] : []),
  ]
  return `${lines.join('\n')}\n`
}

async function untilReady(child: ChildProcess, said: () => string): Promise<void> {
  const deadline = Date.now() + startLimit
  while (!said().includes('READY ')) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended: ${said()}`)
    if (Date.now() > deadline) throw new Error(`the server is not ready after three minutes: ${said()}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** Where a file of this installation's tests may lie, outside the data folder. */
export function besideData({ dataFolder }: Installation, name: string): string {
  return join(dirname(dataFolder), name)
}
