import type { PipelineDeclaration, PrincipalOperations, Views } from '@penstock/core'
import { type PipelineRights, rightsOn } from '../pipeline/model.js'

/** All that the page of one execution shows. */
export interface ExecutionModel {
  readonly execution: Views.PipelineExecution
  readonly summary: Views.PipelineExecutionSummary | undefined
  /** As it was when the execution started; the present one where the older version is gone. */
  readonly declaration: PipelineDeclaration
  /** In the order in which they started. */
  readonly actions: readonly Views.ActionExecutionDetail[]
  readonly rules: readonly Views.RuleExecutionDetail[]
  readonly may: PipelineRights
}

/** Most actions that an execution can have run, retries included, before the page leaves the oldest out. */
const mostPages = 20

/** Errors: PipelineNotFoundException, PipelineExecutionNotFoundException. */
export async function loadExecution(
  operations: PrincipalOperations,
  name: string,
  id: string,
): Promise<ExecutionModel> {
  const about = { pipelineName: name }
  const { pipelineExecution: execution } = await operations.getPipelineExecution({ ...about, pipelineExecutionId: id })
  const [declaration, actions, rules, summary] = await Promise.all([
    declarationOf(operations, name, execution.pipelineVersion),
    actionsOf(operations, name, id),
    operations.may('listRuleExecutions', about)
      ? operations.listRuleExecutions({ ...about, filter: { pipelineExecutionId: id }, maxResults: 100 })
      : { ruleExecutionDetails: [] },
    summaryOf(operations, name, id),
  ])
  return {
    execution,
    summary,
    declaration,
    actions: actions.toReversed(),
    rules: rules.ruleExecutionDetails.toReversed(),
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
  const about = { pipelineName: name }
  if (!operations.may('listPipelineExecutions', about)) return undefined
  const { pipelineExecutionSummaries } = await operations.listPipelineExecutions({ ...about, maxResults: 100 })
  return pipelineExecutionSummaries.find((each) => each.pipelineExecutionId === id)
}
