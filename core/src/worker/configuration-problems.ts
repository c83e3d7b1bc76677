import type { ActionTypeDeclaration } from '../host/action-type-declaration.js'
import { reason } from '../host/contain.js'
import { isIsolated } from '../host/isolated/proxies.js'
import type { RuleProvider } from '../host/rule-provider.js'
import { type ConfigurationValue, parseValue } from './configuration.js'

type Values = Readonly<Record<string, ConfigurationValue>>

/** An action type or a rule. */
type Judging = Pick<ActionTypeDeclaration, 'configuration'>

/**
 * What is wrong with a configuration as a pipeline declares it, before it runs: each value by its property, then the
 * whole by the provider. What names a secret is only known then, and passes; so does what the structure's own check says
 * (unknown and missing properties).
 */
export function configurationProblems(
  provider: ActionTypeDeclaration,
  strings: Readonly<Record<string, string>>,
): readonly string[] {
  const { problems, whole } = read(provider, strings)
  return whole && provider.validate && !isIsolated(provider) ? provider.validate(whole as never) : problems
}

/** The same of a rule, which judges whatever of its configuration is known by then. */
export function ruleProblems(rule: RuleProvider, strings: Readonly<Record<string, string>>): readonly string[] {
  const { problems, values } = read(rule, strings)
  return problems.length === 0 && rule.validate ? rule.validate(values as never) : problems
}

/** The same of a provider whose plugin has a process of its own; `undefined` of all others. Never rejects. */
export function problemsElsewhere(
  provider: ActionTypeDeclaration,
  strings: Readonly<Record<string, string>>,
): Promise<readonly string[]> | undefined {
  if (!provider.validate || !isIsolated(provider)) return undefined
  const { problems, whole } = read(provider, strings)
  if (!whole) return Promise.resolve(problems)
  const answer = provider.validate(whole as never) as unknown as Promise<readonly string[]>
  return answer.catch((error: unknown) => [`its plugin could not check it: ${reason(error)}`])
}

/** The typed values, when all are there and right; a provider judges only what is whole: a missing value may be a variable's, or a secret's. */
function read(
  provider: Judging,
  strings: Readonly<Record<string, string>>,
): { readonly problems: readonly string[]; readonly values: Values; readonly whole?: Values } {
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
  return problems.length > 0 || !complete ? { problems, values } : { problems, values, whole: values }
}
