/** The limits of S1..S18, with their numbers in one place. */
import type { Problems } from './problem.js'

export const limits = {
  stages: { min: 2, max: 50 },
  actionsInStage: 50,
  actionsInPipeline: 1000,
  runOrder: { min: 1, max: 999 },
  configurationKey: 50,
  configurationValue: 1000,
  ruleConfigurationValue: 10_000,
  ruleConfigurationKeys: 200,
  variables: 50,
  triggers: 50,
  filters: 3,
  patterns: { min: 1, max: 8, length: 255 },
  rules: { min: 1, max: 5 },
  ruleTimeout: { min: 5, max: 86_400 },
  approvalTimeout: { min: 5, max: 86_400 },
} as const

export const namePatterns = {
  name: { pattern: /^[A-Za-z0-9.@\-_]{1,100}$/, says: '1 to 100 letters, digits and .@-_' },
  artifact: { pattern: /^[a-zA-Z0-9_-]{1,100}$/, says: '1 to 100 letters, digits, _ and -' },
  namespace: { pattern: /^[A-Za-z0-9@\-_]{1,100}$/, says: '1 to 100 letters, digits and @-_' },
  bucket: { pattern: /^[a-zA-Z0-9\-.]{3,63}$/, says: '3 to 63 letters, digits, - and .' },
  variable: { pattern: /^[A-Za-z0-9@\-_]{1,128}$/, says: '1 to 128 letters, digits and @-_' },
} as const

/** Says so when a name is not one. */
export function checkName(problems: Problems, kind: keyof typeof namePatterns, value: unknown): void {
  const { pattern, says } = namePatterns[kind]
  if (typeof value === 'string' && pattern.test(value)) return
  problems.add(
    `${JSON.stringify(value) ?? 'nothing'} is not a valid ${kind === 'name' ? 'name' : `${kind} name`}: it must be ${says}`,
  )
}

/** Says so when a number is not a whole one within bounds. */
export function checkWithin(
  problems: Problems,
  what: string,
  value: unknown,
  { min, max }: { min: number; max: number },
): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return
  problems.add(`${what} ${JSON.stringify(value)} must be a whole number from ${min} to ${max}`)
}

/** The values that occur more than once, each once. */
export function repeated(values: readonly string[]): string[] {
  return [...new Set(values.filter((value, index) => values.indexOf(value) !== index))]
}
