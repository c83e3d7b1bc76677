/** Variables in configurations: finding `#{namespace.key}` and putting values in its place (V1, V4). Pure. */

import { substitute } from './substitute.js'

/** One `#{namespace.key}`. */
export interface VariableReference {
  readonly namespace: string
  readonly key: string
}

/** Values by namespace, then by key; both are case sensitive (V5). */
export type VariableScopes = Readonly<Record<string, Readonly<Record<string, string>>>>

/** The namespaces that nobody may give to an action (V1, V2): the execution's own, and the pipeline-level variables'. */
export const reservedNamespaces = ['codepipeline', 'variables'] as const

/** S9: bytes of an action's resolved configuration, names and values together. */
export const resolvedConfigurationLimit = 100 * 1024

// Anything else between #{ and } is not a reference and stays as it is: shells, Ruby and others write it, too.
const reference = /#\{([A-Za-z0-9@\-_]+)\.([A-Za-z0-9@\-_]+)\}/g

/** A configuration cannot be resolved; the message names each property and reference, and what there would have been. */
export class UnresolvedVariables extends Error {
  constructor(
    message: string,
    readonly references: readonly VariableReference[] = [],
  ) {
    super(message)
    this.name = 'UnresolvedVariables'
  }
}

/** Every reference in a text, in order, repeated ones too. */
export function references(text: string): VariableReference[] {
  return Array.from(text.matchAll(reference), ([, namespace = '', key = '']) => ({ namespace, key }))
}

/**
 * The text with every reference replaced by its value. What a value itself holds is not looked at again, so a commit
 * message cannot reach for other variables; in a text that is JSON it arrives as it is (see `substitute`).
 * Errors: UnresolvedVariables naming all that have no value, or that cannot stand where they stand.
 */
export function resolveText(text: string, scopes: VariableScopes): string {
  const missing = references(text).filter((wanted) => lookUp(wanted, scopes) === undefined)
  if (missing.length > 0) throw new UnresolvedVariables(missing.map((one) => explain(one, scopes)).join('; '), missing)
  try {
    return substitute(text, reference, ([, namespace = '', key = '']) => lookUp({ namespace, key }, scopes) ?? '')
  } catch (error) {
    throw new UnresolvedVariables((error as Error).message)
  }
}

/**
 * A configuration with every value resolved.
 * Errors: UnresolvedVariables naming all properties that cannot be, or S9's limit when the result is over it.
 */
export function resolveConfiguration(
  configuration: Readonly<Record<string, string>>,
  scopes: VariableScopes,
): Record<string, string> {
  const resolved: Record<string, string> = {}
  const problems: string[] = []
  const missing: VariableReference[] = []
  for (const [name, value] of Object.entries(configuration)) {
    try {
      resolved[name] = resolveText(value, scopes)
    } catch (error) {
      if (!(error instanceof UnresolvedVariables)) throw error
      problems.push(`${name}: ${error.message}`)
      missing.push(...error.references)
    }
  }
  if (problems.length > 0) throw new UnresolvedVariables(problems.join('; '), missing)
  const size = Object.entries(resolved).reduce((sum, pair) => sum + Buffer.byteLength(pair.join('')), 0)
  if (size <= resolvedConfigurationLimit) return resolved
  throw new UnresolvedVariables(
    `the configuration is ${size} bytes with its variables resolved; at most ${resolvedConfigurationLimit} are allowed`,
  )
}

function lookUp({ namespace, key }: VariableReference, scopes: VariableScopes): string | undefined {
  // hasOwn: `#{a.constructor}` is nobody's variable.
  const scope = Object.hasOwn(scopes, namespace) ? scopes[namespace] : undefined
  return scope !== undefined && Object.hasOwn(scope, key) ? scope[key] : undefined
}

function explain({ namespace, key }: VariableReference, scopes: VariableScopes): string {
  const scope = Object.hasOwn(scopes, namespace) ? scopes[namespace] : undefined
  const what = `#{${namespace}.${key}} has no value`
  if (scope === undefined) {
    return `${what}: no action with the namespace ${namespace} has run (known are ${list(Object.keys(scopes))})`
  }
  return `${what}: ${namespace} has ${list(Object.keys(scope))}`
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'none'
  const shown = names.slice(0, 20).join(', ')
  return names.length > 20 ? `${shown} and ${names.length - 20} more` : shown
}
