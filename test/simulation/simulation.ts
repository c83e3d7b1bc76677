import type { Principal } from '../../core/src/domain/access.js'
import { actionTypeKey } from '../../core/src/domain/action-type.js'
import { isFault } from '../../core/src/domain/faults.js'
import type { Effect } from '../../core/src/engine/changes.js'
import { createEngine, type Engine } from '../../core/src/engine/engine.js'
import { LocalJobs } from '../../core/src/engine/local-jobs.js'
import type { EngineStore } from '../../core/src/engine/ports.js'
import { sweep } from '../../core/src/engine/sweep.js'
import type { Operations } from '../../core/src/operations/table.js'
import { type Database, openSqlite } from '../../core/src/store/database.js'
import { createEngineStore } from '../../core/src/store/engine-store.js'
import { testCatalogue, typeIds, unguarded } from '../../core/test/engine/support.js'
import { Agenda } from './agenda.js'
import { Crash, type Faults, faulty, noFaults } from './faulty-database.js'
import { checkEverything, checkNow, type Told } from './invariants.js'
import { Ledger } from './ledger.js'
import type { Mutant } from './mutants.js'
import { randomPipeline } from './pipelines.js'
import { Random } from './random.js'
import { randomDeed } from './users.js'
import { SimulatedWorker } from './worker.js'

export const user: Principal = {
  name: 'someone',
  arn: 'arn:aws:iam::123456789012:user/someone',
  policies: ['AWSCodePipeline_FullAccess'],
}

/** One server process: an engine that may be down. */
interface Server {
  readonly name: string
  engine: Engine | undefined
  operations: Operations | undefined
}

export interface SimulationOptions {
  readonly seed: number
  /** How many deeds of users are done before everything is left to come to rest. */
  readonly deeds?: number
  readonly trace?: (line: string) => void
  /** A defect planted on purpose, which the checks must find. */
  readonly mutant?: Mutant
}

export interface SimulationResult {
  readonly executions: number
  readonly violations: readonly string[]
}

const calm: Faults = noFaults
const storm: Faults = { crashBefore: 0.004, crashAfter: 0.004, diskFull: 0.004 }

/** Some servers, some workers, some users, and everything that can go wrong, by one seed. */
export class Simulation {
  readonly random: Random
  readonly agenda = new Agenda()
  readonly ledger = new Ledger()
  readonly told: Told = new Map()
  readonly pipelineNames: string[] = []
  readonly typeKeys = [...Object.values(typeIds).map(actionTypeKey), 'Invoke/AWS/Rule:VariableCheck/1']
  private faults = storm
  private servers: Server[] = []
  private violations: string[] = []
  private resting = false

  private constructor(
    private readonly options: SimulationOptions,
    readonly database: Database,
  ) {
    this.random = new Random(options.seed)
  }

  static async run(options: SimulationOptions): Promise<SimulationResult> {
    const database = await openSqlite(':memory:')
    const simulation = new Simulation(options, database)
    try {
      return await simulation.play()
    } finally {
      await database.close()
    }
  }

  /** What a message's sender or receiver sees of a bad network. */
  loses(): boolean {
    return !this.resting && this.random.chance(0.02)
  }

  repeats(): boolean {
    return this.random.chance(0.05)
  }

  trace(line: string): void {
    this.options.trace?.(`${new Date(this.agenda.now()).toISOString()} ${line}`)
  }

