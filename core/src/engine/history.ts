/** What was: executions, and the actions and rules they ran; newest first (X11). */
import type { Principal } from '../domain/access.js'
import type { ActionExecution } from '../domain/action.js'
import type { Artifact } from '../domain/artifact.js'
import type { RuleExecution } from '../domain/condition.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline, PipelineDeclaration, RuleDeclaration } from '../domain/pipeline.js'
import type { Engine } from './engine.js'
import { declarationOf, executionUrl } from './get-pipeline-state.js'
import { executionNotFound, pipelineNotFound } from './names.js'
import type { ExecutionOperations } from './operations.js'
import { pageSize, positionOf, withToken } from './paging.js'
import { hideSecrets } from './secrets.js'
import type * as V from './views.js'

type Input<Name extends keyof ExecutionOperations> = Parameters<ExecutionOperations[Name]>[1]
type Output<Name extends keyof ExecutionOperations> = ReturnType<ExecutionOperations[Name]>

async function mustExist(engine: Engine, name: string): Promise<Pipeline> {
  const pipeline = await engine.store.read.pipeline(name)
  if (!pipeline) throw pipelineNotFound(engine, name)
  return pipeline
}

async function executionOf(engine: Engine, pipelineName: string, id: string): Promise<PipelineExecution> {
  const execution = await engine.store.read.execution(id)
  if (execution?.pipelineName !== pipelineName) throw executionNotFound(id, pipelineName)
  return execution
}

/** Errors: PipelineNotFoundException, PipelineExecutionNotFoundException. */
export async function getPipelineExecution(
  engine: Engine,
  _by: Principal,
  input: Input<'getPipelineExecution'>,
): Output<'getPipelineExecution'> {
  await mustExist(engine, input.pipelineName)
  const execution = await executionOf(engine, input.pipelineName, input.pipelineExecutionId)
  const version = await engine.store.read.pipeline(execution.pipelineName, execution.pipelineVersion)
  const variables = Object.entries(execution.variables).map(([name, resolvedValue]) => ({ name, resolvedValue }))
  return {
    pipelineExecution: {
      pipelineName: execution.pipelineName,
      pipelineVersion: execution.pipelineVersion,
      pipelineExecutionId: execution.id,
      status: execution.status,
      ...(execution.statusSummary === undefined ? {} : { statusSummary: execution.statusSummary }),
      artifactRevisions: artifactRevisions(execution, version?.declaration),
      ...(variables.length > 0 ? { variables } : {}),
      ...kindOf(execution),
    },
  }
}

function kindOf(execution: PipelineExecution) {
  const target = execution.rollbackTarget
  return {
    trigger: execution.trigger,
    executionMode: execution.mode,
    executionType: execution.type,
    ...(target === undefined ? {} : { rollbackMetadata: { rollbackTargetPipelineExecutionId: target } }),
  }
}

/** One per output artifact of a source action that has a revision. */
function artifactRevisions(
  execution: PipelineExecution,
  declaration: PipelineDeclaration | undefined,
): V.ArtifactRevision[] {
  const sources = declaration?.stages[0]?.actions ?? []
  return sources.flatMap((source) => {
    const revision = execution.sourceRevisions.find((one) => one.actionName === source.name)
    if (!revision) return []
    return (source.outputArtifacts ?? []).map(({ name }) => ({
      name,
      revisionId: revision.revisionId,
      ...(revision.revisionChangeId === undefined ? {} : { revisionChangeIdentifier: revision.revisionChangeId }),
      ...(revision.revisionSummary === undefined ? {} : { revisionSummary: revision.revisionSummary }),
      ...(revision.created === undefined ? {} : { created: new Date(revision.created) }),
      ...(revision.revisionUrl === undefined ? {} : { revisionUrl: revision.revisionUrl }),
    }))
  })
}

/** R8. Errors: PipelineNotFoundException, InvalidNextTokenException. */
export async function listPipelineExecutions(
  engine: Engine,
  _by: Principal,
  input: Input<'listPipelineExecutions'>,
): Output<'listPipelineExecutions'> {
  const { version } = await mustExist(engine, input.pipelineName)
  const succeededInStage = input.filter?.succeededInStage?.stageName
  const list = `executions ${input.pipelineName} ${succeededInStage ?? ''}`
  const page = await engine.store.read.executions(input.pipelineName, {
    before: positionOf<number>(list, input.nextToken, 'number'),
    limit: input.maxResults ?? pageSize,
    ...(succeededInStage === undefined ? {} : { succeededInStage, version }),
  })
  return withToken({ pipelineExecutionSummaries: page.items.map(executionSummary) }, list, page.next)
}

