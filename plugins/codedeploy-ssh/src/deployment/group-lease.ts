/**
 * Who deploys a group, over all servers: one name in `api.state`, which its holder writes anew again and again. Whoever waits
 * goes by its version alone, so that servers' clocks may differ; a name that nobody has written for two minutes is free.
 */
import { type Clock, isStateConflict, JobFailed, type PluginState, type StateValue, sleep } from '@penstock/core'

/** Milliseconds between two writings by the holder. */
const RENEW = 15_000
/**
 * Milliseconds without a writing after which the holder counts as lost: longer than a job outlives its server (90 s), so
 * that a server that comes back in time goes on with what it had begun.
 */
export const LOST_AFTER = 120_000
/** Milliseconds between two looks of who waits. */
const LOOK = 1000

export interface Lease {
  /** What holds it: the same after a restart, which takes it up at once. */
  readonly holder: string
  /** For people: who deploys, and at which machine. */
  readonly by: string
  readonly since: number
  readonly beat: number
}

export interface LeaseRequest {
  readonly holder: string
  readonly by: string
  readonly clock: Clock
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Told once of each holder that is waited for. */
  readonly onWait: (holder: Lease) => void
}

export class GroupLease {
  private cancel: (() => void) | undefined
  private readonly taken = new AbortController()
  private writing: Promise<void> = Promise.resolve()

  private constructor(
    private readonly state: PluginState,
    private readonly key: string,
    private readonly lease: Lease,
    private version: string,
    private readonly clock: Clock,
  ) {
    this.renewSoon()
  }

  /** Waits for its turn. Errors: the signal's reason. */
  static async take(state: PluginState, group: string, request: LeaseRequest): Promise<GroupLease> {
    const { holder, by, clock, signal, onWait } = request
    const key = keyOf(group)
    const watch = new Watch(clock)
    for (let told = ''; ; ) {
      const found = await state.get<Lease>(key)
      // Whoever holds it already has something to end on the hosts, also when it is stopped before it is back.
      if (found?.value.holder !== holder) signal.throwIfAborted()
      if (found === undefined || found.value.holder === holder || watch.isLost(found)) {
        const lease: Lease = { holder, by, since: clock.now(), beat: 0 }
        const version = await state.put(key, lease, { expected: found?.version ?? null }).catch(whenTaken)
        if (version !== undefined) return new GroupLease(state, key, lease, version, clock)
        continue
      }
      if (told !== found.value.holder) onWait(found.value)
      told = found.value.holder
      await sleep(clock, LOOK, signal)
    }
  }

  /** Aborted when somebody else took it: this server was silent for too long. */
  get lost(): AbortSignal {
    return this.taken.signal
  }

  async release(): Promise<void> {
    this.cancel?.()
    this.cancel = undefined
    await this.writing
    if (this.taken.signal.aborted) return
    await this.state.delete(this.key, { expected: this.version }).catch(() => undefined)
  }

  private renewSoon(): void {
    this.cancel = this.clock.after(RENEW, () => {
      this.writing = this.renew()
    })
  }

  private async renew(): Promise<void> {
    try {
      const beat = this.clock.now()
      this.version = await this.state.put(this.key, { ...this.lease, beat }, { expected: this.version })
    } catch (error) {
      if (isStateConflict(error)) {
        this.taken.abort(
          new JobFailed(
            'this server was not heard of for two minutes, and another deployment of the group has begun meanwhile',
          ),
        )
        return
      }
      // The database is away: the next writing may find it again.
    }
    if (this.cancel !== undefined) this.renewSoon()
  }
}

/** Tells by its version whether a lease is still written. */
export class Watch {
  private version: string | undefined
  private since = 0

  constructor(private readonly clock: Clock) {}

  /** True once it has not changed for too long. */
  isLost({ version }: Pick<StateValue, 'version'>): boolean {
    const now = this.clock.now()
    if (version !== this.version) {
      this.version = version
      this.since = now
    }
    return now - this.since >= LOST_AFTER
  }
}

/** Whether it is this one's turn already. */
export async function isHeldBy(state: PluginState, group: string, holder: string): Promise<boolean> {
  return (await state.get<Lease>(keyOf(group)))?.value.holder === holder
}

function keyOf(group: string): string {
  return `leases/${group}`
}

function whenTaken(error: unknown): undefined {
  if (isStateConflict(error)) return undefined
  throw error
}
