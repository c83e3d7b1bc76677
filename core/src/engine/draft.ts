import type { ActionExecution } from '../domain/action.js'
import type { RuleExecution } from '../domain/condition.js'
import { defined } from '../domain/defined.js'
import { isLive, type PipelineExecution } from '../domain/execution.js'
import type { FailedAction } from '../domain/hook-events.js'
import type { Job } from '../domain/job.js'
import type { PipelineDeclaration, StageDeclaration } from '../domain/pipeline.js'
import type { SourceRevision } from '../domain/revision.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import { openTransition } from '../domain/transition.js'
import type { Changes, Decision, Effect, JobEnd } from './changes.js'
import {
  type ActionStep,
  actionLifecycle,
  type ExecutionStep,
  executionLifecycle,
  type JobStep,
  jobLifecycle,
  type RuleStep,
  ruleLifecycle,
  type StageStep,
  stageLifecycle,
  step,
} from './lifecycle.js'
import { type PipelineState, type Surroundings, stageKey } from './state.js'

/** Values over values: reads see what was put, and what was put is remembered. */
class Layer<T> {
  readonly put = new Map<string, T>()
  constructor(private readonly below: ReadonlyMap<string, T>) {}
  get(key: string): T | undefined {
    return this.put.get(key) ?? this.below.get(key)
  }
  all(): T[] {
    return [...new Map([...this.below, ...this.put]).values()]
  }
}

/** What must be there: its absence is a defect of the loader, not of a caller. */
function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`${what} was not loaded`)
  return value
}

/**
 * One decision in the making. The state below it is never touched; statuses change only by the steps of
 * `lifecycle.ts`; every change of an execution or action is told to the plugins.
 */
export class Draft {
  private readonly executions: Layer<PipelineExecution>
  private readonly stageRecords: Layer<StageRecord>
  private readonly stageExecutions: Layer<StageExecution>
  private readonly actions: Layer<ActionExecution>
  private readonly rules: Layer<RuleExecution>
  private readonly newJobs: Job[] = []
  private readonly reportedJobs: Changes['reportedJobs'][number][] = []
  private readonly endedJobs: JobEnd[] = []
  private readonly revisions: Changes['revisions'][number][] = []
  private readonly effects: Effect[] = []
  private sequence: number

  constructor(
    readonly state: PipelineState,
    readonly around: Surroundings,
  ) {
    this.executions = new Layer(state.executions)
    this.stageRecords = new Layer(state.stages)
    this.stageExecutions = new Layer(state.stageExecutions)
    this.actions = new Layer(state.actions)
    this.rules = new Layer(state.rules)
    this.sequence = state.sequence
  }

  get now(): number {
    return this.around.now
  }
  get pipelineName(): string {
    return this.state.pipeline.name
  }
  nextNumber(): number {
    return ++this.sequence
  }

  findExecution(id: string): PipelineExecution | undefined {
    return this.executions.get(id)
  }
  execution(id: string): PipelineExecution {
    return present(this.executions.get(id), `execution ${id}`)
  }
  /** Oldest first. */
  liveExecutions(): PipelineExecution[] {
    return this.executions
      .all()
      .filter((one) => isLive(one.status))
      .sort((a, b) => a.number - b.number)
  }
  putExecution(execution: PipelineExecution): void {
    this.executions.put.set(execution.id, { ...execution, updated: this.now })
  }
  stepExecution(id: string, by: ExecutionStep, patch: Partial<PipelineExecution> = {}): void {
    const before = this.execution(id)
    const status = step(executionLifecycle, before.status, by)
    this.putExecution({ ...before, ...patch, status })
    this.tell({
      kind: 'executionChanged',
      pipelineName: this.pipelineName,
      pipelineExecutionId: id,
      status,
      ...defined({ summary: patch.statusSummary, failed: status === 'Failed' ? this.failedAction(id) : undefined }),
    })
  }

  /** The action that an execution failed by: the last one. */
  private failedAction(executionId: string): FailedAction | undefined {
    const failed = this.actions
      .all()
      .filter(
        (action) => action.executionId === executionId && action.status === 'Failed' && action.error !== undefined,
      )
      .sort((a, b) => a.number - b.number)
      .at(-1)
    if (failed?.error === undefined) return undefined
    const { stageName, actionName, id: actionExecutionId, error, externalExecutionUrl } = failed
    return { stageName, actionName, actionExecutionId, error, ...defined({ externalExecutionUrl }) }
  }

  definition(execution: PipelineExecution): PipelineDeclaration {
    return present(this.state.definitions.get(execution.pipelineVersion), `definition ${execution.pipelineVersion}`)
  }
  stageDeclaration(execution: PipelineExecution, stageName: string): StageDeclaration {
    return present(
      this.definition(execution).stages.find((stage) => stage.name === stageName),
      `stage ${stageName}`,
    )
  }