/** An execution as lists show it. */
export function executionSummary(execution: PipelineExecution): V.PipelineExecutionSummary {
  const reason = execution.stop?.reason
  return {
    pipelineExecutionId: execution.id,
    status: execution.status,
    ...(execution.statusSummary === undefined ? {} : { statusSummary: execution.statusSummary }),
    startTime: new Date(execution.started),
    lastUpdateTime: new Date(execution.updated),
    sourceRevisions: execution.sourceRevisions.map(({ actionName, revisionId, revisionSummary, revisionUrl }) => ({
      actionName,
      revisionId,
      ...(revisionSummary === undefined ? {} : { revisionSummary }),
      ...(revisionUrl === undefined ? {} : { revisionUrl }),
    })),
    ...(execution.stop ? { stopTrigger: reason === undefined ? {} : { reason } } : {}),
    ...kindOf(execution),
  }
}

/** V4. Errors: PipelineNotFoundException, PipelineExecutionNotFoundException, InvalidNextTokenException. */
export async function listActionExecutions(
  engine: Engine,
  _by: Principal,
  input: Input<'listActionExecutions'>,
): Output<'listActionExecutions'> {
  const { list, executionId, page } = await historyPage(engine, 'actions', input)
  const found = await engine.store.read.actions(input.pipelineName, { ...page, executionId })
  const declarations = await declarationsOf(engine, found.items)
  const latest = input.filter?.latestInPipelineExecution?.startTimeRange === 'Latest'
  const shown = latest ? newestRuns(found.items) : found.items
  return withToken(
    { actionExecutionDetails: shown.map((one) => actionDetail(engine, one, declarations.get(one.pipelineVersion))) },
    list,
    found.next,
  )
}

/** What the three history lists share: the filter's execution is looked up, the token is read. */
async function historyPage(engine: Engine, what: string, input: Input<'listActionExecutions'>) {
  await mustExist(engine, input.pipelineName)
  const executionId = input.filter?.pipelineExecutionId ?? input.filter?.latestInPipelineExecution?.pipelineExecutionId
  if (executionId !== undefined) await executionOf(engine, input.pipelineName, executionId)
  const list = `${what} ${input.pipelineName} ${executionId ?? ''}`
  const page = { before: positionOf<number>(list, input.nextToken, 'number'), limit: input.maxResults ?? pageSize }
  return { list, executionId, page }
}

/** Of several runs of an action in one execution, the last. */
function newestRuns(actions: readonly ActionExecution[]): ActionExecution[] {
  const seen = new Set<string>()
  return actions.filter(({ stageName, actionName }) => {
    const key = `${stageName}/${actionName}`
    return seen.has(key) ? false : seen.add(key)
  })
}

async function declarationsOf(engine: Engine, runs: readonly { pipelineName: string; pipelineVersion: number }[]) {
  const declarations = new Map<number, PipelineDeclaration>()
  for (const { pipelineName, pipelineVersion } of runs) {
    if (declarations.has(pipelineVersion)) continue
    const pipeline = await engine.store.read.pipeline(pipelineName, pipelineVersion)
    if (pipeline) declarations.set(pipelineVersion, pipeline.declaration)
  }
  return declarations
}

