/** What was: executions, and the actions and rules they ran; newest first (X11). */

import type { Principal } from '../domain/access.js'
import type { ActionExecution } from '../domain/action.js'
import type { Artifact } from '../domain/artifact.js'
import { defined } from '../domain/defined.js'
import type { PipelineExecution } from '../domain/execution.js'
import type { Pipeline, PipelineDeclaration } from '../domain/pipeline.js'
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
      ...defined({ statusSummary: execution.statusSummary }),
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
      ...defined({ revisionChangeIdentifier: revision.revisionChangeId, revisionSummary: revision.revisionSummary }),
      ...(revision.created === undefined ? {} : { created: new Date(revision.created) }),
      ...defined({ revisionUrl: revision.revisionUrl }),
    }))
  })
}

/**
 * A pipeline's executions, or those that a stage can go back to (R8). Errors: PipelineNotFoundException,
 * InvalidNextTokenException.
 */
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
    ...defined({ statusSummary: execution.statusSummary }),
    startTime: new Date(execution.started),
    lastUpdateTime: new Date(execution.updated),
    sourceRevisions: execution.sourceRevisions.map(({ actionName, revisionId, revisionSummary, revisionUrl }) => ({
      actionName,
      revisionId,
      ...defined({ revisionSummary, revisionUrl }),
    })),
    ...(execution.stop ? { stopTrigger: reason === undefined ? {} : { reason } } : {}),
    ...kindOf(execution),
  }
}

/**
 * The actions as they ran, with their configuration before and after variables were resolved (V4). Errors:
 * PipelineNotFoundException, PipelineExecutionNotFoundException, InvalidNextTokenException.
 */
export async function listActionExecutions(
  engine: Engine,
  _by: Principal,
  input: Input<'listActionExecutions'>,
): Output<'listActionExecutions'> {
  if (input.filter?.latestInPipelineExecution?.startTimeRange === 'Latest') return listLatestRuns(engine, input)
  const { list, executionId, page } = await historyPage(engine, 'actions', input)
  const { items, next } = await engine.store.read.actions(input.pipelineName, { ...page, executionId })
  return withToken({ actionExecutionDetails: await actionDetails(engine, items) }, list, next)
}

async function listLatestRuns(
  engine: Engine,
  { pipelineName, filter, nextToken, maxResults = pageSize }: Input<'listActionExecutions'>,
): Output<'listActionExecutions'> {
  const id = filter?.latestInPipelineExecution?.pipelineExecutionId ?? ''
  await mustExist(engine, pipelineName)
  await executionOf(engine, pipelineName, id)
  const list = `latest actions ${pipelineName} ${id}`
  const after = positionOf<string>(list, nextToken, 'string')
  const all = await latestRuns(engine, pipelineName, id)
  const from = all.findIndex((one) => one.id === after) + 1
  const shown = all.slice(from, from + maxResults)
  const last = from + maxResults < all.length ? shown.at(-1)?.id : undefined
  return withToken({ actionExecutionDetails: await actionDetails(engine, shown) }, list, last)
}

async function actionDetails(engine: Engine, actions: readonly ActionExecution[]): Promise<V.ActionExecutionDetail[]> {
  const declarations = await declarationsOf(engine, actions)
  return actions.map((one) => actionDetail(engine, one, declarations.get(one.pipelineVersion)))
}

/** What the lists of actions and rules share: the filter's execution is looked up, the token is read. */
export async function historyPage(engine: Engine, what: string, input: Input<'listActionExecutions'>) {
  await mustExist(engine, input.pipelineName)
  const executionId = input.filter?.pipelineExecutionId ?? input.filter?.latestInPipelineExecution?.pipelineExecutionId
  if (executionId !== undefined) await executionOf(engine, input.pipelineName, executionId)
  const list = `${what} ${input.pipelineName} ${executionId ?? ''}`
  const page = { before: positionOf<number>(list, input.nextToken, 'number'), limit: input.maxResults ?? pageSize }
  return { list, executionId, page }
}

/** The last run of each action in one execution, newest first: which they are only the whole of it tells. */
async function latestRuns(engine: Engine, pipelineName: string, executionId: string): Promise<ActionExecution[]> {
  const latest = new Map<string, ActionExecution>()
  let before: number | undefined
  do {
    const page = await engine.store.read.actions(pipelineName, { before, limit: 1000, executionId })
    for (const action of page.items) {
      const key = `${action.stageName}/${action.actionName}`
      if (!latest.has(key)) latest.set(key, action)
    }
    before = page.next
  } while (before !== undefined)
  return [...latest.values()]
}

export async function declarationsOf(
  engine: Engine,
  runs: readonly { pipelineName: string; pipelineVersion: number }[],
) {
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
    ...defined({ updatedBy: action.lastUpdatedBy }),
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
  // A source has run when it has its revision: that is what it did outside.
  const externalExecutionId = action.externalExecutionId ?? pending ?? action.currentRevision?.revisionId
  return {
    outputArtifacts: action.status === 'Succeeded' ? action.outputArtifacts.map(artifactDetail) : [],
    executionResult: {
      ...defined({ externalExecutionId, externalExecutionSummary: action.summary, externalExecutionUrl: url }),
      ...(action.error ? { errorDetails: action.error } : {}),
    },
    outputVariables: { ...action.outputVariables },
  }
}

function artifactDetail({ name, location }: Artifact): V.ArtifactDetail {
  return { name, s3location: { bucket: location.bucket, key: location.key } }
}
