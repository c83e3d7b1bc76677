/** Builds run while their server is killed, at moments that a seed decides, and started again. */
import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { readStatus } from '../../../core/src/worker/step-files.js'
import type { Random } from '../../simulation/random.js'
import { Client } from './client.js'
import { besideData, type Installation, type ServerProcess } from './installation.js'
import { declare, type Places, type Plan } from './pipelines.js'
import { actionsInHand, type Sight, sighted, sights } from './sights.js'

export interface OrdealOptions {
  readonly plans: readonly Plan[]
  readonly random: Random
  readonly kills: number
}

/** A start that was asked for; without an answer it is asked for again, with the same token. */
export interface Asked {
  readonly pipeline: string
  readonly token: string
  executionId?: string
}

/** What happened, as far as it was seen from outside. */
export interface Story {
  readonly asked: readonly Asked[]
  /** Logs that were read while their builds ran, by action execution. */
  readonly read: ReadonlyMap<string, string>
  /** Action executions whose step was killed with all that could have told how it ended. */
  readonly mayBeLost: ReadonlySet<string>
  /** How many actions were that far when their server was killed. */
  readonly met: ReadonlyMap<Sight, number>
}

export class Ordeal {
  readonly places: Places
  private readonly asked: Asked[] = []
  private readonly read = new Map<string, string>()
  private readonly mayBeLost = new Set<string>()
  private readonly met = new Map<Sight, number>()
  private readonly asking = new Set<Promise<void>>()

  constructor(
    readonly installation: Installation,
    readonly client: Client,
    readonly options: OrdealOptions,
  ) {
    this.places = { ledger: besideData(installation, 'ledger'), revision: besideData(installation, 'revision') }
  }

  /** Kills and starts as often as was asked for; the last server is left running, with everything at rest. */
  async run(): Promise<{ story: Story; server: ServerProcess }> {
    const { installation, client } = this
    const { plans, kills } = this.options
    writeFileSync(this.places.revision, 'r1')
    let server = installation.start()
    await server.ready
    for (const plan of plans) await client.createPipeline(declare(plan, this.places))
    for (let kill = 0; kill < kills; kill++) {
      await this.live(server)
      await server.kill()
      for (const { sight } of actionsInHand(installation.dataFolder))
        this.met.set(sight, (this.met.get(sight) ?? 0) + 1)
      await delay(this.options.random.pick([0, 0, 50, 300]))
      server = installation.start()
    }
    await server.ready
    await this.comeToRest()
    const { asked, read, mayBeLost, met } = this
    return { story: { asked, read, mayBeLost, met }, server }
  }

  /** The life of one server, up to the moment of its end. */
  private async live(server: ServerProcess): Promise<void> {
    const { random } = this.options
    // One in five does not even get to say that it is ready: the taking up of what was left is interrupted, too.
    if (random.chance(0.2)) return delay(random.int(0, 600))
    await server.ready
    for (let count = random.int(1, 2); count > 0; count--) this.askFor(random.pick(this.options.plans).name)
    this.askAgain()
    if (random.chance(0.3)) this.watch(this.peek())
    const longest = random.pick([80, 400, 1500])
    if (random.chance(0.5)) await sighted(this.installation.dataFolder, random.pick(sights), longest)
    else await delay(random.int(0, longest))
    if (random.chance(0.15)) this.murder()
  }

  private askFor(pipeline: string): void {
    this.asked.push({ pipeline, token: randomUUID() })
  }

  private askAgain(): void {
    for (const one of this.asked) if (one.executionId === undefined) this.watch(this.ask(one))
  }

  private async ask(one: Asked): Promise<void> {
    one.executionId = await this.client.start(one.pipeline, one.token)
  }

  /** What fails because the server was killed meanwhile is nothing to speak of. */
  private watch(task: Promise<void>): void {
    const quiet = task.catch(() => {}).finally(() => this.asking.delete(quiet))
    this.asking.add(quiet)
  }

  /** Reads the logs of what runs. */
  private async peek(): Promise<void> {
    for (const { id } of actionsInHand(this.installation.dataFolder)) {
      for (const { name } of this.options.plans) {
        const text = await this.client.log(name, id)
        if (text !== undefined) this.read.set(id, text)
      }
    }
  }

  /** Ends a step's supervisor with -9, as the kernel does when memory is out. */
  private murder(): void {
    const running = actionsInHand(this.installation.dataFolder).filter(({ sight }) => sight === 'begun')
    if (running.length === 0) return
    const { id, step } = this.options.random.pick(running)
    const { pid } = readStatus(step).start ?? {}
    if (pid === undefined) return // cleared up just now
    this.mayBeLost.add(id)
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It was faster.
    }
  }

  private async comeToRest(): Promise<void> {
    await Promise.all(this.asking)
    let [open, since] = [Number.POSITIVE_INFINITY, Date.now()]
    for (;;) {
      this.askAgain()
      await Promise.all(this.asking)
      const all = await Promise.all(this.options.plans.map(({ name }) => this.client.executions(name)))
      const live = all.flat().filter(({ status }) => status === 'InProgress' || status === 'Stopping')
      const unanswered = this.asked.filter(({ executionId }) => executionId === undefined).length
      if (live.length + unanswered === 0) return
      // However much there is to do and however busy the machine is: what ends nothing for three minutes stands still.
      if (live.length + unanswered !== open) [open, since] = [live.length + unanswered, Date.now()]
      if (Date.now() > since + 180_000) throw new Error(`nothing ended for three minutes: ${JSON.stringify(live)}`)
      await delay(100)
    }
  }
}
