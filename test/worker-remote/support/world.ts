/** A server that runs no actions itself, a network, and workers as processes of the built package. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Clock, type PipelineDeclaration, systemClock, type Views } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'
import { startPostgres, type TestPostgres } from '@penstock/core/testkit'
import { writeTickSource } from '../../crash/support/tick-source.js'
import { Network } from './network.js'

const bin = resolve(__dirname, '../../../core/bin/penstock.js')

export interface WorkerProcess {
  readonly child: ChildProcess
  said(): string
  end(signal: NodeJS.Signals): Promise<number | null>
}

interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Waits for real processes and networks; a loaded machine takes its time. */
export async function until<T>(
  look: () => Promise<T | undefined | false> | T | undefined | false,
  what: string,
): Promise<T> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (Date.now() > deadline) throw new Error(`not within two minutes: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

interface WorkOptions {
  readonly keys?: Keys
  readonly args?: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}

/** The workers elsewhere do everything, and are lost as soon as the configuration lets them be. */
const elsewhere = { 'worker.enabled': false, 'worker.leaseSeconds': 30 }

export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'penstock-remote-'))
  readonly network = new Network(() => this.detour ?? this.server.port)
  /** The port that the network leads to instead of the server's. */
  detour: number | undefined
  #postgres: TestPostgres | undefined
  readonly #workers = new Set<WorkerProcess>()
  /** Milliseconds by which the server's clock is ahead. */
  skew = 0
  server!: RunningServer
  keys!: Keys

  /** The server's database: SQLite, or a PostgreSQL of this world's own. */
  constructor(readonly dialect: 'SQLite' | 'PostgreSQL' = 'SQLite') {}

  async start(overrides: Record<string, unknown> = elsewhere): Promise<void> {
    if (this.dialect === 'PostgreSQL') this.#postgres = await startPostgres()
    const data = join(this.folder, 'server')
    mkdirSync(join(data, 'secrets', 'named'), { recursive: true, mode: 0o700 })
    writeFileSync(join(data, 'secrets', 'named', 'api-key'), 'correct horse battery\n', { mode: 0o600 })
    writeTickSource(data)
    writeFileSync(join(this.folder, 'revision'), 'r1\n')
    const worker = `worker: { sandbox: { writable: [${this.folder}] } }\n`
    writeFileSync(
      join(this.folder, 'penstock.yaml'),
      `${worker}plugins:\n  penstock-plugin-tick: { isolation: none }\n`,
    )
    chmodSync(this.folder, 0o777) // builds, which run as somebody else than root, write into it
    await this.startServer(overrides)
    this.keys = await this.keysOf('PenstockWorkerAccess')
    await this.network.start()
  }

  async startServer(overrides: Record<string, unknown> = elsewhere, port = 0): Promise<void> {
    const clock: Clock = { now: () => Date.now() + this.skew, after: (ms, wake) => systemClock.after(ms, wake) }
    this.server = await startServer({
      file: join(this.folder, 'penstock.yaml'),
      dataDir: join(this.folder, 'server'),
      port,
      env: {},
      clock,
      overrides: { ...overrides, ...(this.#postgres ? { 'database.url': this.#postgres.url } : {}) },
      writeLog: () => {},
    })
  }

  keysOf(...policies: Parameters<RunningServer['services']['access']['createAccessKey']>[1]): Promise<Keys> {
    return this.server.services.access.createAccessKey('builder', policies)
  }

  /** A worker on the folder `name`, which is ready when the promise resolves. */
  async work(name: string, options: WorkOptions = {}): Promise<WorkerProcess> {
    const worker = this.beginToWork(name, options)
    await this.working(worker)
    return worker
  }

  /** As `work`, but for the waiting. */
  beginToWork(name: string, options: WorkOptions = {}): WorkerProcess {
    const data = join(this.folder, name)
    if (!existsSync(data)) {
      mkdirSync(data, { mode: 0o700 })
      writeTickSource(data)
    }
    return this.spawn(
      ['worker', '--endpoint', this.network.endpoint, '--data', data, '--name', name, ...(options.args ?? [])],
      options.keys,
      options.env,
    )
  }

  /** Resolves when it is ready, or has ended. */
  async working({ said, child }: WorkerProcess): Promise<void> {
    await until(() => said().includes('WORKING ') || child.exitCode !== null, 'the worker works')
  }

  spawn(
    args: readonly string[],
    { accessKeyId, secretAccessKey } = this.keys,
    more: NodeJS.ProcessEnv = {},
  ): WorkerProcess {
    const env = {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      ...more,
    }
    const child = spawn(process.execPath, [bin, ...args], { cwd: this.folder, env, stdio: ['ignore', 'pipe', 'pipe'] })
    let said = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (piece) => {
        said += piece
      })
    }
    const worker: WorkerProcess = {
      child,
      said: () => said,
      end: async (signal) => {
        child.kill(signal)
        if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
        this.#workers.delete(worker)
        return child.exitCode
      },
    }
    this.#workers.add(worker)
    return worker
  }

  /** A pipeline of one source and these shell scripts, one stage each. Answers when its first execution began. */
  async build(name: string, scripts: readonly string[], provider = 'Shell'): Promise<string> {
    const { operations, identity } = this.server.services
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    const build = scripts.map((command, i) => ({
      name: `Stage${i + 1}`,
      actions: [
        {
          name: `Run${i + 1}`,
          actionTypeId: { category: 'Build', owner: 'Custom', provider, version: '1' },
          ...(provider === 'Shell'
            ? {
                configuration: { Command: command },
                environmentVariables: [{ name: 'KEY', value: '{{secret:api-key}}' }],
              }
            : {}),
          inputArtifacts: [{ name: i === 0 ? 'code' : `out${i}` }],
          outputArtifacts: [{ name: `out${i + 1}` }],
        },
      ],
    }))
    const pipeline = {
      name,
      roleArn: 'arn:aws:iam::000000000000:role/penstock',
      artifactStore: { type: 'S3', location: identity.bucket },
      pipelineType: 'V2',
      stages: [
        {
          name: 'Source',
          actions: [
            {
              name: 'Fetch',
              actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Tick', version: '1' },
              configuration: { File: join(this.folder, 'revision') },
              outputArtifacts: [{ name: 'code' }],
            },
          ],
        },
        ...build,
      ],
    } as unknown as PipelineDeclaration
    await operations.createPipeline(by, { pipeline, tags: [] })
    return until(async () => {
      const { pipelineExecutionSummaries: [first] = [] } = await operations.listPipelineExecutions(by, {
        pipelineName: name,
      })
      return first?.pipelineExecutionId
    }, `an execution of ${name}`)
  }

  /** The action once it was begun. */
  async action(pipeline: string, name: string): Promise<Views.ActionExecutionDetail | undefined> {
    const { operations } = this.server.services
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    const { actionExecutionDetails = [] } = await operations.listActionExecutions(by, { pipelineName: pipeline })
    return actionExecutionDetails.find(({ actionName }) => actionName === name)
  }

  /** The action once it is over. */
  ended(pipeline: string, name: string): Promise<Views.ActionExecutionDetail> {
    return until(async () => {
      const action = await this.action(pipeline, name)
      return action && action.status !== 'InProgress' ? action : undefined
    }, `${pipeline}/${name} ends`)
  }

  /** What a page would show of an action's log now. */
  async log(pipeline: string, name: string): Promise<{ text: string; complete: boolean }> {
    const action = await this.action(pipeline, name)
    let text = ''
    for (let from = 0; action; ) {
      const chunk = await this.server.services.logs.read(action.actionExecutionId ?? '', from, 1024 * 1024)
      if (!chunk) break
      text += chunk.text
      if (chunk.complete || chunk.next === from) return { text, complete: chunk.complete }
      from = chunk.next
    }
    return { text, complete: false }
  }

  async wholeLog(pipeline: string, name: string): Promise<string> {
    const log = await until(async () => {
      const found = await this.log(pipeline, name)
      return found.complete && found
    }, `the whole log of ${pipeline}/${name}`)
    return log.text
  }

  /** Lines that builds wrote to a file outside of Penstock. */
  ledger(): string[] {
    const file = join(this.folder, 'ledger')
    return existsSync(file) ? readFileSync(file, 'utf8').split('\n').slice(0, -1) : []
  }

  /** With -9: what a test that failed left running. */
  async endWorkers(): Promise<void> {
    for (const worker of [...this.#workers]) await worker.end('SIGKILL')
  }

  async stop(): Promise<void> {
    await this.endWorkers()
    this.network.stop()
    await this.server?.stop()
    await this.#postgres?.stop()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
