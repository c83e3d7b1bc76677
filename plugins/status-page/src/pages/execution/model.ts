import type {
  ActionTimes,
  LiveExecution,
  PastExecution,
  PipelineDeclaration,
  PrincipalOperations,
  Views,
} from '@penstock/core'
import type { Excerpt } from '../../log/excerpt.js'
import type { Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { executionState, type State, stateOfStatus } from '../../view/state.js'
import type { Digest } from '../pipeline/digests.js'
import { asks, digestsAsked, excerptsOf, type PipelineRights, rightsOn } from '../pipeline/model.js'
import { type Told, toldOf } from '../pipeline/told.js'

/** All that the page of one execution shows. */
export interface ExecutionModel {
  readonly execution: Views.PipelineExecution
  readonly summary: Views.PipelineExecutionSummary | undefined
  /** As it was when the execution started; the present one where the older version is gone. */
  readonly declaration: PipelineDeclaration
  /** In the order in which they started. */
  readonly actions: readonly Views.ActionExecutionDetail[]
  readonly rules: readonly Views.RuleExecutionDetail[]
  /** The same actions with what of their time was waiting, in the order in which they started. */
  readonly runs: readonly ActionTimes[]
  /** Which of them ask a person. */
  readonly approvals: ReadonlySet<string>
  /** Set while it lives. */
  readonly live: LiveExecution | undefined
  /** The execution with its revisions' authors, where it is among the newest. */
  readonly past: PastExecution | undefined
  readonly state: State
  /** The last lines of what failed, by action execution. */
  readonly excerpts: ReadonlyMap<string, Excerpt>
  /** Of each pending approval, by action execution, what the answer is about. */
  readonly digests: ReadonlyMap<string, readonly Digest[]>
  /** Who was told of its approvals. */
  readonly told: readonly Told[]
  readonly may: PipelineRights
}

/** Most actions that an execution can have run, retries included, before the page leaves the oldest out. */
const mostPages = 20

/** Errors: PipelineNotFoundException, PipelineExecutionNotFoundException. */
export async function loadExecution(
  site: Site,
  operations: PrincipalOperations,
  name: string,
  id: string,
): Promise<ExecutionModel> {
  const { pipelineExecution: execution } = await operations.getPipelineExecution({
    pipelineName: name,
    pipelineExecutionId: id,
  })
  const mayRuns = operations.may('listActionExecutions', { pipelineName: name })
  const [declaration, actions, rules, summary, runs, [standing], past] = await Promise.all([
    declarationOf(operations, name, execution.pipelineVersion),
    actionsOf(operations, name, id),
    operations.may('listRuleExecutions', { pipelineName: name })
      ? operations.listRuleExecutions({ pipelineName: name, filter: { pipelineExecutionId: id }, maxResults: 100 })
      : { ruleExecutionDetails: [] },
    summaryOf(operations, name, id),
    mayRuns ? site.server.overview.runs(id) : [],
    boardOf(site).of([name]),
    operations.may('listPipelineExecutions', { pipelineName: name }) ? site.server.overview.recent([name], 100) : [],
  ])
  const live = standing?.live.find((one) => one.pipelineExecutionId === id)
  const failed = actions.filter(({ status }) => status === 'Failed').map(({ actionExecutionId }) => actionExecutionId)
  return {
    execution,
    summary,
    declaration,
    actions: actions.toReversed(),
    rules: rules.ruleExecutionDetails.toReversed(),
    runs,
    approvals: new Set(
      actions
        .filter(({ input }) => input.actionTypeId.category === 'Approval')
        .map(({ actionExecutionId }) => actionExecutionId),
    ),
    live,
    past: past.find(({ pipelineExecutionId }) => pipelineExecutionId === id),
    state: live ? executionState(live, site.server.clock.now()) : stateOfStatus(execution.status),
    excerpts: await excerptsOf(site, failed.slice(0, 4)),
    told: live && asks(live) ? await toldOf(operations, name) : [],
    digests: await digestsAsked(site, live ? [live] : []),
    may: rightsOn(operations, name),
  }
}

async function declarationOf(
  operations: PrincipalOperations,
  name: string,
  version: number,
): Promise<PipelineDeclaration> {
  try {
    return (await operations.getPipeline({ name, version })).pipeline
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'PipelineVersionNotFoundException') throw error
    return (await operations.getPipeline({ name })).pipeline
  }
}

async function actionsOf(
  operations: PrincipalOperations,
  name: string,
  id: string,
): Promise<Views.ActionExecutionDetail[]> {
  if (!operations.may('listActionExecutions', { pipelineName: name })) return []
  const found: Views.ActionExecutionDetail[] = []
  let nextToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = await operations.listActionExecutions({
      pipelineName: name,
      filter: { pipelineExecutionId: id },
      maxResults: 100,
      nextToken,
    })
    found.push(...answer.actionExecutionDetails)
    nextToken = answer.nextToken
    if (!nextToken) break
  }
  return found
}

/** Times and the reason of a stop are in the list's entry only; it is found among the newest ones, or left out. */
async function summaryOf(operations: PrincipalOperations, name: string, id: string) {
  if (!operations.may('listPipelineExecutions', { pipelineName: name })) return undefined
  const { pipelineExecutionSummaries } = await operations.listPipelineExecutions({
    pipelineName: name,
    maxResults: 100,
  })
  return pipelineExecutionSummaries.find((each) => each.pipelineExecutionId === id)
}
