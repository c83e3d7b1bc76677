/** What may still be done once the job was told to end. */
import { isJobFailed, type JobContext } from '@penstock/core'

/**
 * A stop or an abandonment of the execution, which people asked for. Not a job that went to another worker: what that one
 * deploys must not be rolled back here.
 */
export function stopEvent(signal: AbortSignal): 'DEPLOYMENT_STOP_ON_REQUEST' | undefined {
  const { reason } = signal
  return isJobFailed(reason) && /^the execution was stopped/.test(reason.message)
    ? 'DEPLOYMENT_STOP_ON_REQUEST'
    : undefined
}

/** The context for work after the stop: when the worker gives up waiting for us, telling is all that ends. */
export function afterStop(ctx: JobContext): JobContext {
  const line = (text: string) => {
    try {
      ctx.log.line(text)
    } catch {
      // The log is closed.
    }
  }
  return {
    signal: ctx.signal,
    log: { write: () => undefined, line },
    clock: ctx.clock,
    http: ctx.http,
    workspace: ctx.workspace,
    input: (...words) => ctx.input(...words),
    output: (name, folder, ...rest) => ctx.output(name, folder, ...rest),
    exec: (...words) => ctx.exec(...words),
    // A restart would find the job ended: there is nothing to be taken up.
    checkpoint: async () => undefined,
    progress: (details) => ctx.progress(details).catch(() => undefined),
    mask: (secret) => ctx.mask(secret),
    sleep: (...words) => ctx.sleep(...words),
    jobApi: () => ctx.jobApi(),
    ...(ctx.targets === undefined ? {} : { targets: async (list) => ctx.targets?.(list)?.catch(() => undefined) }),
  }
}
