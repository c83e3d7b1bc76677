import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  defineAction,
  defineRule,
  type FailureType,
  type JobApiAccess,
  type JobContext,
  JobFailed,
  type PropertyDeclarations,
  type ReportedResult,
  type RuleProvider,
} from '@penstock/core'
import { awsFunction } from './aws-function.js'
import type { LambdaConfig } from './config.js'
import { embeddedFunction } from './embedded/embedded-function.js'
import { resolveFunction } from './embedded/resolve-function.js'
import { type FunctionConfiguration, jobEvent } from './job-event.js'

const properties = {
  FunctionName: {
    description: 'A function of the embedded runtime, a folder (./ is the input artifact), or a name or ARN on AWS',
    required: true,
    key: true,
    example: 'check-links',
  },
  UserParameters: { description: 'Handed to the function as it is' },
} as const satisfies PropertyDeclarations

type LambdaJob = ActionJob<FunctionConfiguration>

/**
 * One invocation; resolves when it was accepted (AWS) or has ended (embedded), rejects when the function failed.
 * `over` aborts when nobody waits for it any more.
 */
export type Invoke = (event: unknown, access: JobApiAccess, over: AbortSignal) => Promise<void>

/** Where the job is, over restarts. */
interface Place {
  readonly continuationToken?: string
  /** When the function was invoked, epoch milliseconds; absent before. */
  readonly invoked?: number
}

/** Tells our own checkpoint from a function's continuation token, which may be any text. */
const mark = 'penstock-plugin-lambda-invoke'

/** How long a report may trail behind the function's end, milliseconds. */
const trailing = 1000
/** How long a function may go on after its report, milliseconds. */
const afterwards = 5000

/** CodePipeline's Lambda action: invokes, then waits for the function to report through the job API. */
export function lambda(config: LambdaConfig): ActionProvider<typeof properties> {
  return defineAction({
    category: 'Invoke',
    owner: 'AWS',
    provider: 'Lambda',
    description: 'Invokes a Lambda function, on AWS or in the embedded runtime',
    inputArtifacts: [0, 5],
    outputArtifacts: [0, 5],
    configuration: properties,
    run: (job, ctx) => invokeUntilReported(job, ctx, config),
  })
}

/** C5: the rule holds when the function reports success, and does not when it reports a failure. */
export function lambdaRule(config: LambdaConfig): RuleProvider<typeof properties> {
  return defineRule({
    provider: 'LambdaInvoke',
    description: 'Asks a Lambda function, on AWS or in the embedded runtime',
    inputArtifacts: [0, 5],
    configuration: properties,
    run: (job, ctx) => invokeUntilReported(job, ctx, config),
  })
}

async function invokeUntilReported(job: LambdaJob, ctx: JobContext, config: LambdaConfig): Promise<ActionResult> {
  const local = await resolveFunction(job.configuration.FunctionName, config, ctx)
  const invoke =
    local === undefined ? awsFunction(job.configuration.FunctionName, config, ctx) : embeddedFunction(local, ctx)
  let place = placeOf(job)
  // An embedded function ended with the server that ran it; one on AWS may still be at work and is not invoked again.
  if (local !== undefined && place.invoked !== undefined) place = withoutInvocation(place)
  if (place.continuationToken !== undefined && place.invoked === undefined) {
    ctx.log.line(`The function asked to be continued; invoking it again in ${config.continuationSeconds ?? 30} s`)
    await ctx.sleep((config.continuationSeconds ?? 30) * 1000)
  }
  const result = await invokeOnce(job, ctx, invoke, place, config)
  if (result.outcome === 'failure')
    throw new JobFailed(result.message, failureType(result.type), result.externalExecutionId)
  // J7: with a continuation token this job is over, and the engine has queued the next one, which carries the token.
  const { outcome: _outcome, continuationToken: _token, percentComplete: _percent, ...answer } = result
  return answer
}

function placeOf(job: LambdaJob): Place {
  const kept = job.checkpoint as { readonly [mark]?: Place } | undefined
  const own = typeof kept === 'object' && kept !== null ? kept[mark] : undefined
  if (own !== undefined) return own
  return job.continuationToken === undefined ? {} : { continuationToken: job.continuationToken }
}

async function invokeOnce(
  job: LambdaJob,
  ctx: JobContext,
  invoke: Invoke,
  place: Place,
  config: LambdaConfig,
): Promise<ReportedResult> {
  // Asked for anew each time: credentials are good for fifteen minutes.
  const access = await ctx.jobApi()
  if (access === undefined) {
    throw new JobFailed(
      'The function could not report its result: the plugin aws-api is not running',
      'ConfigurationError',
    )
  }
  const reported = access.reported()
  const invoked = place.invoked ?? ctx.clock.now()
  const over = new AbortController()
  const patience = (config.replyMinutes ?? 20) * 60_000 - (ctx.clock.now() - invoked)
  try {
    const ended = place.invoked === undefined ? start(access) : Promise.resolve()
    const result = await Promise.race([reported, failing(ended, reported, ctx), noReply(patience, ctx, config)])
    await Promise.race([ended.catch(() => undefined), ctx.sleep(afterwards)])
    return result
  } finally {
    over.abort()
  }

  async function start(api: JobApiAccess): Promise<void> {
    await ctx.checkpoint({ [mark]: { ...place, invoked } })
    await invoke(jobEvent(job, api, place.continuationToken), api, over.signal)
  }
}

/** Never resolves on its own: a function that ended without a report may have left that to something else. */
async function failing(
  ended: Promise<void>,
  reported: Promise<ReportedResult>,
  ctx: JobContext,
): Promise<ReportedResult> {
  try {
    await ended
  } catch (error) {
    // It may have reported and failed afterwards: the report counts.
    return Promise.race([reported, ctx.sleep(trailing).then(() => Promise.reject(error))])
  }
  return reported
}

async function noReply(patience: number, ctx: JobContext, config: LambdaConfig): Promise<never> {
  await ctx.sleep(Math.max(0, patience))
  throw new JobFailed(
    `The function did not report within ${config.replyMinutes ?? 20} minutes: it must call PutJobSuccessResult or PutJobFailureResult`,
  )
}

const failureTypes: readonly FailureType[] = [
  'JobFailed',
  'ConfigurationError',
  'PermissionError',
  'RevisionOutOfSync',
  'RevisionUnavailable',
  'SystemUnavailable',
]

function failureType(name: string): FailureType {
  return failureTypes.find((type) => type === name) ?? 'JobFailed'
}

function withoutInvocation({ continuationToken }: Place): Place {
  return continuationToken === undefined ? {} : { continuationToken }
}
