import { type JobContext, JobFailed } from '@penstock/core'
import type { Invoke } from '../provider.js'
import { startFunction } from './function-process.js'
import type { LocalFunction } from './resolve-function.js'
import { startRuntimeApi } from './runtime-api.js'

/** A function on this machine, under Lambda's Runtime API: a fresh process each time, ended with all it started. */
export function embeddedFunction(fn: LocalFunction, ctx: JobContext): Invoke {
  return async (event, access, over) => {
    ctx.mask(access.credentials.secretAccessKey)
    ctx.mask(access.credentials.sessionToken)
    const functionArn = `arn:aws:lambda:${access.region}:${access.accountId}:function:${fn.name}`
    const limit = fn.timeoutSeconds * 1000
    const api = await startRuntimeApi({ event, deadline: ctx.clock.now() + limit, functionArn })
    const started = ctx.clock.now()
    ctx.log.line(`START RequestId: ${api.requestId} Version: $LATEST (embedded runtime, ${fn.folder})`)
    const child = startFunction(fn, api.address, access, ctx.log)
    over.addEventListener('abort', child.kill, { once: true })
    try {
      await endOf()
    } finally {
      child.kill()
      api.stop()
      ctx.log.line(`REPORT RequestId: ${api.requestId} Duration: ${ctx.clock.now() - started} ms`)
    }

    async function endOf(): Promise<void> {
      const exited = child.ended.then((how) =>
        failure(`Runtime exited without providing a reason: ${how}`, 'Runtime.ExitError'),
      )
      const late = ctx
        .sleep(limit)
        .then(() => failure(`Task timed out after ${fn.timeoutSeconds} seconds`, 'Sandbox.Timedout'))
      late.catch(() => undefined) // Aborted: the rejection ends the race, or comes after it.
      const end = await Promise.race([api.ended, exited, late])
      if (end.kind === 'response') return
      for (const line of end.stack) ctx.log.line(line)
      throw new JobFailed(`${fn.name}: ${end.errorType}: ${end.errorMessage}`)
    }
  }
}

function failure(errorMessage: string, errorType: string) {
  return { kind: 'error', errorType, errorMessage, stack: [] as readonly string[] } as const
}
