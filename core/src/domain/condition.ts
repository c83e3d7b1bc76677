/** How a condition can stand (C4). */
export type ConditionStatus =
  | 'InProgress'
  | 'Failed'
  | 'Errored'
  | 'Succeeded'
  | 'Cancelled'
  | 'Abandoned'
  | 'Overridden'
export type RuleStatus = 'InProgress' | 'Abandoned' | 'Succeeded' | 'Failed'
export type ConditionKind = 'beforeEntry' | 'onSuccess' | 'onFailure'

/** The evaluation of the one condition that stands before, or at either end of, a stage. */
export interface ConditionExecution {
  readonly status: ConditionStatus
  readonly summary?: string
  readonly updated: number
  /** The rule executions that count, by rule name. */
  readonly rules: Readonly<Record<string, string>>
  readonly overriddenBy?: string
}

/** One rule's evaluation: a job, like any action. */
export interface RuleExecution {
  readonly id: string
  readonly pipelineName: string
  readonly executionId: string
  readonly pipelineVersion: number
  readonly stageName: string
  readonly ruleName: string
  readonly kind: ConditionKind
  /** Its place in the pipeline's history. */
  readonly number: number
  readonly status: RuleStatus
  readonly summary?: string
  readonly started: number
  readonly updated: number
  /** When the engine gives up on it, epoch milliseconds. */
  readonly deadline?: number
  readonly configuration: Readonly<Record<string, string>>
  readonly resolvedConfiguration: Readonly<Record<string, string>>
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  readonly error?: { readonly code: string; readonly message: string }
}
