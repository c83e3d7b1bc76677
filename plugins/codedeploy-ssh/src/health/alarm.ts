/** An address that says whether all is well: a deployment that it does not like ends, and is rolled back where the group says so. */
import { type Clock, JobFailed } from '@penstock/core'
import { askOnce } from './check.js'

export interface AlarmConfig {
  /** Answers 200 while all is well. */
  readonly url: string
  /** What its answer must hold then. */
  readonly text?: string
  /** Seconds between two questions; 10 when absent. */
  readonly every?: number
}

/** Answers that must be bad one after another: a single lost one is no alarm. */
const IN_A_ROW = 2

export class Alarm {
  private readonly raised = new AbortController()
  private readonly stopped = new AbortController()
  private cancel: (() => void) | undefined
  private bad = 0

  constructor(
    private readonly config: AlarmConfig,
    private readonly clock: Clock,
    private readonly note: (message: string) => void,
  ) {}

  /** Aborted when the alarm is raised; its reason is a JobFailed. */
  get signal(): AbortSignal {
    return this.raised.signal
  }

  /** Asks from now on. */
  start(): void {
    this.cancel = this.clock.after((this.config.every ?? 10) * 1000, () => void this.ask())
  }

  stop(): void {
    this.cancel?.()
    this.stopped.abort()
  }

  private async ask(): Promise<void> {
    const { url, text } = this.config
    const check = { http: url, timeout: 5, ...(text === undefined ? {} : { text }) }
    const problem = await askOnce(check, () => Promise.reject(new Error('no shell')), this.stopped.signal).catch(
      () => undefined,
    )
    if (this.stopped.signal.aborted) return
    this.bad = problem === undefined ? 0 : this.bad + 1
    if (problem !== undefined && this.bad >= IN_A_ROW) {
      this.note(`Alarm: ${url}: ${problem}`)
      this.raised.abort(new JobFailed(`the alarm ${url} was raised: ${problem}`))
    } else this.start()
  }
}
