/** Judges IAM-like policies: what nothing allows is denied, and a denial wins over every permission. */
import { type ManagedPolicy, managedPolicies, type PolicyDocument, type PolicyStatement } from './access.js'
import { managedPolicyDocuments } from './managed-policies.js'

type Policy = ManagedPolicy | PolicyDocument

/**
 * `action` as `codepipeline:GetPipeline`, compared without regard to case; `resource` an ARN, or `*` where an operation
 * has none. A policy that cannot be judged as it means (see `policyProblems`) denies everything.
 */
export function allows(policies: readonly Policy[], action: string, resource: string): boolean {
  let allowed = false
  for (const policy of policies) {
    if (!isReadable(policy)) return false
    const document = typeof policy === 'string' ? managedPolicyDocuments[policy] : policy
    for (const statement of document.Statement) {
      if (!applies(statement, action, resource)) continue
      if (statement.Effect === 'Deny') return false
      allowed = true
    }
  }
  return allowed
}

const judged = new WeakMap<object, boolean>()

function isReadable(policy: unknown): boolean {
  if (typeof policy !== 'object' || policy === null) return policyProblems(policy).length === 0
  let answer = judged.get(policy)
  if (answer === undefined) {
    answer = policyProblems(policy).length === 0
    judged.set(policy, answer)
  }
  return answer
}

/** Everything that is wrong with a policy given by a user; empty when it can be judged as it means. */
export function policyProblems(policy: unknown): string[] {
  if (typeof policy === 'string') {
    const known = (managedPolicies as readonly string[]).includes(policy)
    return known
      ? []
      : [`policy is '${policy}', but must be one of ${managedPolicies.join(', ')}, or a JSON policy document`]
  }
  if (!isRecord(policy) || !Array.isArray(policy.Statement))
    return ['a policy document must be an object with a list "Statement"']
  const extra = Object.keys(policy).filter((key) => !['Version', 'Statement', 'Id'].includes(key))
  const problems = extra.map((key) => `policy: unknown key '${key}'`)
  policy.Statement.forEach((statement: unknown, i) => {
    problems.push(...statementProblems(statement).map((problem) => `Statement[${i}]${problem}`))
  })
  return problems
}

function statementProblems(statement: unknown): string[] {
  if (!isRecord(statement)) return [' must be an object']
  const problems: string[] = []
  for (const key of Object.keys(statement)) {
    if (!['Sid', 'Effect', 'Action', 'Resource'].includes(key))
      problems.push(`.${key} is not supported: use Effect, Action and Resource`)
  }
  if (statement.Effect !== 'Allow' && statement.Effect !== 'Deny')
    problems.push(`.Effect is ${JSON.stringify(statement.Effect)}, but must be "Allow" or "Deny"`)
  for (const key of ['Action', 'Resource']) {
    const value = statement[key]
    const list = Array.isArray(value) ? value : [value]
    if (list.length === 0 || !list.every((item) => typeof item === 'string' && item !== ''))
      problems.push(`.${key} must be a text or a list of texts`)
    else if (list.some((item) => item.includes('${')))
      problems.push(
        `.${key} has a policy variable such as \${aws:username}, which is not supported: write out what it stands for`,
      )
  }
  return problems
}

function applies(statement: PolicyStatement, action: string, resource: string): boolean {
  return (
    asList(statement.Action).some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
    asList(statement.Resource).some((pattern) => matches(pattern, resource))
  )
}

function asList(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value
}

/** `*` stands for any text and `?` for one character. Linear in the text: no backtracking over earlier stars. */
export function matches(pattern: string, text: string): boolean {
  let p = 0
  let t = 0
  let star = -1
  let resume = 0
  while (t < text.length) {
    if (pattern[p] === '*') {
      star = p++
      resume = t
    } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
      p++
      t++
    } else if (star >= 0) {
      p = star + 1
      t = ++resume
    } else return false
  }
  while (pattern[p] === '*') p++
  return p === pattern.length
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
