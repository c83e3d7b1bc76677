/** Named secrets: who may use one, and what is known of it. Its value is never shown again. */
import { matches } from './policy.js'

/** Which pipelines and stages may use a secret; all of them where nothing is said. `*` and `?` are wildcards. */
export interface SecretScope {
  readonly pipelines?: readonly string[]
  readonly stages?: readonly string[]
}

/** Everything about a secret but its value. Times are epoch milliseconds. */
export interface SecretFacts extends SecretScope {
  readonly name: string
  readonly created: number
  readonly changed: number
  /** The ARN of who changed it last. */
  readonly changedBy: string
  readonly lastUsed?: number
}

/** Where a secret is asked for. */
export interface SecretPlace {
  readonly pipelineName: string
  readonly stageName: string
  readonly actionName?: string
}

/** Keeps secrets, sealed. */
export interface StoredSecrets {
  /** Makes it or changes it. Answers how many pipelines its scope matches now. Errors: ValidationException. */
  put(name: string, value: string, scope: SecretScope, by: string): Promise<{ readonly pipelinesInScope: number }>
  list(): Promise<readonly SecretFacts[]>
  /** Errors: ResourceNotFoundException. */
  delete(name: string): Promise<void>
}

/** Why a secret may not be used at a place, in words; `undefined` when it may. */
export function scopeProblem(secret: SecretScope & { readonly name: string }, place: SecretPlace): string | undefined {
  const { name, pipelines, stages } = secret
  if (pipelines && !pipelines.some((pattern) => matches(pattern, place.pipelineName)))
    return `the secret "${name}" is for ${pipelines.join(', ')}, and not for the pipeline '${place.pipelineName}': penstock secret set ${name} --pipeline ... says for which`
  if (stages && !stages.some((pattern) => matches(pattern, place.stageName)))
    return `the secret "${name}" is for the stages ${stages.join(', ')}, and not for the stage '${place.stageName}': penstock secret set ${name} --stage ... says for which`
  return undefined
}
