import { type Clock, within } from '../domain/clock.js'
import { reason, StepTimeout } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'

/** What was started, to be stopped in reverse; a step that fails or hangs does not keep the others from being stopped. */
export class StopStack {
  private readonly steps: { readonly name: string; readonly stop: () => void | Promise<void> }[] = []

  constructor(
    private readonly clock: Clock,
    private readonly log: Logger,
    private readonly limit = 30_000,
  ) {}

  push(name: string, stop: () => void | Promise<void>): void {
    this.steps.push({ name, stop })
  }

  /** Stops everything, the newest first. Never rejects. */
  async stop(): Promise<void> {
    for (let step = this.steps.pop(); step; step = this.steps.pop()) {
      const { name, stop } = step
      const stopping = (async () => stop())()
      const late = () => {
        throw new StepTimeout(`stopping ${name}`, this.limit)
      }
      await within(this.clock, this.limit, stopping, late).catch((error) =>
        this.log.error('stopping failed', { part: name, error: reason(error) }),
      )
    }
  }
}
