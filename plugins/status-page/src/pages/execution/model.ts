import type { PipelineDeclaration, Principal, Views } from '@penstock/core'
import { may } from '../../http/permissions.js'
import type { Site } from '../../site.js'
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
export async function loadExecution(site: Site, by: Principal, name: string, id: string): Promise<ExecutionModel> {
  const { operations } = site.server
  const { pipelineExecution: execution } = await operations.getPipelineExecution(by, {
    pipelineName: name,
    pipelineExecutionId: id,
  })
  const [declaration, actions, rules, summary] = await Promise.all([
    declarationOf(site, by, name, execution.pipelineVersion),
    actionsOf(site, by, name, id),
    may(site, by, 'ListRuleExecutions', name)
      ? operations.listRuleExecutions(by, { pipelineName: name, filter: { pipelineExecutionId: id }, maxResults: 100 })
      : { ruleExecutionDetails: [] },
    summaryOf(site, by, name, id),
  ])
  return {
    execution,
    summary,
    declaration,
    actions: actions.toReversed(),
    rules: rules.ruleExecutionDetails.toReversed(),
    may: rightsOn(site, by, name),
  }
}

async function declarationOf(site: Site, by: Principal, name: string, version: number): Promise<PipelineDeclaration> {
  const { operations } = site.server
  try {
    return (await operations.getPipeline(by, { name, version })).pipeline
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'PipelineVersionNotFoundException') throw error
    return (await operations.getPipeline(by, { name })).pipeline
  }
}

async function actionsOf(site: Site, by: Principal, name: string, id: string): Promise<Views.ActionExecutionDetail[]> {
  if (!may(site, by, 'ListActionExecutions', name)) return []
  const found: Views.ActionExecutionDetail[] = []
  let nextToken: string | undefined
  for (let page = 0; page < mostPages; page++) {
    const answer = await site.server.operations.listActionExecutions(by, {
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
async function summaryOf(site: Site, by: Principal, name: string, id: string) {
  if (!may(site, by, 'ListPipelineExecutions', name)) return undefined
  const { pipelineExecutionSummaries } = await site.server.operations.listPipelineExecutions(by, {
    pipelineName: name,
    maxResults: 100,
  })
  return pipelineExecutionSummaries.find((each) => each.pipelineExecutionId === id)
}
