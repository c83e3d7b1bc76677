/** Penstock's own operations, by the name that `X-Amz-Target` carries after its prefix. */
import { appendLog } from './append-log.js'
import { awaitReport } from './await-report.js'
import { checkpoint } from './checkpoint.js'
import { claimJobs } from './claim-jobs.js'
import { failJob } from './fail-job.js'
import { finishLog } from './finish-log.js'
import { getJobAccess } from './get-job-access.js'
import { getSecret } from './get-secret.js'
import { heartbeat } from './heartbeat.js'
import { recoverJobs } from './recover-jobs.js'
import { reportProgress } from './report-progress.js'
import { reportTargets } from './report-targets.js'
import { succeedJob } from './succeed-job.js'
import type { WorkerOperation } from './worker-operation.js'

const all = [
  appendLog,
  awaitReport,
  checkpoint,
  claimJobs,
  failJob,
  finishLog,
  getJobAccess,
  getSecret,
  heartbeat,
  recoverJobs,
  reportProgress,
  reportTargets,
  succeedJob,
]

/** Each operation's input type is its own; what the schema read is what `call` takes. */
export const workerOperations = all.map((each) => each as unknown as WorkerOperation)
