/** What may still be done once the job was told to end. */
import { isJobFailed } from '@penstock/core'
import type { Ground } from './group-deployment.js'

/**
 * A stop or an abandonment of the execution, which people asked for. Not a job that went to another worker: what that one
 * deploys must not be rolled back here.
 */
export function stopEvent(signal: AbortSignal): 'DEPLOYMENT_STOP_ON_REQUEST' | undefined {
  const { reason } = signal
  return isJobFailed(reason) && /^the (?:execution|deployment) was stopped/.test(reason.message)
    ? 'DEPLOYMENT_STOP_ON_REQUEST'
    : undefined
}

/** Where work goes on after the stop, its place kept by `keepPlace`: when the worker gives up waiting for us, telling is all that ends. */
export function afterStop(ctx: Ground, keepPlace: (place: unknown) => Promise<unknown>): Ground {
  const line = (text: string) => {
    try {
      ctx.log.line(text)
    } catch {
      // The log is closed.
    }
  }
  return {
    signal: new AbortController().signal,
    log: { write: () => undefined, line },
    clock: ctx.clock,
    workspace: ctx.workspace,
    // The job is over: a restart finds the place elsewhere.
    checkpoint: async (place) => void (await keepPlace(place)),
    progress: (details) => ctx.progress(details).catch(() => undefined),
    ...(ctx.targets === undefined ? {} : { targets: async (list) => ctx.targets?.(list)?.catch(() => undefined) }),
  }
}
