/** How pipelines stand at this moment: what lives in them, where it is, and what it waits for. */
import type { ApprovalStanding, GivenApproval } from '../domain/approval.js'
import type { ExecutionStatus, ExecutionTrigger } from '../domain/execution.js'
import type { SourceRevision } from '../domain/revision.js'
import type { WaitingJobs } from './queue-service.js'

/**
 * A pipeline with what lives in it.
 * @example
 * const isBroken = ({ latest }: PipelineStanding) => latest?.status === 'Failed'
 */
export interface PipelineStanding {
  readonly name: string
  readonly tags: Readonly<Record<string, string>>
  /** The newest execution, whether or not it still lives. */
  readonly latest?: PastExecution
  /** Newest first. */
  readonly live: readonly LiveExecution[]
}

/**
 * An execution in a line: its state and its times, epoch milliseconds.
 * @example
 * const took = ({ started, updated }: PastExecution) => updated - started
 */
export interface PastExecution {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly status: ExecutionStatus
  readonly started: number
  readonly updated: number
  readonly trigger: ExecutionTrigger
  /** With author and time, where the source tells them. */
  readonly sourceRevisions: readonly SourceRevision[]
  /** The reason of whoever stopped it. */
  readonly stopReason?: string
  readonly type: 'STANDARD' | 'ROLLBACK'
}

/**
 * An execution that still moves, or waits.
 * @example
 * const held = (execution: LiveExecution) => execution.at?.held?.reason
 */
export interface LiveExecution extends PastExecution {
  readonly variables: Readonly<Record<string, string>>
  /** The stage that it is in, or in front of; absent once it left the last one. */
  readonly at?: StagePlace
  /** Actions in progress. */
  readonly actions: readonly LiveAction[]
}

/**
 * Where an execution is.
 * @example
 * const waits = ({ waiting }: StagePlace) => waiting
 */
export interface StagePlace {
  readonly stage: string
  /** In front of the stage, not inside. */
  readonly waiting: boolean
  /** Epoch milliseconds at which it came there. */
  readonly since: number
  /** The transition in front of the stage is disabled: why, by whom, since when. */
  readonly held?: { readonly reason?: string; readonly by?: string; readonly at?: number }
}

/**
 * An action in progress and what it waits for.
 * @example
 * const asks = (action: LiveAction) => action.approval !== undefined
 */
export interface LiveAction {
  readonly actionExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly attempt: number
  /** Epoch milliseconds at which its turn came. */
  readonly started: number
  /** Epoch milliseconds at which a worker took it; absent while it waits for one, and for approvals. */
  readonly workStarted?: number
  readonly percentComplete?: number
  /** It waits for a person: the token of the answer, the end of the wait, and what is asked, with variables resolved. */
  readonly approval?: {
    readonly token: string
    readonly deadline?: number
    readonly configuration: Readonly<Record<string, string>>
    /** How many people must approve, who may, who did, and what later actions will use; absent in executions of before 0.2. */
    readonly standing?: ApprovalStanding
  }
  /** Set while no worker has it. */
  readonly queued?: QueuePlace
}

/**
 * Why an action has no worker yet.
 * @example
 * const stuck = ({ takenBy }: QueuePlace) => takenBy === 'nobody'
 */
export interface QueuePlace {
  /** `Build/Custom/Rake/1`. */
  readonly typeKey: string
  /** Jobs that are in front of it for the same workers. */
  readonly ahead: number
  readonly takenBy: WaitingJobs['takenBy']
  /** Set when it is not to be taken before this, epoch milliseconds: it carries on later. */
  readonly notBefore?: number
}

/**
 * A run of an action within an execution, with what of its time was waiting.
 * @example
 * const waited = ({ started, workStarted }: ActionTimes) => (workStarted ?? started) - started
 */
export interface ActionTimes {
  readonly actionExecutionId: string
  readonly stageName: string
  readonly actionName: string
  /** 1 for the first run in this execution, one more with each retry. */
  readonly attempt: number
  readonly status: 'InProgress' | 'Abandoned' | 'Succeeded' | 'Failed'
  readonly started: number
  readonly workStarted?: number
  readonly updated: number
  /** When it is given up, epoch milliseconds. */
  readonly deadline?: number
  /** The ARN of whoever changed it last: of an approval, who answered. */
  readonly updatedBy?: string
  /** Of an approval, who said yes and what they said, oldest first. */
  readonly approvedBy?: readonly GivenApproval[]
}

/**
 * The newest execution that succeeded in a stage which deploys.
 * @example
 * const since = ({ at }: DeployedStage) => new Date(at)
 */
export interface DeployedStage {
  readonly stageName: string
  /** When the stage had succeeded, epoch milliseconds. */
  readonly at: number
  readonly execution: PastExecution
}
