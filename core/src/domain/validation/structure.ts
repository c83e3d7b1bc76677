import type { PipelineDeclaration, StageDeclaration } from '../pipeline.js'
import { checkVariables } from '../variable-rules.js'
import { type ActionTypeLookup, checkAction } from './action.js'
import { checkArtifacts } from './artifacts.js'
import { checkConditions, checkSourceConditions } from './conditions.js'
import { checkName, limits, repeated } from './limits.js'
import { type Problem, Problems } from './problem.js'
import { hasPipelineShape } from './shape.js'
import { checkRegions, checkStores } from './stores.js'
import { checkTriggers } from './triggers.js'

/** All that is wrong with a structure (S1..S18, V1..V3), with its place; nothing is an empty list. */
export function validatePipeline(value: unknown, types: ActionTypeLookup): readonly Problem[] {
  const problems = new Problems()
  if (!hasPipelineShape(problems, value)) return problems.all
  checkName(problems.at('name'), 'name', value.name)
  checkStages(problems, value, types)
  checkArtifacts(problems, value)
  checkStores(problems, value)
  checkRegions(problems, value, types.region)
  checkMode(problems, value)
  checkPipelineVariables(problems, value)
  checkTriggers(problems, value)
  for (const { stageName, actionName, message } of checkVariables(value)) {
    problems
      .at(...placeOf(value, stageName, actionName))
      .as('InvalidActionDeclarationException')
      .add(message)
  }
  return problems.all
}

function placeOf(pipeline: PipelineDeclaration, stageName: string, actionName: string): (string | number)[] {
  const stage = pipeline.stages.findIndex((one) => one.name === stageName)
  const action = pipeline.stages[stage]?.actions.findIndex((one) => one.name === actionName) ?? -1
  return action < 0 ? ['stages', stage] : ['stages', stage, 'actions', action]
}

function checkStages(all: Problems, { stages }: PipelineDeclaration, types: ActionTypeLookup): void {
  const problems = all.at('stages').as('InvalidStructureException')
  if (stages.length < limits.stages.min) {
    problems.add(
      `Pipeline has only ${stages.length} stage(s). There should be a minimum of ${limits.stages.min} stages in a pipeline`,
    )
  }
  if (stages.length > limits.stages.max) {
    problems.add(
      `Pipeline has ${stages.length} stages. There can only be up to ${limits.stages.max} stages in a pipeline`,
    )
  }
  for (const name of repeated(stages.map((stage) => stage.name))) {
    problems.add(`Stage names must be unique within a pipeline. The name '${name}' is used more than once`) // (S4)
  }
  checkSources(problems, stages)
  const count = stages.reduce((sum, stage) => sum + stage.actions.length, 0)
  if (count > limits.actionsInPipeline) {
    problems.add(
      `Pipeline has ${count} actions. There can only be up to ${limits.actionsInPipeline} actions in a pipeline`,
    )
  }
  stages.forEach((stage, index) => {
    checkStage(all.at('stages', index), stage, types)
  })
}

/** The first stage has source actions only, no other stage has one, and some other stage does something (S3). */
function checkSources(problems: Problems, stages: readonly StageDeclaration[]): void {
  const isSource = (action: StageDeclaration['actions'][number]) => action.actionTypeId.category === 'Source'
  const [first, ...rest] = stages
  if (first && (first.actions.length === 0 || !first.actions.every(isSource))) {
    problems.at(0).add('Pipeline should start with a stage that only contains source actions')
  }
  if (first) checkSourceConditions(problems.at(0), first)
  rest.forEach((stage, index) => {
    const source = stage.actions.find(isSource)
    if (source) {
      problems
        .at(index + 1)
        .add(
          `Pipeline stage '${stage.name}' has the source action '${source.name}'. Only the first stage can contain source actions`,
        )
    }
  })
  if (rest.length > 0 && rest.every((stage) => stage.actions.every(isSource))) {
    problems.add('Pipeline should have at least one stage with an action that is not a source action')
  }
}

function checkStage(all: Problems, stage: StageDeclaration, types: ActionTypeLookup): void {
  const problems = all.as('InvalidStageDeclarationException')
  checkName(all.at('name'), 'name', stage.name)
  if (stage.actions.length === 0)
    problems.add(`Pipeline stage '${stage.name}' has no actions. There must be at least one`)
  if (stage.actions.length > limits.actionsInStage) {
    problems.add(
      `Pipeline stage '${stage.name}' has too many actions. There can only be up to ${limits.actionsInStage} actions in a pipeline stage`,
    )
  }
  for (const name of repeated(stage.actions.map((action) => action.name))) {
    problems.add(
      `Action names must be unique within a stage. The name '${name}' is used more than once in stage '${stage.name}'`,
    ) // (S4)
  }
  checkBlockers(all.at('blockers'), stage)
  stage.actions.forEach((action, index) => {
    checkAction(all.at('actions', index), action, types)
  })
  checkConditions(all, stage, types)
}

