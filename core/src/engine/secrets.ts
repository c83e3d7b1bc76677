import type { ActionTypeId } from '../domain/action-type.js'
import type { ActionDeclaration, PipelineDeclaration } from '../domain/pipeline.js'
import type { TypeCatalogue } from './engine.js'

/** J3: what is shown instead of a secret, and what keeps the old one when it comes back in an update. */
export const hidden = '****'

type Types = Pick<TypeCatalogue, 'facts'>
type Configuration = Readonly<Record<string, string>>

/** A configuration for everybody's eyes. References to the secret store or to variables are no secrets. */
export function hideSecrets(types: Types, id: ActionTypeId, configuration: Configuration): Record<string, string> {
  const secret = types.facts(id)?.secretProperties ?? []
  const shown = Object.entries(configuration).map(([key, value]) => [key, secret.includes(key) ? hidden : value])
  return Object.fromEntries(shown)
}

/** A structure for everybody's eyes. */
export function hideAllSecrets(types: Types, pipeline: PipelineDeclaration): PipelineDeclaration {
  return mapActions(pipeline, (action) =>
    action.configuration
      ? { ...action, configuration: hideSecrets(types, action.actionTypeId, action.configuration) }
      : action,
  )
}

/** The structure with `****` replaced by what the same action of the same stage had before. */
export function keepSecrets(
  types: Types,
  pipeline: PipelineDeclaration,
  before: PipelineDeclaration,
): PipelineDeclaration {
  return mapActions(pipeline, (action, stageName) => {
    const old = before.stages.find((one) => one.name === stageName)?.actions.find((one) => one.name === action.name)
    const secret = types.facts(action.actionTypeId)?.secretProperties ?? []
    if (!old?.configuration || !action.configuration) return action
    const kept = secret.filter(
      (key) => action.configuration?.[key] === hidden && old.configuration?.[key] !== undefined,
    )
    if (kept.length === 0) return action
    const values = Object.fromEntries(kept.map((key) => [key, old.configuration?.[key] ?? hidden]))
    return { ...action, configuration: { ...action.configuration, ...values } }
  })
}

function mapActions(
  pipeline: PipelineDeclaration,
  map: (action: ActionDeclaration, stageName: string) => ActionDeclaration,
): PipelineDeclaration {
  return {
    ...pipeline,
    stages: pipeline.stages.map((stage) => ({
      ...stage,
      actions: stage.actions.map((action) => map(action, stage.name)),
    })),
  }
}
