import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '../../core/src/domain/pipeline.js'
import type { Random } from './random.js'

const build = { category: 'Build', owner: 'Custom', provider: 'Make', version: '1' } as const
const source = { category: 'Source', owner: 'Custom', provider: 'Repo', version: '1' } as const
const approval = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } as const

/** A pipeline of any mode, with parallel and sequential actions, approvals, conditions and what follows a failure. */
export function randomPipeline(random: Random, name: string): PipelineDeclaration {
  const executionMode = random.pick(['SUPERSEDED', 'SUPERSEDED', 'QUEUED', 'PARALLEL'] as const)
  const count = random.int(1, 4)
  return {
    name,
    roleArn: 'arn:aws:iam::123456789012:role/simulated',
    artifactStore: { type: 'S3', location: 'codepipeline-eu-central-1-1234567890' },
    executionMode,
    pipelineType: 'V2',
    stages: [
      { name: 'Source', actions: [{ name: 'Repo', actionTypeId: source, outputArtifacts: [{ name: 'tree' }] }] },
      ...Array.from({ length: count }, (_, index) => randomStage(random, index, executionMode === 'PARALLEL')),
    ],
  }
}

function randomStage(random: Random, index: number, parallel: boolean): StageDeclaration {
  const actions = Array.from({ length: random.int(1, 4) }, (_, n) => randomAction(random, n))
  return {
    name: `Stage${index + 1}`,
    actions,
    ...(random.chance(0.15) ? { beforeEntry: condition(random.pick(['FAIL', 'SKIP'] as const)) } : {}),
    ...(random.chance(0.1)
      ? { onSuccess: condition(parallel ? 'FAIL' : random.pick(['FAIL', 'ROLLBACK'] as const)) }
      : {}),
    ...failure(random, parallel),
  }
}

function condition(result: 'FAIL' | 'SKIP' | 'ROLLBACK'): NonNullable<StageDeclaration['beforeEntry']> {
  const rule = {
    name: 'Check',
    ruleTypeId: { category: 'Rule', owner: 'AWS', provider: 'VariableCheck', version: '1' },
  } as const
  return { conditions: [{ result, rules: [rule] }] }
}

function failure(random: Random, parallel: boolean): Partial<StageDeclaration> {
  const retryMode = random.pick(['FAILED_ACTIONS', 'ALL_ACTIONS'] as const)
  if (random.chance(0.15)) return { onFailure: { result: 'RETRY', retryConfiguration: { retryMode } } }
  if (!parallel && random.chance(0.1)) return { onFailure: { result: 'ROLLBACK' } }
  if (!parallel && random.chance(0.1)) return { onFailure: condition('ROLLBACK') }
  return {}
}

function randomAction(random: Random, index: number): ActionDeclaration {
  const isApproval = random.chance(0.08)
  return {
    name: `Action${index + 1}`,
    actionTypeId: isApproval ? approval : build,
    runOrder: random.int(1, 2),
    ...(isApproval ? { timeoutInMinutes: 8 } : {}),
  }
}
