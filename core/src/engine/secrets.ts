import type { ActionTypeId } from '../domain/action-type.js'
import { type Configuration, mapConfigurations } from '../domain/configurations.js'
import type { PipelineDeclaration, RuleTypeId } from '../domain/pipeline.js'
import type { TypeCatalogue } from './engine.js'

/** J3: what is shown instead of a secret, and what keeps the old one when it comes back in an update. */
export const hidden = '****'

type Types = Pick<TypeCatalogue, 'facts' | 'ruleFacts'>

/**
 * Says of each property of a type whether it is secret. Of a type that nobody provides now (its plugin is switched off,
 * or broken) any may be.
 */
export function secrecyOf(types: Types, type: ActionTypeId | RuleTypeId): (property: string) => boolean {
  const facts = type.category === 'Rule' ? types.ruleFacts(type) : types.facts(type)
  return facts ? (property) => facts.secretProperties.includes(property) : () => true
}

/** A configuration for everybody's eyes. References to the secret store or to variables are no secrets. */
export function hideSecrets(
  types: Types,
  type: ActionTypeId | RuleTypeId,
  configuration: Configuration,
): Record<string, string> {
  const secret = secrecyOf(types, type)
  return Object.fromEntries(Object.entries(configuration).map(([key, value]) => [key, secret(key) ? hidden : value]))
}

/** A structure for everybody's eyes. */
export function hideAllSecrets(types: Types, pipeline: PipelineDeclaration): PipelineDeclaration {
  return mapConfigurations(pipeline, (configuration, { type }) => hideSecrets(types, type, configuration))
}

/** The structure with `****` replaced by what the same action or rule of the same stage had before. */
export function keepSecrets(
  types: Types,
  pipeline: PipelineDeclaration,
  before: PipelineDeclaration,
): PipelineDeclaration {
  const old = new Map<string, Configuration>()
  mapConfigurations(before, (configuration, { path }) => {
    old.set(path, configuration)
    return configuration
  })
  return mapConfigurations(pipeline, (configuration, { type, path }) => {
    const secret = secrecyOf(types, type)
    const kept = Object.entries(configuration).map(([key, value]) => {
      const known = value === hidden && secret(key) ? old.get(path)?.[key] : undefined
      return [key, known ?? value]
    })
    return Object.fromEntries(kept)
  })
}
