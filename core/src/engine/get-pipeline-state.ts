import type { Principal } from '../domain/access.js'
import type { ActionExecution } from '../domain/action.js'
import type { ConditionExecution, RuleExecution } from '../domain/condition.js'
import { defined } from '../domain/defined.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { ActionDeclaration, Pipeline, StageDeclaration } from '../domain/pipeline.js'
import type { StageExecution, StageRecord } from '../domain/stage.js'
import { openTransition, type Transition } from '../domain/transition.js'
import type { Engine, SourceTrouble } from './engine.js'
import { fillTemplate } from './links.js'
import { pipelineNotFound } from './names.js'
import { hideSecrets } from './secrets.js'
import type * as V from './views.js'

/** What is loaded for one answer, by how it is looked up. */
interface Loaded {
  readonly engine: Engine
  readonly records: ReadonlyMap<string, StageRecord>
  readonly executions: ReadonlyMap<string, PipelineExecution>
  readonly stageExecutions: readonly StageExecution[]
  readonly actions: ReadonlyMap<string, ActionExecution>
  readonly rules: ReadonlyMap<string, RuleExecution>
  readonly waiting: readonly PipelineExecution[]
}

/** The present of each stage (T3, J8, X6: in PARALLEL mode there is none to show). Errors: PipelineNotFoundException. */
export async function getPipelineState(
  engine: Engine,
  _by: Principal,
  input: { name: string },
): Promise<V.PipelineState> {
  const pipeline = await engine.store.read.pipeline(input.name)
  if (!pipeline) throw pipelineNotFound(engine, input.name)
  const parallel = pipeline.declaration.executionMode === 'PARALLEL'
  const loaded = parallel ? undefined : await load(engine, pipeline)
  const troubles = (await engine.sourceTroubles?.(input.name)) ?? []
  return {
    pipelineName: pipeline.name,
    pipelineVersion: pipeline.version,
    stageStates: pipeline.declaration.stages.map((stage, index) => {
      const state = loaded ? stageState(loaded, stage) : emptyState(stage)
      return index === 0 ? withTroubles(state, troubles) : state
    }),
    created: new Date(pipeline.created),
    updated: new Date(pipeline.updated),
  }
}

async function load(engine: Engine, { name }: Pipeline): Promise<Loaded> {
  const { read } = engine.store
  const records = await read.stageRecords(name)
  const live = await read.liveExecutions(name)
  const latest = [...new Set(records.flatMap((record) => record.latestExecutionId ?? []))]
  const [executions, stageExecutions, actions] = await Promise.all([
    read.executionsById(latest),
    read.stageExecutions(latest),
    read.actionsById(records.flatMap((record) => Object.values(record.latestActions))),
  ])
  const rules = await read.rulesById(stageExecutions.flatMap(ruleIds))
  return {
    engine,
    records: new Map(records.map((one) => [one.stageName, one])),
    executions: new Map([...executions, ...live].map((one) => [one.id, one])),
    stageExecutions,
    actions: new Map(actions.map((one) => [one.id, one])),
    rules: new Map(rules.map((one) => [one.id, one])),
    waiting: live.filter((one) => one.position?.waiting),
  }
}

function ruleIds({ beforeEntry, onSuccess, onFailure }: StageExecution): string[] {
  return [beforeEntry, onSuccess, onFailure].flatMap((condition) => Object.values(condition?.rules ?? {}))
}

/** A source whose polls fail says so where its last run is told of: what ran then may have gone well. */
function withTroubles(stage: V.StageState, troubles: readonly SourceTrouble[]): V.StageState {
  if (troubles.length === 0) return stage
  return {
    ...stage,
    actionStates: stage.actionStates.map((state) => {
      const trouble = troubles.find(({ actionName }) => actionName === state.actionName)
      if (!trouble || state.latestExecution?.errorDetails) return state
      const since = new Date(trouble.since).toISOString().replace(/\.\d+Z$/, 'Z')
      const message = `This source cannot be looked at since ${since} (failed polls: ${trouble.polls}): ${trouble.message}`
      const before = state.latestExecution?.summary
      const summary = `Cannot be looked at since ${since}${before === undefined ? '' : `; fetched before: ${before}`}`
      const errorDetails = { code: 'RevisionUnavailable', message }
      return { ...state, latestExecution: { ...state.latestExecution, summary: summary.slice(0, 2048), errorDetails } }
    }),
  }
}

function emptyState(stage: StageDeclaration): V.StageState {
  return {
    stageName: stage.name,
    inboundTransitionState: transitionState(openTransition),
    actionStates: stage.actions.map((action) => ({ actionName: action.name })),
  }
}

function stageState(loaded: Loaded, stage: StageDeclaration): V.StageState {
  const record = loaded.records.get(stage.name)
  const id = record?.latestExecutionId
  const latest = loaded.stageExecutions.find((one) => one.executionId === id && one.stageName === stage.name)
  const waiting = loaded.waiting.filter((one) => one.position?.stage === stage.name)
  const inbound = waiting.map((one) => stageExecution(one, 'InProgress'))
  const first = inbound[0]
  const execution = loaded.executions.get(id ?? '')
  return {
    stageName: stage.name,
    ...(first ? { inboundExecution: first, inboundExecutions: inbound } : { inboundExecutions: [] }),
    inboundTransitionState: transitionState(record?.inbound ?? openTransition),
    actionStates: stage.actions.map((action) => actionState(loaded, record, action)),
    ...(latest && execution ? { latestExecution: stageExecution(execution, latest.status) } : {}),
    ...(latest ? conditionStates(loaded, latest) : {}),
    ...(latest?.retry ? { retryStageMetadata: latest.retry } : {}),
  }
}

