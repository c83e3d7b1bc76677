import { isJobFailed } from '../host/job-failed.js'
import type { JobContext } from '../host/provider-context.js'
import { awsFailure } from './failure.js'

/**
 * One call of a client's: ended with the job, and refused in words (`awsFailure`). `about` names the configuration's field.
 * @example
 * const answer = await awsCall('ClusterName main', ctx, (options) => client.send(command, options))
 */
export async function awsCall<T>(
  about: string,
  { signal }: Pick<JobContext, 'signal'>,
  call: (options: { readonly abortSignal: AbortSignal }) => Promise<T>,
): Promise<T> {
  try {
    return await call({ abortSignal: signal })
  } catch (error) {
    signal.throwIfAborted()
    throw awsFailure(error, about)
  }
}

/** How long a service may be away while something of its runs, milliseconds. */
const patienceMs = 10 * 60_000

/**
 * Looks every `everyMs` milliseconds until there is an answer. What runs elsewhere goes on while the network is down: a
 * service that cannot be reached is asked again for ten minutes. Errors: whatever else `look` throws.
 * @example
 * const state = await awsWatch(ctx, 5_000, async () => ((await describe()).status === 'RUNNING' ? undefined : 'over'))
 */
export async function awsWatch<T>(
  ctx: Pick<JobContext, 'signal' | 'sleep' | 'clock' | 'log'>,
  everyMs: number,
  look: () => Promise<T | undefined>,
): Promise<T> {
  let away: number | undefined
  for (;;) {
    try {
      const found = await look()
      if (found !== undefined) return found
      away = undefined
    } catch (error) {
      ctx.signal.throwIfAborted()
      away ??= ctx.clock.now()
      if (!isJobFailed(error) || error.type !== 'SystemUnavailable' || ctx.clock.now() - away > patienceMs) throw error
      ctx.log.line(`${error.message}; looking again`)
    }
    await ctx.sleep(everyMs)
  }
}
