import { setMaxListeners } from 'node:events'
import type { Clock } from '../domain/clock.js'
import type { Logger } from '../host/plugin.js'
import type { HeldJob } from './job-client.js'
import { ActionLogs } from './log-service.js'
import { LogShipper, type LogSink, readKept } from './log-shipper.js'
import { type LogSpool, readMasks } from './log-spool.js'
import { workFolder } from './workspace.js'

export interface ShippedLogsParts {
  readonly dataFolder: string
  readonly sink: LogSink
  /** The job that works for an action now. */
  readonly jobOf: (actionExecutionId: string) => HeldJob | undefined
  readonly clock: Clock
  readonly log: Logger
}

/** Logs of a worker on another machine: each is sent to the server while it grows, and kept there alone. */
export class ShippedLogs extends ActionLogs {
  readonly #shippers = new Map<string, LogShipper>()
  readonly #stop = new AbortController()

  constructor(readonly parts: ShippedLogsParts) {
    super(parts.dataFolder)
    setMaxListeners(0, this.#stop.signal) // one for each log
  }

  override open(actionExecutionId: string): LogSpool {
    const spool = super.open(actionExecutionId)
    const job = this.parts.jobOf(actionExecutionId)
    if (job) {
      const { base } = readKept(spool.folder.sent, job) ?? { base: spool.size() }
      this.#shippers.set(actionExecutionId, this.#shipper(job, base, spool.folder, spool.masker))
    }
    return spool
  }

  /** As at a server, once the server has it whole. Errors: when the worker stops before; the next start goes on. */
  override async finish(actionExecutionId: string): Promise<void> {
    const shipper = this.#shippers.get(actionExecutionId) ?? this.#left(actionExecutionId)
    await shipper?.finish()
    this.#shippers.delete(actionExecutionId)
    await super.finish(actionExecutionId)
    if (shipper) await this.forget([actionExecutionId])
  }

  override async close(): Promise<void> {
    this.#stop.abort(new Error('the worker stops'))
    await super.close()
  }

  /** A log whose job ended while no worker was there. */
  #left(actionExecutionId: string): LogShipper | undefined {
    const folder = workFolder(this.dataFolder, actionExecutionId)
    const kept = readKept(folder.sent)
    return kept && this.#shipper({ jobId: kept.jobId, fence: kept.fence }, kept.base, folder, readMasks(folder))
  }

  #shipper(job: HeldJob, base: number, folder: LogSpool['folder'], masker: LogSpool['masker']): LogShipper {
    const { sink, clock, log } = this.parts
    return new LogShipper({ job, base, folder, masker, sink, clock, log, signal: this.#stop.signal })
  }
}