/** Reserved by the service: a name once in its stage, and the one type there is. */
function checkBlockers(all: Problems, { blockers = [], name: stageName }: StageDeclaration): void {
  const problems = all.as('InvalidBlockerDeclarationException')
  for (const name of repeated(blockers.map((blocker) => blocker.name))) {
    problems.add(`The blocker name '${name}' is used more than once in stage '${stageName}'`)
  }
  blockers.forEach(({ type }, index) => {
    if (type !== 'Schedule') problems.at(index, 'type').add(`'${type}' must be Schedule`)
  })
}

/** S12, S12b, S13: V1 has no more than SUPERSEDED. */
function checkMode(all: Problems, pipeline: PipelineDeclaration): void {
  const { executionMode, pipelineType } = pipeline
  if (executionMode !== undefined && !['SUPERSEDED', 'QUEUED', 'PARALLEL'].includes(executionMode)) {
    all.at('executionMode').add(`'${executionMode}' must be one of SUPERSEDED, QUEUED, PARALLEL`)
  }
  if (pipelineType !== undefined && pipelineType !== 'V1' && pipelineType !== 'V2')
    all.at('pipelineType').add(`'${pipelineType}' must be V1 or V2`)
  if (executionMode === 'PARALLEL') checkParallel(all, pipeline)
  if (pipelineType !== 'V1') return
  for (const parameter of v2Parameters(pipeline)) all.at(parameter).add(needsV2(`'${parameter}'`))
  for (const { stage, name, kind } of conditionsOf(pipeline))
    all.at('stages', stage, kind).add(needsV2(`'${kind}' of stage '${name}'`))
}

const needsV2 = (what: string) => `${what} needs a pipeline of type V2: set pipelineType to V2, or leave it out`

/** In PARALLEL mode nothing can be rolled back (S13). */
function checkParallel(all: Problems, { stages }: PipelineDeclaration): void {
  stages.forEach(({ onFailure, onSuccess }, index) => {
    const conditions = [...(onFailure?.conditions ?? []), ...(onSuccess?.conditions ?? [])]
    if (onFailure?.result !== 'ROLLBACK' && !conditions.some((one) => one.result === 'ROLLBACK')) return
    all
      .at('stages', index)
      .as('InvalidStageDeclarationException')
      .add('The result ROLLBACK cannot be used in PARALLEL mode')
  })
}

/** True when something in a pipeline is for V2 only (S12). */
export function needsTypeV2(pipeline: PipelineDeclaration): boolean {
  return v2Parameters(pipeline).length > 0 || conditionsOf(pipeline).length > 0
}

/** The members of the pipeline itself that only V2 may have, and this one has. */
function v2Parameters({ executionMode, triggers, variables }: PipelineDeclaration): string[] {
  return [
    ...(executionMode === 'QUEUED' || executionMode === 'PARALLEL' ? ['executionMode'] : []),
    ...(triggers?.length ? ['triggers'] : []),
    ...(variables?.length ? ['variables'] : []),
  ]
}

/** Where the stages have conditions. */
function conditionsOf({ stages }: PipelineDeclaration) {
  return stages.flatMap((stage, index) =>
    (['beforeEntry', 'onSuccess', 'onFailure'] as const)
      .filter((kind) => stage[kind])
      .map((kind) => ({ stage: index, name: stage.name, kind })),
  )
}

/** At most fifty variables, each with its own name (S14). */
function checkPipelineVariables(all: Problems, { variables = [] }: PipelineDeclaration): void {
  if (variables.length > limits.variables)
    all.at('variables').add(`${variables.length} variables are more than the ${limits.variables} allowed`)
  for (const name of repeated(variables.map((variable) => variable.name)))
    all.at('variables').add(`The variable '${name}' is declared more than once`)
  variables.forEach((variable, index) => {
    const at = all.at('variables', index)
    checkName(at.at('name'), 'variable', variable.name)
    const length = variable.defaultValue?.length
    if (length !== undefined && (length < 1 || length > 1000))
      at.at('defaultValue').add('must have 1 to 1000 characters')
    if ((variable.description?.length ?? 0) > 200) at.at('description').add('must have at most 200 characters')
  })
}
