import type { ActionTypeDeclaration } from '../host/action-provider.js'
import { type ConfigurationValue, parseValue } from './configuration.js'

/**
 * What is wrong with a configuration as a pipeline declares it, before it runs: each value by its property, then the
 * whole by the provider. What names a secret is only known then, and passes; so does what the structure's own check says
 * (unknown and missing properties).
 */
export function configurationProblems(
  provider: ActionTypeDeclaration,
  strings: Readonly<Record<string, string>>,
): readonly string[] {
  const values: Record<string, ConfigurationValue> = {}
  const problems: string[] = []
  let complete = true
  for (const [name, declaration] of Object.entries(provider.configuration)) {
    const raw = strings[name]
    if (raw === undefined || raw.includes('{{secret:')) {
      if (declaration.default !== undefined) values[name] = declaration.default
      else if (raw !== undefined || declaration.required) complete = false
      continue
    }
    try {
      values[name] = parseValue(declaration, raw)
    } catch (error) {
      problems.push(`${name} ${(error as Error).message}`)
    }
  }
  // A provider judges only what is whole: a missing value may be a variable's, or a secret's.
  if (problems.length > 0 || !complete || !provider.validate) return problems
  return provider.validate(values as never)
}
