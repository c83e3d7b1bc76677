import type { ActionExecution } from '../domain/action.js'
import type { ActionTypeId } from '../domain/action-type.js'
import type { RuleExecution } from '../domain/condition.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline, PipelineDeclaration, RuleTypeId } from '../domain/pipeline.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'

/** What `decide` looks at: one pipeline's living part, and what the event names besides. Never its history. */
export interface PipelineState {
  readonly pipeline: Pipeline
  /** Of each version that a loaded execution runs on, the current one included. */
  readonly definitions: ReadonlyMap<number, PipelineDeclaration>
  readonly stages: ReadonlyMap<string, StageRecord>
  readonly executions: ReadonlyMap<string, PipelineExecution>
  /** By `stageKey`: where a loaded execution is, and what the event names. */
  readonly stageExecutions: ReadonlyMap<string, StageExecution>
  readonly actions: ReadonlyMap<string, ActionExecution>
  readonly rules: ReadonlyMap<string, RuleExecution>
  /** The last number given out. */
  readonly sequence: number
}

export function stageKey(executionId: string, stageName: string): string {
  return `${executionId}/${stageName}`
}

/** What the engine must know of an action type when it starts an action. */
export interface ActionTypeFacts {
  /** The property whose value PollForJobs may ask for (J5). */
  readonly queryableProperty?: string
  /** Minutes (J10). */
  readonly timeoutInMinutes: number
  readonly secretProperties: readonly string[]
  /** Its work may be begun again when its worker was lost. */
  readonly idempotent?: boolean
  /** Set when the job is for third-party workers (J13). */
  readonly clientId?: string
  /** A plugin of the server does the work: nobody may poll for its jobs who may not claim them. */
  readonly pluginRun?: boolean
}

/** All that `decide` takes from outside the state: given, so that the same input always decides the same. */
export interface Surroundings {
  /** Epoch milliseconds. */
  readonly now: number
  newId(): string
  /** `undefined` when nobody provides it. */
  actionType(id: ActionTypeId): ActionTypeFacts | undefined
  /** The plugin that provided it until it was switched off or failed. */
  formerly?(id: ActionTypeId): string | undefined
  ruleType(id: RuleTypeId): ActionTypeFacts | undefined
  /** The bucket for pipelines that name none. */
  readonly bucket: string
  readonly region: string
}
