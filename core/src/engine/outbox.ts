import type { Effect } from './changes.js'
import type { Engine } from './engine.js'

/** Tells the plugins what happened, in order and at least once: every effect was a row before it is a deed. */
export class Outbox {
  private draining: Promise<void> | undefined
  private again = false
  private stopListening: (() => void) | undefined

  constructor(
    private readonly engine: Engine,
    /** Must contain its own errors: what it throws is told again. `event` names what happened, each time it is told. */
    private readonly deliver: (effect: Effect, event: string) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Begins with what an earlier server left untold. */
  start(): void {
    this.stopListening = this.engine.store.onSignal(({ kind }) => kind === 'outbox' && this.wake())
    this.wake()
  }

  /** Looks for entries; also called now and then, for signals can be lost. */
  wake(): void {
    this.again = true
    this.draining ??= this.drain().finally(() => {
      this.draining = undefined
    })
  }

  async stop(): Promise<void> {
    this.stopListening?.()
    this.again = false
    await this.draining
  }

  private async drain(): Promise<void> {
    while (this.again) {
      this.again = false
      try {
        const told = await this.engine.store.drainOutbox(async ({ id, effects }) => {
          for (const [place, effect] of effects.entries()) await this.deliver(effect, `${id}.${place}`)
        }, 100)
        if (told === 100) this.again = true
      } catch (error) {
        this.onError(error)
      }
    }
  }
}