function stageExecution(execution: PipelineExecution, status: V.StageExecution['status']): V.StageExecution {
  return { pipelineExecutionId: execution.id, status, type: execution.type }
}

function transitionState({ enabled, lastChangedBy, lastChangedAt, disabledReason }: Transition): V.TransitionState {
  return {
    enabled,
    ...defined({ lastChangedBy }),
    ...(lastChangedAt === undefined ? {} : { lastChangedAt: new Date(lastChangedAt) }),
    ...defined({ disabledReason }),
  }
}

function actionState(
  { engine, actions }: Loaded,
  record: StageRecord | undefined,
  declared: ActionDeclaration,
): V.ActionState {
  const latest = actions.get(record?.latestActions[declared.name] ?? '')
  const settings = engine.types.describe(declared.actionTypeId)?.settings
  const open = hideSecrets(engine.types, declared.actionTypeId, declared.configuration ?? {})
  const entityUrl = settings?.entityUrlTemplate && fillTemplate(settings.entityUrlTemplate, open)
  const revision = latest?.currentRevision
  const revisionUrl =
    revision?.revisionUrl ?? (settings?.revisionUrlTemplate && fillTemplate(settings.revisionUrlTemplate, open))
  return {
    actionName: declared.name,
    ...(revision ? { currentRevision: actionRevision(revision, latest.updated) } : {}),
    ...(latest ? { latestExecution: actionExecution(engine, latest, declared) } : {}),
    ...(entityUrl ? { entityUrl } : {}),
    ...(revisionUrl ? { revisionUrl } : {}),
  }
}

function actionRevision(revision: NonNullable<ActionExecution['currentRevision']>, seen: number): V.ActionRevision {
  return {
    revisionId: revision.revisionId,
    revisionChangeId: revision.revisionChangeId ?? revision.revisionId,
    created: new Date(revision.created ?? seen),
  }
}

/** J8, and A1: the token only while the approval is pending. */
export function actionExecution(
  engine: Engine,
  action: ActionExecution,
  declared?: ActionDeclaration,
): V.ActionExecution {
  const url = action.externalExecutionUrl ?? executionUrl(engine, action, declared)
  return {
    actionExecutionId: action.id,
    status: action.status,
    ...defined({ summary: action.summary }),
    lastStatusChange: new Date(action.updated),
    ...(action.token !== undefined && action.status === 'InProgress' ? { token: action.token } : {}),
    ...defined({
      lastUpdatedBy: action.lastUpdatedBy,
      externalExecutionId: action.externalExecutionId,
      externalExecutionUrl: url,
      percentComplete: action.percentComplete,
    }),
    ...(action.error ? { errorDetails: action.error } : {}),
  }
}

/** J4: from the action type's template, once there is an external execution to name. */
export function executionUrl(
  engine: Engine,
  action: ActionExecution,
  declared: ActionDeclaration | undefined,
): string | undefined {
  const template = declared && engine.types.describe(declared.actionTypeId)?.settings?.executionUrlTemplate
  if (!template || (template.includes('{ExternalExecutionId}') && action.externalExecutionId === undefined))
    return undefined
  const open = hideSecrets(engine.types, declared.actionTypeId, action.resolvedConfiguration)
  return fillTemplate(template, open, action.externalExecutionId)
}

function conditionStates(loaded: Loaded, stage: StageExecution): Partial<V.StageState> {
  return {
    ...(stage.beforeEntry ? { beforeEntryConditionState: conditionState(loaded, stage.beforeEntry) } : {}),
    ...(stage.onSuccess ? { onSuccessConditionState: conditionState(loaded, stage.onSuccess) } : {}),
    ...(stage.onFailure ? { onFailureConditionState: conditionState(loaded, stage.onFailure) } : {}),
  }
}

function conditionState({ rules }: Loaded, condition: ConditionExecution): V.StageConditionState {
  const brief = {
    status: condition.status,
    ...defined({ summary: condition.summary }),
  }
  const ruleStates = Object.entries(condition.rules).map(([ruleName, id]) => ruleState(ruleName, rules.get(id)))
  return {
    latestExecution: brief,
    conditionStates: [{ latestExecution: { ...brief, lastStatusChange: new Date(condition.updated) }, ruleStates }],
  }
}

function ruleState(ruleName: string, rule: RuleExecution | undefined): V.RuleState {
  if (!rule) return { ruleName }
  return {
    ruleName,
    latestExecution: {
      ruleExecutionId: rule.id,
      status: rule.status,
      lastStatusChange: new Date(rule.updated),
      ...defined({
        summary: rule.summary,
        externalExecutionId: rule.externalExecutionId,
        externalExecutionUrl: rule.externalExecutionUrl,
      }),
      ...(rule.error ? { errorDetails: rule.error } : {}),
    },
  }
}

/** For whoever needs an action's declaration besides its run. */
export function declarationOf(
  pipeline: Pipeline['declaration'],
  action: ActionExecution,
): ActionDeclaration | undefined {
  const stage = pipeline.stages.find((one) => one.name === action.stageName)
  return stage?.actions.find((one) => one.name === action.actionName)
}
