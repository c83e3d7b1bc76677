import type { ConfigurationOf, PropertyDeclarations } from '@penstock/core'
import { parseThresholds } from './thresholds.js'

/** What an action of this type is configured with. */
export const properties = {
  TestId: {
    description: 'The test on BlazeMeter; a suffix such as `.multi` or `.jmeter` says its kind',
    key: true,
    pattern: '[0-9]+(\\.(taurus|jmeter|http|multi))?',
    example: '6874023',
  },
  ApiKeyId: { description: "The account's API key; the server's own when absent" },
  ApiKeySecret: { description: "The API key's secret", secret: true },
  Url: {
    description: 'What the embedded load engine asks, when there is no BlazeMeter account',
    pattern: 'https?://.+',
    example: 'http://web1.example.com/',
  },
  Users: { type: 'number', description: 'Concurrent connections of the embedded engine', default: 10 },
  Duration: {
    description: 'How long the embedded engine runs',
    pattern: '[0-9]+[smh]?',
    default: '30s',
    example: '2m',
  },
  Thresholds: {
    description:
      'What must hold over all requests: avg, p90, p95, p99 in ms, errors in %, hits/s; in addition to those of the test itself',
    example: 'p95<500, errors<1%, hits/s>20',
  },
  Note: { description: "Kept in BlazeMeter's report" },
  TimeLimitMinutes: {
    type: 'number',
    description: 'After this the test is terminated and the action fails',
    default: 180,
  },
  PublicLink: { type: 'boolean', description: 'Links to a BlazeMeter report that needs no login', default: true },
} as const satisfies PropertyDeclarations

export type TestConfiguration = ConfigurationOf<typeof properties>

/** What is wrong beyond single properties; each problem names its property. */
export function problemsOf(configuration: TestConfiguration): string[] {
  const problems: string[] = []
  if (configuration.TestId === undefined && configuration.Url === undefined) {
    problems.push(
      'TestId or Url: one of them is needed, a test on BlazeMeter or an address for the embedded load engine',
    )
  }
  if ((configuration.ApiKeyId === undefined) !== (configuration.ApiKeySecret === undefined)) {
    problems.push('ApiKeyId and ApiKeySecret: one is useless without the other')
  }
  if (!(configuration.Users >= 1 && configuration.Users <= 10_000 && Number.isInteger(configuration.Users))) {
    problems.push(`Users: ${configuration.Users} is not a whole number from 1 to 10000`)
  }
  if (!(configuration.TimeLimitMinutes > 0)) {
    problems.push(`TimeLimitMinutes: ${configuration.TimeLimitMinutes} is not more than 0`)
  }
  if (secondsOf(configuration.Duration) < 1) problems.push(`Duration: ${configuration.Duration} is less than a second`)
  return [...problems, ...parseThresholds(configuration.Thresholds ?? '').problems]
}

/** `90`, `90s`, `2m` or `1h` in seconds. */
export function secondsOf(duration: string): number {
  const unit = { s: 1, m: 60, h: 3600 }[duration.slice(-1)] ?? 1
  return Number.parseInt(duration, 10) * unit
}
