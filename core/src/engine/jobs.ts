/** CodePipeline's job protocol, for workers that somebody else wrote (J5..J9, J13). */

import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { Job, JobFailure, JobStatus, JobSuccess } from '../domain/job.js'
import { announce, applyIn } from './apply.js'
import type { Decision } from './changes.js'
import type { Engine } from './engine.js'
import type { PipelineEvent } from './events.js'
import { type CredentialsFor, jobDataView } from './job-view.js'
import { jobLifecycle, step } from './lifecycle.js'
import type { JobOperations } from './operations.js'
import type { Unit } from './ports.js'
import type * as V from './views.js'

/** How long a job that was handed out waits for its acknowledgement before others get it, milliseconds. */
export const acknowledgeWithinMs = 60_000

type Input<Name extends keyof JobOperations> = Parameters<JobOperations[Name]>[1]

function noSuchJob(jobId: string): Fault {
  return new Fault('JobNotFoundException', `The job '${jobId}' was not found`)
}

function typeNotFound({ category, owner, provider, version }: ActionTypeId): Fault {
  return new Fault(
    'ActionTypeNotFoundException',
    `The action type (Category: '${category}', Owner: '${owner}', Provider: '${provider}', Version: '${version}') was not found`,
  )
}

/**
 * Hands waiting jobs out, at most as many as asked for (J5). `mayClaim`: the caller may also take what plugins run, with
 * the secrets in it. Errors: ActionTypeNotFoundException, ValidationException, AccessDeniedException.
 */
export async function pollForJobs(
  engine: Engine,
  credentialsFor: CredentialsFor,
  input: Input<'pollForJobs'>,
  mayClaim: boolean,
): Promise<{ jobs: V.Job[] }> {
  if (input.actionTypeId.owner !== 'Custom') {
    throw new Fault(
      'ValidationException',
      `PollForJobs is for action types of owner Custom, and this one's is ${input.actionTypeId.owner}`,
    )
  }
  if (engine.types.facts(input.actionTypeId)?.pluginRun && !mayClaim) {
    throw new Fault(
      'AccessDeniedException',
      `${actionTypeKey(input.actionTypeId)} is run by the server's own workers: PollForJobs is for custom action types, and to take these jobs penstock:ClaimJobs on the type must be allowed`,
    )
  }
  const queryValue = queryFor(engine, input)
  const jobs = await handOut(engine, input.actionTypeId, input.maxBatchSize ?? 1, queryValue)
  const views = jobs.map(async (job) => ({
    id: job.id,
    nonce: job.nonce,
    accountId: engine.accountId,
    data: await jobDataView(engine, job, credentialsFor),
  }))
  return { jobs: await Promise.all(views) }
}

/** J5: types with a queryable property require it, others must have none. */
function queryFor(engine: Engine, { actionTypeId, queryParam = {} }: Input<'pollForJobs'>): string | undefined {
  const facts = engine.types.facts(actionTypeId)
  if (!facts) throw typeNotFound(actionTypeId)
  const names = Object.keys(queryParam)
  const wanted = facts.queryableProperty
  if (wanted === undefined && names.length > 0) {
    throw new Fault(
      'ValidationException',
      `queryParam must be empty: the action type has no queryable property, and '${names[0]}' was given`,
    )
  }
  if (wanted !== undefined && (names.length !== 1 || names[0] !== wanted)) {
    throw new Fault(
      'ValidationException',
      `queryParam must have exactly the queryable property '${wanted}' of the action type, and has ${names.map((name) => `'${name}'`).join(', ') || 'none'}`,
    )
  }
  return wanted === undefined ? undefined : queryParam[wanted]
}

async function handOut(engine: Engine, id: ActionTypeId, limit: number, queryValue?: string): Promise<Job[]> {
  const now = engine.clock.now()
  return engine.store.transact((unit) =>
    unit.claimJobs({
      typeKeys: [actionTypeKey(id)],
      limit: Math.min(limit, 100),
      now,
      queryValue,
      leaseMs: acknowledgeWithinMs,
      nonce: engine.newId(),
    }),
  )
}

/** A worker takes what it was handed, by the nonce (J6). Errors: JobNotFoundException, InvalidNonceException. */
export async function acknowledgeJob(engine: Engine, input: Input<'acknowledgeJob'>): Promise<{ status: JobStatus }> {
  return engine.store.transact(async (unit) => {
    const job = await unit.findJob(input.jobId)
    if (!job) throw noSuchJob(input.jobId)
    if (job.nonce !== input.nonce || job.workerId !== undefined) {
      throw new Fault(
        'InvalidNonceException',
        `The nonce is not that of job ${job.id} as it was last handed out: another worker may have it`,
      )
    }
    if (job.status !== 'Dispatched') return { status: job.status }
    await unit.stepJob(job.id, 'acknowledge', { fence: job.fence }, { leaseUntil: undefined })
    return { status: step(jobLifecycle, job.status, 'acknowledge') }
  })
}

