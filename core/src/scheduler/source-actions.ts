import { type TriggerInterest, triggerInterest } from '../domain/git-trigger.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import type { SecretPlace } from '../domain/secret.js'
import { resolveConfiguration, UnresolvedVariables } from '../domain/variables.js'

/** The source actions of a pipeline, as declared. */
export function sourceActions(pipeline: Pipeline): readonly ActionDeclaration[] {
  return pipeline.declaration.stages.flatMap((stage) =>
    stage.actions.filter((action) => action.actionTypeId.category === 'Source'),
  )
}

/** Whether a trigger of the pipeline's names a source action. */
export function hasTrigger(pipeline: Pipeline, { name }: ActionDeclaration): boolean {
  return (pipeline.declaration.triggers ?? []).some(
    ({ gitConfiguration }) => gitConfiguration.sourceActionName === name,
  )
}

/** Where a source stands, for secrets: a poll is nobody's action. */
export function placeOf(pipeline: Pipeline, action: ActionDeclaration): SecretPlace {
  const stage = pipeline.declaration.stages.find(({ actions }) => actions.some(({ name }) => name === action.name))
  return { pipelineName: pipeline.name, stageName: stage?.name ?? '' }
}

/** What the pipeline's git triggers want to know of a source beyond its branch's tip; `undefined` when that is enough. */
export function changesWanted(pipeline: Pipeline, action: ActionDeclaration): TriggerInterest | undefined {
  return triggerInterest(pipeline.declaration.triggers ?? [], action.name, configuredBranch(pipeline, action))
}

/** The branch that a git source is configured for. */
export function configuredBranch(pipeline: Pipeline, action: ActionDeclaration): string | undefined {
  const configuration = sourceConfiguration(pipeline, action)
  return configuration.BranchName ?? configuration.Branch
}

/** A source's configuration outside any execution: the pipeline's variables have their defaults. What cannot be resolved stays as it is written. */
export function sourceConfiguration(pipeline: Pipeline, action: ActionDeclaration): Readonly<Record<string, string>> {
  const defaults = (pipeline.declaration.variables ?? []).flatMap(({ name, defaultValue }) =>
    defaultValue === undefined ? [] : [[name, defaultValue]],
  )
  const configuration = action.configuration ?? {}
  try {
    return resolveConfiguration(configuration, { variables: Object.fromEntries(defaults) })
  } catch (error) {
    if (error instanceof UnresolvedVariables) return configuration
    throw error
  }
}
