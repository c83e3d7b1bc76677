import type { PollRecord } from '../../domain/source-state.js'
import type { SourceStatus } from '../../host/services.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { print, table } from '../output.js'
import { clean } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { span, when } from '../terminal/time.js'
import type { VerbOptions } from './options.js'
import { onPipeline } from './pick.js'

/** `penstock sources PIPELINE`: how polling its sources goes, with the last polls of each. */
export async function sources(name: string, options: VerbOptions): Promise<void> {
  const found = await withClient(options, (client) => sourcesOf(client, name))
  print(options.output, found, () =>
    found.length === 0 ? [`No source of ${name} is polled.`] : found.flatMap((source) => [...lines(source), '']),
  )
}

/** `penstock poll PIPELINE [ACTION]`: looks at its sources now. */
export async function poll(name: string, actionName: string | undefined, options: VerbOptions): Promise<void> {
  const { actionNames } = await withClient(options, (client) =>
    client.pollSource({ pipelineName: name, ...(actionName === undefined ? {} : { actionName }) }),
  )
  print(options.output, { pipelineName: name, actionNames }, () => [
    `${actionNames.join(', ')} of ${name} is looked at now: penstock sources ${name} shows what came of it`,
  ])
}

/** Errors: CommandFailed when there is no such pipeline. */
export async function sourcesOf(client: Client, pipelineName: string): Promise<readonly SourceStatus[]> {
  return onPipeline(client, pipelineName, async () => {
    await client.getPipeline({ name: pipelineName })
    return (await client.listSources({ pipelineName })).sources
  })
}

/** What is wrong with a source, a line each; none when all is well. */
export function problemsOf({ error, failures, failingSince, missedWebhook: missed }: SourceStatus): string[] {
  const since = failingSince === undefined ? '' : ` since ${when(new Date(failingSince))}`
  const times = failures > 1 ? ` (${failures} polls)` : ''
  return [
    ...(error === undefined ? [] : [`cannot be looked at${since}${times}: ${clean(error)}`]),
    ...(missed === undefined
      ? []
      : [
          `a poll found ${clean(missed.branch)} at ${missed.revisionId.slice(0, 12)}, of which no webhook told: is it still sent?`,
        ]),
  ]
}

function lines(source: SourceStatus): string[] {
  const { actionName, schedule, nextPoll, nextReason, polls = [] } = source
  const next = nextPoll === undefined ? '' : `next poll ${when(new Date(nextPoll))}: ${clean(nextReason ?? schedule)}`
  const rows = polls.map((one) => [when(new Date(one.at)), span(one.ms), outcome(one), clean(one.seen ?? '')])
  return [
    `${paint.bold(actionName)}  ${paint.dim(next)}`,
    ...problemsOf(source).map((problem) => paint.red(`  ${problem}`)),
    ...(polls.length === 0 ? ['  not looked at yet'] : table([['POLLED', 'TOOK', 'OUTCOME', 'SEEN'], ...rows])),
  ]
}

function outcome({ outcome, times, first }: PollRecord): string {
  if (times === undefined || first === undefined) return outcome
  return `${outcome}, ${times} times since ${when(new Date(first))}`
}
