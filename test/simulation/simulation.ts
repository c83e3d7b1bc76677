import type { Principal } from '../../core/src/domain/access.js'
import { actionTypeKey } from '../../core/src/domain/action-type.js'
import { isFault } from '../../core/src/domain/faults.js'
import type { Effect } from '../../core/src/engine/changes.js'
import { createEngine, type Engine } from '../../core/src/engine/engine.js'
import { defaultLeaseMs, LocalJobs } from '../../core/src/engine/local-jobs.js'
import type { EngineStore } from '../../core/src/engine/ports.js'
import { Sweeper } from '../../core/src/engine/sweeper.js'
import type { Operations } from '../../core/src/operations/table.js'
import { type Database, openSqlite } from '../../core/src/store/database.js'
import { createEngineStore } from '../../core/src/store/engine-store.js'
import { testCatalogue, typeIds, unguarded } from '../../core/test/engine/support.js'
import { Agenda } from './agenda.js'
import { Crash, type Faults, faulty, noFaults, unreachable } from './faulty-database.js'
import { type Habits, usualHabits } from './habits.js'
import { checkEverything, checkNow, declaredLost, type Told } from './invariants.js'
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
  /** How far its clock is ahead of the true time, milliseconds. */
  aheadMs: number
  /** It stands still until then. */
  pausedUntil: number
}

/** The queue as workers see it. */
export type WorkerJobs = Pick<LocalJobs, 'claim' | 'recover' | 'heartbeat' | 'succeed' | 'fail'>

const hourMs = 3_600_000

export interface SimulationOptions {
  readonly seed: number
  /** How many deeds of users are done before everything is left to come to rest. */
  readonly deeds?: number
  readonly trace?: (line: string) => void
  /** A defect planted on purpose, which the checks must find. */
  readonly mutant?: Mutant
  readonly habits?: Partial<Habits> | undefined
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
  /** Others are having their turn in the midst of a server's work. */
  private isMeanwhile = false
  /** A server sweeps. */
  private isSweeping = false
  private databaseAwayUntil = 0
  /** No beat of the calendar's until then, as in a night when clocks go back: nothing but sweeps goes on. */
  private beatSilentUntil = 0
  /** Of the database's clock, or of the one clock that all share. */
  private aheadMs = 0
  readonly habits: Habits
  /** Those that hang, and since when. */
  private readonly hung = new Map<SimulatedWorker, number>()
  private readonly hasClock: boolean
  private readonly isTimeTrue: boolean

  private constructor(
    private readonly options: SimulationOptions,
    readonly database: Database,
  ) {
    this.random = new Random(options.seed)
    this.habits = { ...usualHabits, ...options.habits }
    const { clocksDiffer } = this.habits
    this.hasClock = this.random.chance(0.5) || clocksDiffer === true
    this.isTimeTrue = this.random.chance(0.4) && clocksDiffer === undefined
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
      else if ((error as Error).name === 'DatabaseUnavailable') this.trace('the database is away')
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
    this.servers = names.map((name) => ({
      name,
      engine: undefined,
      operations: undefined,
      aheadMs: this.hasClock && !this.isTimeTrue ? this.random.int(-2 * hourMs, 2 * hourMs) : 0,
      pausedUntil: 0,
    }))
    for (const server of this.servers) this.boot(server)
    const workers = this.random.int(this.habits.leastWorkers, 3)
    for (let worker = 1; worker <= workers; worker++) this.hire(`worker${worker}`)
  }

  private hire(id: string): void {
    const worker = new SimulatedWorker(this, id, () => {
      const reached = this.servers.filter((one) => one.engine && one.pausedUntil <= this.agenda.now())
      const engine = reached.length > 0 ? this.random.pick(reached).engine : undefined
      const jobs = engine && new LocalJobs(engine)
      return jobs && (this.options.mutant?.plantAtWorkers?.(jobs, engine.store) ?? jobs)
    })
    const turn = async () => {
      await worker.turn()
      if (!this.resting && worker.isUp) this.befall(worker)
      this.agenda.add(this.random.int(500, 12_000), id, turn)
    }
    this.agenda.add(0, id, turn)
  }

  /** A worker may die, and come back; or hang, and go on. */
  private befall(worker: SimulatedWorker): void {
    const { id } = worker
    if (this.random.chance(0.003)) {
      this.trace(`${id} dies`)
      worker.die()
      this.agenda.add(this.random.int(1_000, 200_000), `${id} returns`, () => worker.revive())
    } else if (this.random.chance(this.habits.hangs)) {
      this.trace(`${id} hangs`)
      worker.hang()
      this.hung.set(worker, this.agenda.now())
      const [least, most] = this.habits.hungMs
      this.agenda.add(this.random.int(least, most), `${id} goes on`, async () => this.goOn(worker))
    }
  }

  private goOn(worker: SimulatedWorker): void {
    if (this.hung.delete(worker)) worker.goOn()
  }