  stageRecord(stageName: string): StageRecord {
    return (
      this.stageRecords.get(stageName) ?? {
        pipelineName: this.pipelineName,
        stageName,
        inbound: openTransition,
        latestActions: {},
      }
    )
  }
  putStageRecord(record: StageRecord): void {
    this.stageRecords.put.set(record.stageName, record)
  }

  findStageExecution(executionId: string, stageName: string): StageExecution | undefined {
    return this.stageExecutions.get(stageKey(executionId, stageName))
  }
  stageExecution(executionId: string, stageName: string): StageExecution {
    return present(this.findStageExecution(executionId, stageName), `stage execution ${executionId}/${stageName}`)
  }
  putStageExecution(stage: StageExecution): void {
    const { executionId, stageName, status } = stage
    if (this.findStageExecution(executionId, stageName)?.status !== status)
      this.tell({
        kind: 'stageChanged',
        pipelineName: this.pipelineName,
        pipelineExecutionId: executionId,
        stageName,
        status,
      })
    this.stageExecutions.put.set(stageKey(stage.executionId, stage.stageName), { ...stage, updated: this.now })
  }
  stepStage(executionId: string, stageName: string, by: StageStep, patch: Partial<StageExecution> = {}): void {
    const before = this.stageExecution(executionId, stageName)
    this.putStageExecution({ ...before, ...patch, status: step(stageLifecycle, before.status, by) })
  }

  action(id: string): ActionExecution {
    return present(this.actions.get(id), `action execution ${id}`)
  }
  findAction(id: string): ActionExecution | undefined {
    return this.actions.get(id)
  }
  /** Those that count in the stage's present round. */
  actionsOf(stage: StageExecution): ActionExecution[] {
    return Object.values(stage.actions).map((id) => this.action(id))
  }
  putAction(action: ActionExecution): void {
    this.actions.put.set(action.id, { ...action, updated: this.now })
  }
  stepAction(id: string, by: ActionStep, patch: Partial<ActionExecution> = {}): void {
    const before = this.action(id)
    const { deadline: _over, ...rest } = { ...before, ...patch }
    this.putAction({ ...rest, status: step(actionLifecycle, before.status, by) })
    this.tellAction(id)
  }

  rule(id: string): RuleExecution {
    return present(this.rules.get(id), `rule execution ${id}`)
  }
  findRule(id: string): RuleExecution | undefined {
    return this.rules.get(id)
  }
  putRule(rule: RuleExecution): void {
    this.rules.put.set(rule.id, { ...rule, updated: this.now })
  }
  stepRule(id: string, by: RuleStep, patch: Partial<RuleExecution> = {}): void {
    const before = this.rule(id)
    const { deadline: _over, ...rest } = { ...before, ...patch }
    this.putRule({ ...rest, status: step(ruleLifecycle, before.status, by) })
  }

  queueJob(job: Job): void {
    this.newJobs.push(job)
  }
  reportJob({ id, fence, status: from }: Job, by: JobStep): void {
    this.reportedJobs.push({ jobId: id, fence, from, status: step(jobLifecycle, from, by) })
  }
  endJob(end: JobEnd): void {
    this.endedJobs.push(end)
  }
  useRevision({ actionName, revisionId, branch }: SourceRevision, executionId: string): void {
    this.revisions.push({ actionName, revisionId, executionId, ...defined({ branch }) })
  }
  tell(effect: Effect): void {
    this.effects.push(effect)
  }
  tellAction(id: string): void {
    const action = this.action(id)
    this.tell({
      kind: 'actionChanged',
      pipelineName: this.pipelineName,
      pipelineExecutionId: action.executionId,
      actionExecutionId: id,
      stageName: action.stageName,
      actionName: action.actionName,
      status: action.status,
      ...defined({
        summary: action.summary ?? action.error?.message,
        error: action.status === 'Failed' ? action.error : undefined,
        externalExecutionId: action.externalExecutionId,
        externalExecutionUrl: action.externalExecutionUrl,
      }),
    })
  }

  /** The decision as data; `executionId` is what the event made or moved. */
  finish(executionId?: string): Decision {
    return {
      changes: {
        executions: [...this.executions.put.values()],
        stages: [...this.stageRecords.put.values()],
        stageExecutions: [...this.stageExecutions.put.values()],
        actions: [...this.actions.put.values()],
        rules: [...this.rules.put.values()],
        newJobs: this.newJobs,
        reportedJobs: this.reportedJobs,
        endedJobs: this.endedJobs,
        revisions: this.revisions,
        sequence: this.sequence,
      },
      effects: this.effects,
      ...defined({ executionId }),
    }
  }
}