/** Errors: JobNotFoundException. */
export async function getJobDetails(
  engine: Engine,
  credentialsFor: CredentialsFor,
  input: Input<'getJobDetails'>,
): Promise<{ jobDetails: V.JobDetails }> {
  const job = await engine.store.read.job(input.jobId)
  if (!job) throw noSuchJob(input.jobId)
  return {
    jobDetails: { id: job.id, accountId: engine.accountId, data: await jobDataView(engine, job, credentialsFor) },
  }
}

/**
 * The job is done, or goes on in another (J7..J9, V5, V6). Errors: JobNotFoundException, InvalidJobStateException,
 * OutputVariablesSizeExceededException, ValidationException.
 */
export async function putJobSuccessResult(engine: Engine, input: Input<'putJobSuccessResult'>): Promise<void> {
  if (input.continuationToken !== undefined && Object.keys(input.outputVariables ?? {}).length > 0) {
    throw new Fault('ValidationException', 'outputVariables can only be given when there is no continuationToken')
  }
  await report(engine, input.jobId, (job) => ({ type: 'JobSucceeded', job, success: successOf(input) }))
}

function successOf(input: Input<'putJobSuccessResult'>): JobSuccess {
  const { currentRevision: revision, executionDetails: details } = input
  return {
    ...(details ? { executionDetails: defined(details) } : {}),
    ...(revision
      ? {
          currentRevision: {
            revisionId: revision.revision,
            revisionChangeId: revision.changeIdentifier,
            ...(revision.created ? { created: revision.created.getTime() } : {}),
            ...defined({ revisionSummary: revision.revisionSummary }),
          },
        }
      : {}),
    ...(input.outputVariables ? { outputVariables: input.outputVariables } : {}),
    ...defined({ continuationToken: input.continuationToken }),
  }
}

/** The job failed (J9, J12). Errors: JobNotFoundException, InvalidJobStateException. */
export async function putJobFailureResult(engine: Engine, input: Input<'putJobFailureResult'>): Promise<void> {
  const failure = defined(input.failureDetails) as JobFailure
  await report(engine, input.jobId, (job) => ({ type: 'JobFailed', job, failure }))
}

/** One transaction: the job ends and its stage goes on, or neither. */
async function report(engine: Engine, jobId: string, event: Judge): Promise<void> {
  const known = await engine.store.read.job(jobId)
  if (!known) throw noSuchJob(jobId)
  await reportOn(engine, known, event)
}

/**
 * What follows from a job as it is now, or `undefined` when nothing does. What `unit` writes is part of it. Whatever
 * was known of the job before may be over, so it is here, with the job locked, that fence, status and lease are judged.
 */
export type Judge = (job: Job, unit: Unit) => Promise<PipelineEvent | undefined> | PipelineEvent | undefined

/**
 * Locks the pipeline and then the job, as everywhere, and lets happen what `judge` says, in one transaction.
 * Errors: JobNotFoundException, those of `judge` and of the event.
 */
export async function reportOn(engine: Engine, { id, data }: Job, judge: Judge): Promise<void> {
  const { pipelineName, pipelineExecutionId, stageName } = data
  const decision = await engine.store.transact(async (unit): Promise<Decision | undefined> => {
    const pipeline = await unit.lockPipeline(pipelineName)
    const job = pipeline && (await unit.findJob(id))
    if (!job) throw noSuchJob(id)
    const event = await judge(job, unit)
    const wanted = { executionIds: [pipelineExecutionId], stageName, alone: true }
    return event && applyIn(engine, unit, pipelineName, event, wanted)
  })
  if (decision) announce(engine, pipelineName, decision)
}

/** Hands waiting jobs to a partner's worker (J13). Errors: ActionTypeNotFoundException, ValidationException. */
export async function pollForThirdPartyJobs(
  engine: Engine,
  input: Input<'pollForThirdPartyJobs'>,
): Promise<{ jobs: { clientId: string; jobId: string }[] }> {
  if (input.actionTypeId.owner !== 'ThirdParty') {
    throw new Fault(
      'ValidationException',
      `PollForThirdPartyJobs is for action types of owner ThirdParty, and this one's is ${input.actionTypeId.owner}`,
    )
  }
  // A plugin's own ThirdParty types have no client: their jobs are not for others.
  if (!engine.types.facts(input.actionTypeId)?.clientId) throw typeNotFound(input.actionTypeId)
  const jobs = await handOut(engine, input.actionTypeId, input.maxBatchSize ?? 1)
  return { jobs: jobs.map((job) => ({ clientId: job.clientId ?? '', jobId: job.id })) }
}
