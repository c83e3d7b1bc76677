import type { ActionTypeDeclaration, PropertyDeclaration } from '../action-type-declaration.js'
import { checkSchema, pathText } from '../json-schema.js'
import { PluginRefused } from '../manifest.js'
import { readYamlFile, YamlError } from '../yaml-file.js'
import { yamlPluginName } from './name.js'
import { yamlPluginSchema } from './schema.js'

/** A property of a YAML plugin's action: `env` is one more variable that carries its value. */
export type YamlProperty = PropertyDeclaration & { readonly env?: string }

/** What an output artifact is packed from. */
export interface YamlOutput {
  /** Relative to where the command runs; `$PENSTOCK_OUT...` when absent. */
  readonly folder?: string
  readonly files?: readonly string[]
}

/** One action type of a YAML plugin, as the file has it. */
export interface YamlAction
  extends Pick<
    ActionTypeDeclaration,
    'category' | 'provider' | 'version' | 'description' | 'inputArtifacts' | 'outputArtifacts'
  > {
  readonly configuration?: Readonly<Record<string, YamlProperty>>
  readonly environment?: Readonly<Record<string, string | number | boolean>>
  readonly run: string
  readonly poll?: string
  readonly shell?: string
  readonly outputs?: readonly YamlOutput[]
  readonly timeoutInMinutes?: number
  readonly idempotent?: boolean
  readonly entityUrl?: string
}

export interface YamlPlugin {
  readonly name: string
  readonly version: string
  readonly apiVersion: string
  readonly actions: readonly YamlAction[]
}

/** Reads and checks the file. Errors: PluginRefused with every problem, each with its line, its value and what would be right. */
export function readYamlPlugin(path: string): YamlPlugin {
  const file = read(path)
  const { value, problems } = checkSchema(yamlPluginSchema, file.data)
  const found = problems.map(({ path: at, message }) => ({ at, message }))
  if (found.length === 0) found.push(...beyondSchema(value as Partial<YamlPlugin>))
  if (found.length > 0) {
    throw new PluginRefused(found.map(({ at, message }) => `${file.where(at)}: ${pathText(at)} ${message}`).join('; '))
  }
  return {
    name: yamlPluginName(path),
    version: '0.0.0',
    apiVersion: '^1.0',
    ...(value as Partial<YamlPlugin>),
  } as YamlPlugin
}

function read(path: string) {
  try {
    return readYamlFile(path)
  } catch (error) {
    throw error instanceof YamlError ? new PluginRefused(error.problems.join('; ')) : error
  }
}

interface Problem {
  readonly at: readonly (string | number)[]
  readonly message: string
}

/** What one key means for another. */
function beyondSchema({ actions = [] }: Partial<YamlPlugin>): Problem[] {
  return actions.flatMap((action, index) => {
    const at = (...path: readonly (string | number)[]) => ['actions', index, ...path]
    const { category, poll, outputs, outputArtifacts, configuration = {} } = action
    const most = typeof outputArtifacts === 'object' ? outputArtifacts[1] : (outputArtifacts ?? 0)
    const problems: Problem[] = []
    if (poll !== undefined && category !== 'Source')
      problems.push({ at: at('poll'), message: `is for category Source, and this one is ${category}` })
    if (category === 'Source' && poll === undefined)
      problems.push({
        at: at('category'),
        message: 'is Source, which needs poll: a script that prints the newest revision id',
      })
    if (category === 'Source' && outputArtifacts !== 1)
      problems.push({
        at: at('outputArtifacts'),
        message: `is ${JSON.stringify(outputArtifacts) ?? 'missing'}, but must be 1 for a Source`,
      })
    if (outputs && outputs.length > most)
      problems.push({ at: at('outputs'), message: `has ${outputs.length} entries, but outputArtifacts allows ${most}` })
    for (const [name, { pattern }] of Object.entries(configuration)) {
      if (pattern !== undefined && !compiles(pattern))
        problems.push({
          at: at('configuration', name, 'pattern'),
          message: `is ${JSON.stringify(pattern)}, which is no regular expression`,
        })
    }
    return problems
  })
}

function compiles(pattern: string): boolean {
  try {
    new RegExp(pattern, 'u')
    return true
  } catch {
    return false
  }
}
