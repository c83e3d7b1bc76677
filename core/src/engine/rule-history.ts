/** The rules that conditions ran; newest first (X11). */

import type { Principal } from '../domain/access.js'
import type { RuleExecution } from '../domain/condition.js'
import { defined } from '../domain/defined.js'
import type { PipelineDeclaration, RuleDeclaration } from '../domain/pipeline.js'
import type { Engine } from './engine.js'
import { declarationsOf, historyPage } from './history.js'
import type { ExecutionOperations } from './operations.js'
import { withToken } from './paging.js'
import { hideSecrets } from './secrets.js'
import type * as V from './views.js'

/** Errors: PipelineNotFoundException, PipelineExecutionNotFoundException, InvalidNextTokenException. */
export async function listRuleExecutions(
  engine: Engine,
  _by: Principal,
  input: Parameters<ExecutionOperations['listRuleExecutions']>[1],
): ReturnType<ExecutionOperations['listRuleExecutions']> {
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
  const declared = ruleDeclaration(rule, pipeline)
  const typeId = declared?.ruleTypeId ?? { category: 'Rule', provider: 'Unknown' }
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
      ...(declared?.roleArn === undefined ? {} : { roleArn: declared.roleArn }),
      region: declared?.region ?? engine.region,
      inputArtifacts: [],
    },
    output: {
      executionResult: {
        ...defined({
          externalExecutionId: rule.externalExecutionId,
          externalExecutionSummary: rule.summary,
          externalExecutionUrl: rule.externalExecutionUrl,
        }),
        ...(rule.error ? { errorDetails: rule.error } : {}),
      },
    },
  }
}

function ruleDeclaration(rule: RuleExecution, pipeline: PipelineDeclaration | undefined): RuleDeclaration | undefined {
  const stage = pipeline?.stages.find((one) => one.name === rule.stageName)
  return stage?.[rule.kind]?.conditions?.flatMap((one) => one.rules ?? []).find((one) => one.name === rule.ruleName)
}
