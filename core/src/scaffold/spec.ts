/** What a new plugin is to be, from flags or answers. */
import { suggestion } from '../host/nearest.js'

export const categories = ['Source', 'Build', 'Test', 'Deploy', 'Invoke', 'Rule'] as const
export type PluginCategory = (typeof categories)[number]

/** What a plugin can be besides the provider of a type of actions or rules. */
export const kinds = ['provider', 'notifier', 'hook', 'service', 'panel', 'secret-store'] as const
export type PluginKind = (typeof kinds)[number]

/** One configuration property, as `--property NAME:TYPE:FLAG...` says it. */
export interface PropertySpec {
  readonly name: string
  readonly type: 'string' | 'number' | 'boolean'
  readonly required: boolean
  readonly key: boolean
  readonly secret: boolean
}

export interface PluginSpec {
  /** The package's name without `penstock-plugin-`. */
  readonly name: string
  readonly kind: PluginKind
  /** Of a provider. */
  readonly category: PluginCategory
  /** As in pipelines. */
  readonly provider: string
  readonly description: string
  readonly properties: readonly PropertySpec[]
}

/** What was given so far. */
export interface GivenSpec {
  readonly kind?: string
  readonly category?: string
  readonly provider?: string
  readonly description?: string
  readonly property?: readonly string[]
}

/** Makes what was given complete. Errors: Error naming the option, the value and what would be right. */
export function completeSpec(given: string, { category = 'Build', ...rest }: GivenSpec): PluginSpec {
  const name = given.replace(/^penstock-plugin-/, '')
  if (!/^[a-z0-9][a-z0-9-]{0,50}$/.test(name))
    throw new Error(`NAME is '${given}', but must be lower-case letters, digits and '-', such as hello-build`)
  const found = categories.find((each) => each === category)
  if (found === undefined) throw new Error(`--category is '${category}'${suggestion(category, categories)}`)
  const kind = kinds.find((each) => each === (rest.kind ?? 'provider'))
  if (kind === undefined)
    throw new Error(`--kind is '${rest.kind}'${suggestion(rest.kind ?? '', kinds)}; there are ${kinds.join(', ')}`)
  const provider = rest.provider ?? pascal(name)
  if (!/^[0-9A-Za-z_-]{1,35}$/.test(provider))
    throw new Error(`--provider is '${provider}', but must be 1 to 35 letters, digits, '_' or '-'`)
  const properties = (rest.property ?? ['Name:string:required']).map(parseProperty)
  const twice = properties.find(({ name: one }, at) => properties.findIndex((other) => other.name === one) !== at)
  if (twice) throw new Error(`--property ${twice.name} is given twice`)
  const needed = needs[found].filter((need) => !properties.some((one) => one.name === need.name))
  const description = rest.description ?? `${found === 'Rule' ? 'Judges' : 'Does'} ${provider}`
  return { name, kind, category: found, provider, description, properties: [...needed, ...properties] }
}

/** What the generated code of some categories works with. */
const needs: Readonly<Record<PluginCategory, readonly PropertySpec[]>> = {
  Source: [{ name: 'Folder', type: 'string', required: true, key: true, secret: false }],
  Build: [],
  Test: [],
  Deploy: [],
  Invoke: [],
  Rule: [{ name: 'File', type: 'string', required: true, key: false, secret: false }],
}

const flags = ['required', 'key', 'secret'] as const
const types = ['string', 'number', 'boolean'] as const

/** Errors: Error naming what is wrong with it. */
export function parseProperty(text: string): PropertySpec {
  const [name = '', ...words] = text.split(':')
  if (!/^[A-Za-z][A-Za-z0-9_]{0,49}$/.test(name))
    throw new Error(`--property is '${text}', but must be NAME:TYPE:FLAG..., such as Name:string:required`)
  const stranger = words.find((word) => ![...flags, ...types].some((known) => known === word))
  if (stranger !== undefined)
    throw new Error(`--property ${name} has '${stranger}'${suggestion(stranger, [...types, ...flags])}`)
  const has = (flag: string) => words.includes(flag)
  const type = types.find((each) => has(each)) ?? 'string'
  return { name, type, required: has('required'), key: has('key'), secret: has('secret') }
}

/** `hello-build` as `HelloBuild`. */
export function pascal(name: string): string {
  return name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter: string) => letter.toUpperCase())
}

/** `hello-build` as `helloBuild`; a name that begins with a digit gets a letter before it. */
export function camel(name: string): string {
  const text = pascal(name)
  const joined = text.slice(0, 1).toLowerCase() + text.slice(1)
  return /^\d/.test(joined) ? `p${joined}` : joined
}