function actionDetail(
  engine: Engine,
  action: ActionExecution,
  pipeline: PipelineDeclaration | undefined,
): V.ActionExecutionDetail {
  const declared = pipeline && declarationOf(pipeline, action)
  const typeId = declared?.actionTypeId ?? { category: 'Build', owner: 'Custom', provider: 'Unknown', version: '1' }
  return {
    pipelineExecutionId: action.executionId,
    actionExecutionId: action.id,
    pipelineVersion: action.pipelineVersion,
    stageName: action.stageName,
    actionName: action.actionName,
    startTime: new Date(action.started),
    lastUpdateTime: new Date(action.updated),
    ...(action.lastUpdatedBy === undefined ? {} : { updatedBy: action.lastUpdatedBy }),
    status: action.status,
    input: {
      actionTypeId: typeId,
      configuration: hideSecrets(engine.types, typeId, action.configuration),
      resolvedConfiguration: hideSecrets(engine.types, typeId, action.resolvedConfiguration),
      ...(declared?.roleArn === undefined ? {} : { roleArn: declared.roleArn }),
      region: declared?.region ?? engine.region,
      inputArtifacts: action.inputArtifacts.map(artifactDetail),
      ...(declared?.namespace === undefined ? {} : { namespace: declared.namespace }),
    },
    output: actionOutput(engine, action, declared),
  }
}

/** X6: in PARALLEL mode this is where an approval's token is found. */
function actionOutput(
  engine: Engine,
  action: ActionExecution,
  declared: ReturnType<typeof declarationOf>,
): NonNullable<V.ActionExecutionDetail['output']> {
  const pending = action.status === 'InProgress' ? action.token : undefined
  const url = action.externalExecutionUrl ?? executionUrl(engine, action, declared)
  const externalExecutionId = action.externalExecutionId ?? pending
  return {
    outputArtifacts: action.status === 'Succeeded' ? action.outputArtifacts.map(artifactDetail) : [],
    executionResult: {
      ...(externalExecutionId === undefined ? {} : { externalExecutionId }),
      ...(action.summary === undefined ? {} : { externalExecutionSummary: action.summary }),
      ...(url === undefined ? {} : { externalExecutionUrl: url }),
      ...(action.error ? { errorDetails: action.error } : {}),
    },
    outputVariables: { ...action.outputVariables },
  }
}

function artifactDetail({ name, location }: Artifact): V.ArtifactDetail {
  return { name, s3location: { bucket: location.bucket, key: location.key } }
}

/** Errors: PipelineNotFoundException, PipelineExecutionNotFoundException, InvalidNextTokenException. */
export async function listRuleExecutions(
  engine: Engine,
  _by: Principal,
  input: Input<'listRuleExecutions'>,
): Output<'listRuleExecutions'> {
  const { list, executionId, page } = await historyPage(engine, 'rules', input)
  const found = await engine.store.read.rules(input.pipelineName, { ...page, executionId })
  const declarations = await declarationsOf(engine, found.items)
  return withToken(
    { ruleExecutionDetails: found.items.map((one) => ruleDetail(engine, one, declarations.get(one.pipelineVersion))) },
    list,
    found.next,
  )
}

function ruleDetail(
  engine: Engine,
  rule: RuleExecution,
  pipeline: PipelineDeclaration | undefined,
): V.RuleExecutionDetail {
  const typeId = ruleDeclaration(rule, pipeline)?.ruleTypeId ?? { category: 'Rule', provider: 'Unknown' }
  return {
    pipelineExecutionId: rule.executionId,
    ruleExecutionId: rule.id,
    pipelineVersion: rule.pipelineVersion,
    stageName: rule.stageName,
    ruleName: rule.ruleName,
    startTime: new Date(rule.started),
    lastUpdateTime: new Date(rule.updated),
    status: rule.status,
    input: {
      ruleTypeId: typeId,
      configuration: hideSecrets(engine.types, typeId, rule.configuration),
      resolvedConfiguration: hideSecrets(engine.types, typeId, rule.resolvedConfiguration),
      inputArtifacts: [],
    },
    output: {
      executionResult: {
        ...(rule.externalExecutionId === undefined ? {} : { externalExecutionId: rule.externalExecutionId }),
        ...(rule.summary === undefined ? {} : { externalExecutionSummary: rule.summary }),
        ...(rule.externalExecutionUrl === undefined ? {} : { externalExecutionUrl: rule.externalExecutionUrl }),
        ...(rule.error ? { errorDetails: rule.error } : {}),
      },
    },
  }
}

function ruleDeclaration(rule: RuleExecution, pipeline: PipelineDeclaration | undefined): RuleDeclaration | undefined {
  const stage = pipeline?.stages.find((one) => one.name === rule.stageName)
  return stage?.[rule.kind]?.conditions?.flatMap((one) => one.rules ?? []).find((one) => one.name === rule.ruleName)
}
