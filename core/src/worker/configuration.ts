import { putSecrets, secretNames } from '../domain/secret-reference.js'
import type { PropertyDeclaration, PropertyDeclarations } from '../host/action-type-declaration.js'
import { JobFailed } from '../host/job-failed.js'
import type { SecretFiles } from './secret-files.js'

export type ConfigurationValue = string | number | boolean

/** A configuration as a provider gets it, and what in it must never be shown. */
export interface ParsedConfiguration {
  readonly values: Readonly<Record<string, ConfigurationValue>>
  readonly secrets: readonly string[]
}

/** Finds a secret by its name: `undefined` when no store has it. */
export type SecretLookup = (name: string) => Promise<string | undefined>

/** A text with every `{{secret:NAME}}` replaced by what the lookup answers. */
export interface ResolvedText {
  readonly text: string
  readonly secrets: readonly string[]
}

/**
 * Strings as a pipeline holds them -> values of the declared types, with defaults and secrets filled in.
 * Errors: JobFailed ConfigurationError listing every problem, each naming the property and what would be right.
 */
export async function parseConfiguration(
  declarations: PropertyDeclarations,
  strings: Readonly<Record<string, string>>,
  lookup: SecretLookup,
  files?: SecretFiles,
): Promise<ParsedConfiguration> {
  const values: Record<string, ConfigurationValue> = {}
  const secrets: string[] = []
  const problems = unknownNames(declarations, strings)
  for (const [name, declaration] of Object.entries(declarations)) {
    const raw = strings[name]
    if (raw === undefined || raw === '') {
      if (declaration.default !== undefined) values[name] = declaration.default
      else if (declaration.required) problems.push(`${name} is missing: ${declaration.description}`)
      continue
    }
    try {
      const { text, secrets: found } = await resolveSecrets(raw, lookup, files)
      secrets.push(...found, ...(declaration.secret ? [text] : []))
      values[name] = parseValue(found.length > 0 ? { ...declaration, secret: true } : declaration, text)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
    }
  }
  if (problems.length > 0) throw new JobFailed(problems.join('; '), 'ConfigurationError')
  return { values, secrets }
}

/**
 * Errors: Error naming the secret that no store has, that cannot stand where it stands in a JSON text, or that is wanted as a
 * file where no action runs.
 */
export async function resolveSecrets(raw: string, lookup: SecretLookup, files?: SecretFiles): Promise<ResolvedText> {
  const found = new Map<string, string>()
  for (const name of secretNames(raw)) found.set(name, await findSecret(name, lookup))
  const text = putSecrets(raw, (name, asFile) => {
    const value = found.get(name) ?? ''
    if (!asFile) return value
    if (files === undefined)
      throw new Error(`has {{secretFile:${name}}}, and only a running action has files of secrets`)
    return files.write(name, value)
  })
  return { text, secrets: [...found.values()] }
}

/** Errors: Error naming the secret. */
export async function findSecret(name: string, lookup: SecretLookup): Promise<string> {
  const value = await lookup(name)
  if (value === undefined)
    throw new Error(
      `names the secret "${name}", which no secret store has: penstock secret set ${name}, with its value on standard input, makes it`,
    )
  return value
}

function unknownNames(declarations: PropertyDeclarations, strings: Readonly<Record<string, string>>): string[] {
  const known = Object.keys(declarations)
  return Object.keys(strings)
    .filter((name) => !Object.hasOwn(declarations, name))
    .map((name) => {
      const all = known.length > 0 ? known.join(', ') : 'it has none'
      return `${name} is not a property of this action: ${all} (is the plugin that runs it older than the one that checked the pipeline?)`
    })
}

/** Errors: Error saying what is wrong with the value; a secret's own value is not quoted. */
export function parseValue(declaration: PropertyDeclaration, text: string): ConfigurationValue {
  const shown = declaration.secret ? 'the value given' : `"${text}"`
  if (declaration.enum && !declaration.enum.includes(text)) {
    throw new Error(`is ${shown}: one of ${declaration.enum.join(', ')} is right`)
  }
  if (declaration.pattern !== undefined && !new RegExp(`^(?:${declaration.pattern})$`, 'u').test(text)) {
    throw new Error(
      `is ${shown}: it must match ${declaration.pattern}${declaration.example ? `, as ${declaration.example} does` : ''}`,
    )
  }
  if (declaration.type === 'number') return parseNumber(text, shown)
  if (declaration.type === 'boolean') return parseBoolean(text, shown)
  return text
}

function parseNumber(text: string, shown: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value)) throw new Error(`is ${shown}: a number is right, such as 10`)
  return value
}

function parseBoolean(text: string, shown: string): boolean {
  const word = text.trim().toLowerCase()
  if (word !== 'true' && word !== 'false') throw new Error(`is ${shown}: true or false is right`)
  return word === 'true'
}
