import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type JobContext, JobFailed } from '@penstock/core'
import { secondsOf, type TestConfiguration } from './properties.js'
import type { Measurements } from './report.js'

/** How the report and the page name it, so that nobody takes it for BlazeMeter. */
export const embeddedEngine = 'embedded load engine, not BlazeMeter'

const script = join(__dirname, '..', 'engine', 'run.cjs')

interface Outcome extends Measurements {
  readonly firstError?: string
  readonly statusCodes?: Readonly<Record<string, number>>
}

/**
 * Makes load with autocannon in a durable step: it goes on when the server restarts, and is not run twice.
 * Errors: ConfigurationError without Url; JobFailed when nothing answered.
 */
export async function runEmbedded(configuration: TestConfiguration, ctx: JobContext): Promise<Measurements> {
  const url = configuration.Url
  if (url === undefined) {
    throw new JobFailed(
      'Url is missing: there is no BlazeMeter account, and the embedded engine needs an address',
      'ConfigurationError',
    )
  }
  const seconds = secondsOf(configuration.Duration)
  const report = join(ctx.workspace, 'measurements.json')
  ctx.log.line(`${embeddedEngine}: ${configuration.Users} connections to ${url} for ${seconds} s`)
  const options = JSON.stringify({ url, connections: configuration.Users, seconds, report })
  await ctx.exec([process.execPath, script, options], {
    label: 'load engine',
    timeout: (seconds + 60) * 1000,
    isolation: 'none', // the plugin's own program
  })
  const outcome = JSON.parse(await readFile(report, 'utf8')) as Outcome
  if (outcome.hits === outcome.failed) throw new JobFailed(nothingWorked(url, outcome))
  return outcome
}

function nothingWorked(url: string, { hits, firstError, statusCodes }: Outcome): string {
  const statuses = Object.entries(statusCodes ?? {}).map(([status, count]) => `${count} times HTTP ${status}`)
  const why = [...statuses, ...(firstError === undefined ? [] : [firstError])].join(', ')
  return `none of ${hits} requests to ${url} succeeded${why === '' ? '' : `: ${why}`}`
}
