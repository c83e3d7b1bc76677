/** What `penstock worker` calls: the queue for workers on other machines. Every call is about jobs that its worker holds. */
import type { Principal } from '../domain/access.js'
import type { JobFailure } from '../domain/job.js'
import type { WorkerCaller } from '../host/worker-service.js'
import { list, structure } from '../shape/shape.js'
import { operation } from './operation.js'
import {
  continuationToken,
  detailsOf,
  executionDetails,
  failureDetails,
  heldJobs,
  job,
  jobIds,
  limit,
  logBytes,
  logOffset,
  secretName,
  success,
  successOf,
  target,
  targetOf,
  testReport,
  testReportOf,
  typeKeys,
  workerName,
} from './shapes/worker-job.js'

function callerOf(by: Principal, { workerName }: { readonly workerName: string }): WorkerCaller {
  return { by, workerName }
}

/** Hands out jobs, acknowledged; waits for one as long as `x-penstock-wait-seconds` says. */
export const claimJobs = operation({
  name: 'ClaimJobs',
  service: 'penstock',
  input: structure({ workerName, typeKeys, limit, held: jobIds }),
  resource: ({ typeKeys }, arns) => typeKeys.map((key) => arns.actionTypeKey(key)),
  run: async ({ workers }, by, input, { wait }) => ({ jobs: await workers.claim(callerOf(by, input), input, wait) }),
})

/** What a worker of this name had in progress when it ended. */
export const recoverJobs = operation({
  name: 'RecoverJobs',
  service: 'penstock',
  input: structure({ workerName }),
  resource: () => '*',
  run: async ({ workers }, by, input) => ({ jobs: await workers.recover(callerOf(by, input)) }),
})

/** Extends the leases; waits, when asked to, until one of the jobs is to end. */
export const heartbeat = operation({
  name: 'Heartbeat',
  service: 'penstock',
  input: structure({ workerName, held: heldJobs }),
  resource: () => '*',
  run: async ({ workers }, by, input, { wait }) => ({
    states: await workers.heartbeat(callerOf(by, input), input.held, wait),
  }),
})

/** How far a job is (J8). */
export const reportProgress = operation({
  name: 'ReportProgress',
  service: 'penstock',
  input: structure({ ...job, executionDetails }),
  resource: () => '*',
  run: ({ workers }, by, input) => workers.progress(callerOf(by, input), input, detailsOf(input.executionDetails)),
})

/** What a deploy action is doing to each of its targets, each time the whole list. */
export const reportTargets = operation({
  name: 'ReportTargets',
  service: 'penstock',
  input: structure({ ...job, targets: list(target, { max: 5000 }) }),
  resource: () => '*',
  run: ({ workers }, by, input) => workers.targets(callerOf(by, input), input, input.targets.map(targetOf)),
})

/** What tests said of a job's build: one report as JSON, since it may have thousands of tests. */
export const reportTests = operation({
  name: 'ReportTests',
  service: 'penstock',
  input: structure({ ...job, report: testReport }),
  resource: () => '*',
  run: ({ workers }, by, input) => workers.testReport(callerOf(by, input), input, testReportOf(input.report)),
})

/** Keeps a job's place for whoever goes on with it; without a token, forgets it. */
export const checkpoint = operation({
  name: 'Checkpoint',
  service: 'penstock',
  input: structure(job, { continuationToken }),
  resource: () => '*',
  run: ({ workers }, by, input) => workers.checkpoint(callerOf(by, input), input, input.continuationToken),
})

/** A job succeeded. Once more is the same as once. */
export const succeedJob = operation({
  name: 'SucceedJob',
  service: 'penstock',
  input: structure({ ...job, success }),
  resource: () => '*',
  changes: true,
  run: ({ workers }, by, input) => workers.succeed(callerOf(by, input), input, successOf(input.success)),
})

/** A job failed. Once more is the same as once. */
export const failJob = operation({
  name: 'FailJob',
  service: 'penstock',
  input: structure({ ...job, failureDetails }),
  resource: () => '*',
  changes: true,
  run: ({ workers }, by, input) => workers.fail(callerOf(by, input), input, input.failureDetails as JobFailure),
})

/** A secret that the job's own declaration names; no `value` for any other. */
export const getSecret = operation({
  name: 'GetSecret',
  service: 'penstock',
  input: structure({ ...job, name: secretName }),
  resource: () => '*',
  changes: true,
  run: async ({ workers }, by, input) => ({ value: await workers.secret(callerOf(by, input), input, input.name) }),
})

/** Credentials for the job's artifacts and results, for fifteen minutes. */
export const getJobAccess = operation({
  name: 'GetJobAccess',
  service: 'penstock',
  input: structure(job),
  resource: () => '*',
  run: ({ workers }, by, input) => workers.access(callerOf(by, input), input),
})

/** What the job's own function reported through CodePipeline's API, once it did. */
export const awaitReport = operation({
  name: 'AwaitReport',
  service: 'penstock',
  input: structure(job),
  resource: () => '*',
  run: async ({ workers }, by, input, { wait }) => ({ report: await workers.report(callerOf(by, input), input, wait) }),
})

/** More of a job's log, from a byte offset on; `size` says where to go on. */
export const appendLog = operation({
  name: 'AppendLog',
  service: 'penstock',
  input: structure({ ...job, offset: logOffset, bytes: logBytes }),
  resource: () => '*',
  run: async ({ workers }, by, input) => ({
    size: await workers.appendLog(callerOf(by, input), input, Number(input.offset), Buffer.from(input.bytes, 'base64')),
  }),
})

/** A job's log is whole; a smaller `size` in the answer means that some of it is missing, and the log stays open. */
export const finishLog = operation({
  name: 'FinishLog',
  service: 'penstock',
  input: structure({ ...job, size: logOffset }),
  resource: () => '*',
  run: async ({ workers }, by, input) => ({
    size: await workers.finishLog(callerOf(by, input), input, Number(input.size)),
  }),
})