  private boot(server: Server): void {
    const away = () => this.agenda.now() < this.databaseAwayUntil
    const database = faulty(this.database, {
      random: this.random,
      faults: () => this.faults,
      away,
      meanwhile: () => this.meanwhile(() => server.engine === engine),
      clock: this.hasClock ? () => this.agenda.now() + this.aheadMs : undefined,
    })
    const store = unreachable(this.mutated(createEngineStore(database)), away)
    const ahead = () => (this.hasClock ? server.aheadMs : this.aheadMs)
    const engine = createEngine({
      store,
      clock: { now: () => this.agenda.now() + ahead(), after: (ms, wake) => this.agenda.after(ms, wake) },
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
    return this.options.mutant?.plant?.(store, this.random) ?? store
  }

  /** A server's periodic work, as long as it lives. */
  private chores(server: Server, engine: Engine): void {
    const every = (ms: number, what: string, work: () => Promise<unknown>) => {
      const turn = async () => {
        if (server.engine !== engine) return
        const pausedMs = server.pausedUntil - this.agenda.now()
        if (pausedMs > 0) return void this.agenda.add(pausedMs, `${server.name} ${what}`, turn)
        await this.survive(work, server)
        this.agenda.add(ms + this.random.int(0, ms), `${server.name} ${what}`, turn)
      }
      this.agenda.add(this.random.int(0, ms), `${server.name} ${what}`, turn)
    }
    const sweeper = new Sweeper({
      engine,
      leaseMs: defaultLeaseMs,
      onRenewed: (leases, awayMs) => this.trace(`${server.name} renews ${leases} leases (${awayMs})`),
      onError: () => {},
    })
    every(4_000, 'sweeps', async () => {
      this.isSweeping = true
      await sweeper.sweep().finally(() => {
        this.isSweeping = false
      })
    })
    every(8_000, 'tells', async () => {
      if (this.agenda.now() < this.beatSilentUntil) return
      await engine.store.drainOutbox(async ({ effects }) => {
        for (const effect of effects) this.hear(effect)
      }, 20)
    })
  }

  /** Between a look and its writing others do what they do, for a moment. */
  private async meanwhile(lives: () => boolean): Promise<void> {
    if (this.isMeanwhile || this.resting || this.violations.length > 0) return
    this.isMeanwhile = true
    try {
      if (this.random.chance(0.15)) {
        for (let turns = this.random.int(1, 6); turns > 0; turns--) await this.agenda.step()
      }
      // A lease that is over is found in one statement and taken in another: between them its worker is heard of again.
      for (const [worker, since] of this.isSweeping ? [...this.hung] : []) {
        if (this.agenda.now() - since <= defaultLeaseMs || !this.random.chance(this.habits.goesOnMeanwhile)) continue
        this.goOn(worker)
        await worker.turn()
      }
    } finally {
      this.isMeanwhile = false
    }
    if (!lives()) throw new Crash('meanwhile')
  }

  /** What befalls machines: one stands still, the database is away, somebody sets a clock, a night has an hour twice. */
  private mishap(): void {
    const now = this.agenda.now()
    const what = this.random.int(1, this.isTimeTrue ? 2 : 4)
    if (what === 1) {
      const [first, ...others] = this.random.chance(0.5) ? this.servers : [this.random.pick(this.servers)]
      for (const server of [...(first ? [first] : []), ...others])
        server.pausedUntil = now + this.random.int(2_000, 200_000)
      this.trace(others.length > 0 ? 'all servers stand still' : `${first?.name} stands still`)
    } else if (what === 2) {
      this.databaseAwayUntil = now + this.random.int(1_000, 200_000)
      this.trace('the database goes away')
    } else if (what === 3) {
      const jump = this.random.pick([-hourMs, hourMs, 10 * 24 * hourMs, this.random.int(-120_000, 120_000)])
      const server = this.random.pick(this.servers)
      if (this.hasClock && this.random.chance(0.5)) server.aheadMs += jump
      else this.aheadMs += jump
      this.trace(`a clock is set by ${jump / 1000} s`)
    } else {
      this.beatSilentUntil = now + 2 * hourMs
      this.trace('an hour comes twice')
    }
  }

  private hear(effect: Effect): void {
    if (effect.kind === 'executionChanged') this.told.set(effect.pipelineExecutionId, effect.status)
  }

  private crash(server: Server, when: string): void {
    if (!server.engine) return
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
    if (this.random.chance(0.06)) this.mishap()
    if (!server.operations || !server.engine || server.pausedUntil > this.agenda.now()) return
    const { operations, engine } = server
    await this.survive(async () => {
      const line = await randomDeed(this.random, operations, engine.store.read, this.random.pick(this.pipelineNames))
      this.trace(line)
    }, server)
  }

  private async until(done: () => boolean): Promise<void> {
    let steps = 0
    while (!done() && this.violations.length === 0) {
      const what = await this.agenda.step()
      if (what === undefined) return
      if (++steps % 25 === 0) await this.check()
    }
  }

  private async check(): Promise<void> {
    this.violations.push(...(await checkNow(this.database, this.pipelineNames, this.isTimeTrue)))
    this.ledger.lost(await declaredLost(this.database))
    this.violations.push(...this.ledger.violations.splice(0))
  }

  /** Faults end, doors open, approvals are answered: everything must come to its end (liveness), and be consistent. */
  private async rest(): Promise<void> {
    if (this.violations.length > 0) return
    this.trace('rests')
    this.resting = true
    this.faults = calm
    this.databaseAwayUntil = 0
    this.beatSilentUntil = 0
    for (const server of this.servers) server.pausedUntil = 0
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
      this.violations.push(...(await checkEverything(this.database, this.pipelineNames, this.told, this.isTimeTrue)))
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
