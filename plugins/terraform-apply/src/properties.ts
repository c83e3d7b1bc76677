import { commandProperties } from '@penstock/core'

/** What plan and apply share: where the code is, and which state it works on. */
export const common = {
  WorkingDirectory: { description: 'The root module, relative to the first input artifact', default: '.' },
  Command: { description: 'What is run', enum: ['terraform', 'tofu'], default: 'terraform' },
  Workspace: { description: "Selected, or made; terraform's default unless given" },
  BackendConfig: { description: 'As JSON: {"bucket": "state", "key": "shop"}' },
  SecretVariables: { description: 'As JSON, for the environment: {"AWS_SECRET_ACCESS_KEY": "..."}', secret: true },
  LockTimeout: { description: "Seconds to wait for the state's lock", type: 'number', default: 60 },
  ...commandProperties,
} as const

export const planProperties = {
  ...common,
  VarFile: { description: 'Relative to the root module; several with commas between them' },
  Variables: { description: 'As JSON: {"region": "eu-west-1", "count": 2}' },
  Destroy: { type: 'boolean', description: 'Plan to destroy everything', default: false },
} as const

/** An object of a JSON property, or what is wrong with it. */
export function objectOf(text: string | undefined, property: string): Readonly<Record<string, unknown>> | string {
  if (text === undefined) return {}
  const right = `${property} must be a JSON object such as {"name": "value"}`
  try {
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>
    return right
  } catch {
    return right // and not what the parser says: it may quote a secret
  }
}

interface Judged {
  readonly BackendConfig?: string
  readonly SecretVariables?: string
  readonly Variables?: string
  readonly LockTimeout: number
}

/** What is wrong beyond single properties. */
export function problemsOf(configuration: Judged): string[] {
  const { BackendConfig, SecretVariables, Variables, LockTimeout } = configuration
  const objects = { BackendConfig, SecretVariables, Variables }
  const problems = Object.entries(objects).flatMap(([name, text]) => {
    const value = objectOf(text, name)
    return typeof value === 'string' ? [value] : []
  })
  const secret = objectOf(SecretVariables, 'SecretVariables')
  const wrong =
    typeof secret === 'string' ? undefined : Object.keys(secret).find((name) => !/^[A-Za-z_]\w*$/.test(name))
  if (wrong !== undefined)
    problems.push(`SecretVariables has "${wrong}": a variable's name has letters, digits and _ only`)
  if (!(LockTimeout >= 0 && LockTimeout <= 86_400))
    problems.push(`LockTimeout is ${LockTimeout}: 0 to 86400 seconds are right`)
  return problems
}
