import { type BuildVariable, JobFailed, readJsonTexts } from '@penstock/core'
import { isVariableName } from '../variables.js'

const types = ['PLAINTEXT', 'PARAMETER_STORE', 'SECRETS_MANAGER'] as const

/** One problem in words, or the variables of an action's EnvironmentVariables: `[{"name","value","type"}]`. */
export function parseTypedVariables(text: string): readonly BuildVariable[] | string {
  const property = 'EnvironmentVariables'
  const right = '[{"name": "A", "value": "b", "type": "PLAINTEXT"}]'
  let parsed: unknown
  try {
    parsed = readJsonTexts(text, property)
  } catch (error) {
    return (error as Error).message
  }
  if (typeof parsed !== 'object' || parsed === null) return `${property} must be a list: ${right}`
  const entries: readonly unknown[] = Array.isArray(parsed)
    ? parsed
    : Object.entries(parsed).map(([name, value]) => ({ name, value }))
  const variables: BuildVariable[] = []
  for (const entry of entries) {
    const read = readVariable(entry, property)
    if (typeof read === 'string') return read
    variables.push(read)
  }
  return variables
}

function readVariable(entry: unknown, property: string): BuildVariable | string {
  const { name, value, type = 'PLAINTEXT' } = (entry ?? {}) as Readonly<Record<string, unknown>>
  if (typeof name !== 'string' || !isVariableName(name)) {
    return `${property} has a variable named ${JSON.stringify(name)}: letters, digits and _ are right, no digit first`
  }
  const known = types.find((one) => one === type)
  if (known === undefined) {
    return `${property}: ${name} has the type ${JSON.stringify(type)}: one of ${types.join(', ')} is right`
  }
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
    return `${property}: ${name} needs a value, a text`
  }
  return { name, value: String(value), type: known }
}

/** As parseTypedVariables. Errors: JobFailed ConfigurationError. */
export function typedVariables(text: string | undefined): readonly BuildVariable[] {
  const read = text === undefined ? [] : parseTypedVariables(text)
  if (typeof read === 'string') throw new JobFailed(read, 'ConfigurationError')
  return read
}