  /** Does something that may find the server dead, the disk full, or the wish refused. */
  async survive(work: () => Promise<unknown>, server?: Server): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (error instanceof Crash) this.crash(server ?? this.random.pick(this.servers), error.message)
      else if ((error as Error).name === 'StorageFull') this.trace('disk full')
      else if (isFault(error)) this.trace(`refused: ${error.code}`)
      else this.violations.push(`defect: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
    }
  }

  private async play(): Promise<SimulationResult> {
    this.build()
    const { deeds = 60 } = this.options
    for (let pipeline = 0; pipeline < this.random.int(1, 2); pipeline++) await this.create(pipeline)
    for (let deed = 0; deed < deeds && this.violations.length === 0; deed++) {
      this.agenda.add(this.random.int(0, deeds * 8_000), 'user', () => this.deed())
    }
    await this.until(() => this.agenda.now() > this.started + deeds * 8_000)
    await this.rest()
    const executions = await this.count()
    return { executions, violations: [...this.violations, ...this.ledger.violations] }
  }

  private readonly started = this.agenda.now()

  private build(): void {
    const names = Array.from({ length: this.random.int(1, 3) }, (_, index) => `server${index + 1}`)
    this.servers = names.map((name) => ({ name, engine: undefined, operations: undefined }))
    for (const server of this.servers) this.boot(server)
    for (let worker = 1; worker <= this.random.int(1, 3); worker++) this.hire(`worker${worker}`)
  }

  private hire(id: string): void {
    const worker = new SimulatedWorker(this, id, () => {
      const engine = this.random.pick(this.servers).engine
      return engine && new LocalJobs(engine)
    })
    const turn = async () => {
      await worker.turn()
      if (!this.resting && this.random.chance(0.003)) {
        this.trace(`${id} dies`)
        worker.die()
        this.agenda.add(this.random.int(1_000, 200_000), `${id} returns`, () => worker.revive())
      }
      this.agenda.add(this.random.int(500, 12_000), id, turn)
    }
    this.agenda.add(0, id, turn)
  }

  private boot(server: Server): void {
    const database = faulty(this.database, this.random, () => this.faults)
    const store = this.mutated(createEngineStore(database))
    const engine = createEngine({
      store,
      clock: this.agenda,
      types: testCatalogue({}, 10),
      region: 'eu-central-1',
      accountId: '123456789012',
      bucket: 'codepipeline-eu-central-1-1234567890',
      newId: () => this.random.uuid(),
    })
    server.engine = engine
    server.operations = unguarded({
      engine,
      publicUrl: () => 'http://localhost',
      credentialsFor: async () => ({ accessKeyId: 'A', secretAccessKey: 'B', sessionToken: 'C' }),
      clientTokenKey: 'key',
    })
    this.chores(server, engine)
  }

  private mutated(store: EngineStore): EngineStore {
    return this.options.mutant ? this.options.mutant.plant(store, this.random) : store
  }

  /** A server's periodic work, as long as it lives. */
  private chores(server: Server, engine: Engine): void {
    const every = (ms: number, what: string, work: () => Promise<unknown>) => {
      const turn = async () => {
        if (server.engine !== engine) return
        await this.survive(work, server)
        this.agenda.add(ms + this.random.int(0, ms), `${server.name} ${what}`, turn)
      }
      this.agenda.add(this.random.int(0, ms), `${server.name} ${what}`, turn)
    }
    every(15_000, 'sweeps', () => sweep(engine))
    every(8_000, 'tells', () =>
      engine.store.drainOutbox(async ({ effects }) => {
        for (const effect of effects) this.hear(effect)
      }, 20),
    )
  }

  private hear(effect: Effect): void {
    if (effect.kind === 'executionChanged') this.told.set(effect.pipelineExecutionId, effect.status)
  }

  private crash(server: Server, when: string): void {
    this.trace(`${server.name} crashes ${when}`)
    server.engine = undefined
    server.operations = undefined
    this.agenda.add(this.random.int(100, 60_000), `${server.name} restarts`, async () => this.boot(server))
  }

  private async create(index: number): Promise<void> {
    const name = `pipeline${index + 1}`
    this.pipelineNames.push(name)
    const pipeline = randomPipeline(this.random, name)
    this.trace(`creates ${name} (${pipeline.executionMode}, ${pipeline.stages.length} stages)`)
    this.faults = calm
    await this.survive(async () => this.servers[0]?.operations?.createPipeline(user, { pipeline }))
    this.faults = storm
  }

  private async deed(): Promise<void> {
    const server = this.random.pick(this.servers)
    if (!server.operations || !server.engine) return
    const { operations, engine } = server
    await this.survive(async () => {
      const line = await randomDeed(this.random, operations, engine.store.read, this.random.pick(this.pipelineNames))
      this.trace(line)
    }, server)
    if (this.random.chance(0.01)) this.agenda.jump(this.random.int(0, 120_000))
  }

  private async until(done: () => boolean): Promise<void> {
    let steps = 0
    while (!done() && this.violations.length === 0) {
      const what = await this.agenda.step()
      if (what === undefined) return
      if (++steps % 25 === 0) this.violations.push(...(await checkNow(this.database, this.pipelineNames)))
    }
  }

  /** Faults end, doors open, approvals are answered: everything must come to its end (liveness), and be consistent. */
  private async rest(): Promise<void> {
    if (this.violations.length > 0) return
    this.trace('rests')
    this.resting = true
    this.faults = calm
    for (const server of this.servers) if (!server.engine) this.boot(server)
    const limit = this.agenda.now() + 24 * 3_600_000
    while (this.agenda.now() < limit && this.violations.length === 0) {
      await this.openEverything()
      const pause = this.agenda.now() + 120_000
      await this.until(() => this.agenda.now() > pause)
      if ((await this.count('live')) === 0) break
    }
    const settled = this.agenda.now() + 400_000 // leases end, the outbox empties
    await this.until(() => this.agenda.now() > settled)
    if (this.violations.length === 0)
      this.violations.push(...(await checkEverything(this.database, this.pipelineNames, this.told)))
  }

  private async openEverything(): Promise<void> {
    const server = this.servers[0]
    for (const name of this.pipelineNames) {
      const pipeline = await server?.engine?.store.read.pipeline(name)
      for (const stage of pipeline?.declaration.stages ?? []) {
        const door = { pipelineName: name, stageName: stage.name, transitionType: 'Inbound' as const }
        await this.survive(async () => server?.operations?.enableStageTransition(user, door))
      }
    }
  }

  private async count(which: 'all' | 'live' = 'all'): Promise<number> {
    let query = this.database.db.selectFrom('executions').select((q) => q.fn.countAll().as('n'))
    if (which === 'live') query = query.where('live', '=', 1)
    const row = await query.executeTakeFirst()
    return Number(row?.n ?? 0)
  }
}
