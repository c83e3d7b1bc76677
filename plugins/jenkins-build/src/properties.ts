import type { ConfigurationOf, PropertyDeclarations } from '@penstock/core'

/** What an action of this type is configured with. */
export const properties = {
  ProjectName: {
    description: 'The job; folders and branches before it, as in its path: team/site/main',
    required: true,
    key: true,
    example: 'team/site',
  },
  ServerUrl: {
    description: "Jenkins' address; the server's own when absent",
    pattern: 'https?://.+',
    example: 'https://ci.example.com/',
  },
  UserName: { description: 'Who starts the job' },
  ApiToken: { description: "The user's API token, or password", secret: true },
  Parameters: { description: "The build's parameters, a JSON object", example: '{"BRANCH": "main", "DEPLOY": false}' },
  AllowUnstable: {
    type: 'boolean',
    description: 'Whether an unstable build, with failed tests, passes',
    default: false,
  },
} as const satisfies PropertyDeclarations

export type JenkinsConfiguration = ConfigurationOf<typeof properties>

/** What is wrong beyond single properties; each problem names its property. */
export function problemsOf({ Parameters, UserName, ApiToken }: JenkinsConfiguration): string[] {
  const problems: string[] = []
  if (ApiToken !== undefined && UserName === undefined) problems.push('ApiToken: it needs a UserName')
  if (parseParameters(Parameters) === undefined) {
    problems.push('Parameters: a JSON object of strings, numbers and booleans is right, such as {"BRANCH": "main"}')
  }
  return problems
}

/** The parameters as Jenkins takes them; `undefined` when they cannot be read. */
export function parseParameters(text = '{}'): URLSearchParams | undefined {
  try {
    const value: unknown = JSON.parse(text)
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
    const entries = Object.entries(value)
    if (entries.some(([, entry]) => !['string', 'number', 'boolean'].includes(typeof entry))) return undefined
    return new URLSearchParams(entries.map(([name, entry]): [string, string] => [name, String(entry)]))
  } catch {
    return undefined
  }
}
