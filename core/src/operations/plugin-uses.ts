/** Which pipelines need what a plugin provides: asked before one is switched off, changed or removed. */
import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import type { Pipeline, StageDeclaration } from '../domain/pipeline.js'
import type { EngineReads } from '../engine/ports.js'

/**
 * A place in a pipeline that a plugin serves.
 * @example
 * const where = ({ pipelineName, stageName, name }: PluginUse) => `${pipelineName}/${stageName}/${name}`
 */
export interface PluginUse {
  readonly pipelineName: string
  readonly stageName: string
  /** The action's or the rule's. */
  readonly name: string
  /** `action Build/Custom/Rake/1`, `rule DeploymentWindow/1`. */
  readonly type: string
}

const page = 500

/** In all pipelines, by name. `provides` is in the words of PluginStatus. */
export async function pluginUses(
  read: Pick<EngineReads, 'pipelines'>,
  provides: readonly string[],
): Promise<readonly PluginUse[]> {
  const types = new Set(provides)
  const uses: PluginUse[] = []
  for (let after: string | undefined; types.size > 0; ) {
    const found = await read.pipelines(after, page)
    for (const pipeline of found) uses.push(...usesIn(pipeline, types))
    if (found.length < page) break
    after = found.at(-1)?.name
  }
  return uses
}

function usesIn({ name, declaration }: Pipeline, types: ReadonlySet<string>): PluginUse[] {
  return declaration.stages.flatMap((stage) => {
    const at = { pipelineName: name, stageName: stage.name }
    return [
      ...stage.actions.flatMap(({ name: action, actionTypeId }) => used(at, action, actionWords(actionTypeId), types)),
      ...rulesOf(stage).flatMap((rule) => {
        const { provider, version = '1' } = rule.ruleTypeId
        return used(at, rule.name, [`rule ${provider}/${version}`], types)
      }),
    ]
  })
}

function used(
  at: Pick<PluginUse, 'pipelineName' | 'stageName'>,
  name: string,
  words: readonly string[],
  types: ReadonlySet<string>,
): PluginUse[] {
  const [type = ''] = words
  return words.some((word) => types.has(word)) ? [{ ...at, name, type }] : []
}

/** As the registry has it, and as manifests may, which leave the owner out. */
function actionWords(id: ActionTypeId): readonly string[] {
  return [`action ${actionTypeKey(id)}`, `action ${id.category}/${id.provider}/${id.version}`]
}

function rulesOf({ beforeEntry, onSuccess, onFailure }: StageDeclaration) {
  return [beforeEntry, onSuccess, onFailure]
    .flatMap((when) => when?.conditions ?? [])
    .flatMap(({ rules }) => rules ?? [])
}
