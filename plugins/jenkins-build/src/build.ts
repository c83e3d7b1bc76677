import { type JobContext, JobFailed } from '@penstock/core'
import type { JenkinsApi } from './api.js'

/** Where a build is; kept as checkpoint, so that a restarted server follows it instead of starting another. */
export type Place =
  | { readonly queue: number }
  /** `offset`: bytes of its log that were read. */
  | { readonly build: number; readonly offset: number }
  /** From Jenkins versions that do not tell the queue item: the number that the build will get. */
  | { readonly next: number; readonly since: number }

interface QueueItem {
  readonly why?: string | null
  readonly cancelled?: boolean
  readonly executable?: { readonly number?: number } | null
}

interface Build {
  readonly building?: boolean
  readonly result?: string | null
  readonly number: number
  readonly url?: string
  readonly duration?: number
}

/** How long a build that was started without a queue item may take to appear, milliseconds. */
const appearance = 60_000

/** `team/site` as Jenkins' paths have it: `job/team/job/site/`. */
export function jobPath(name: string): string {
  const parts = name.split('/').filter((part) => part !== '')
  return parts.map((part) => `job/${encodeURIComponent(part)}/`).join('')
}

/** Starts the job. Errors: ConfigurationError when there is no such job; what Jenkins says, else. */
export async function startBuild(
  job: string,
  parameters: URLSearchParams,
  api: JenkinsApi,
  ctx: JobContext,
): Promise<Place> {
  const known = await api.json<{ nextBuildNumber?: number; buildable?: boolean }>(
    `${job}api/json?tree=nextBuildNumber,buildable`,
  )
  if (known === undefined) {
    throw new JobFailed(`ProjectName: Jenkins has no ${api.urlOf(job)} that this user may see`, 'ConfigurationError')
  }
  if (known.buildable === false) throw new JobFailed(`ProjectName: ${api.urlOf(job)} is disabled`, 'ConfigurationError')
  const hasParameters = parameters.size > 0
  const path = hasParameters ? `${job}buildWithParameters?delay=0sec` : `${job}build?delay=0sec`
  const answer = await api.post(path, hasParameters ? parameters : undefined)
  const queue = /\/queue\/item\/(\d+)/.exec(answer.headers.location ?? '')?.[1]
  return queue === undefined ? { next: known.nextBuildNumber ?? 1, since: ctx.clock.now() } : { queue: Number(queue) }
}

/** Waits until the build has a number. Errors: JobFailed when it was cancelled in the queue, or never appears. */
export async function waitInQueue(
  job: string,
  place: Place,
  api: JenkinsApi,
  ctx: JobContext,
  pause: number,
): Promise<number> {
  let said = ''
  for (;;) {
    const found = await buildOf(job, place, api, ctx)
    if (typeof found === 'number') return found
    if (found !== said) ctx.log.line(`In Jenkins' queue: ${found}`)
    said = found
    await ctx.sleep(pause)
  }
}

/** The build's number, or why it has none yet. */
async function buildOf(job: string, place: Place, api: JenkinsApi, ctx: JobContext): Promise<number | string> {
  if ('build' in place) return place.build
  if ('next' in place) {
    if ((await api.get(`${job}${place.next}/api/json?tree=number`)) !== undefined) return place.next
    if (ctx.clock.now() - place.since < appearance) return 'waiting'
    throw new JobFailed(
      `Jenkins did not name a queue item, and build ${place.next} did not appear: does ServerUrl redirect, from http to https say?`,
    )
  }
  const item = await api.json<QueueItem>(`queue/item/${place.queue}/api/json`)
  if (item === undefined) return fromHistory(job, place.queue, api)
  if (item.cancelled) throw new JobFailed(`Jenkins queue item ${place.queue} was cancelled before it ran`)
  return item.executable?.number ?? item.why ?? 'waiting'
}

/** Jenkins forgets a queue item five minutes after it left the queue; the build remembers it. */
async function fromHistory(job: string, queue: number, api: JenkinsApi): Promise<number> {
  const history = await api.json<{ builds?: { number: number; queueId?: number }[] }>(
    `${job}api/json?tree=builds[number,queueId]{0,100}`,
  )
  const build = history?.builds?.find(({ queueId }) => queueId === queue)
  if (build === undefined) throw new JobFailed(`Jenkins queue item ${queue} is gone, and no build came of it`)
  return build.number
}

/** Copies the build's log as it grows; answers how the build ended. Errors: JobFailed when the build was deleted. */
export async function followBuild(
  path: string,
  place: { readonly build: number; readonly offset: number },
  api: JenkinsApi,
  ctx: JobContext,
  pause: number,
): Promise<Build> {
  let offset = place.offset
  for (;;) {
    const build = await api.json<Build>(`${path}api/json?tree=building,result,number,url,duration`)
    if (build === undefined) throw new JobFailed(`Jenkins build ${api.urlOf(path)} was deleted while it ran`)
    // Asked for after the state: when the build was over, this piece is the last one.
    const piece = await api.get(`${path}logText/progressiveText?start=${offset}`)
    const text = piece?.text() ?? ''
    if (text !== '') ctx.log.write(text.replaceAll('\r\n', '\n'))
    const next = Number(piece?.headers['x-text-size'] ?? offset)
    if (next !== offset) await ctx.checkpoint({ build: place.build, offset: next })
    offset = next
    const more = piece?.headers['x-more-data'] === 'true'
    if (build.building === false && !more) return build
    await ctx.sleep(pause)
  }
}

/** Takes it out of the queue, or stops it. */
export async function cancelBuild(job: string, place: Place, api: JenkinsApi, ctx: JobContext): Promise<void> {
  const [what, path] =
    'queue' in place
      ? [`queue item ${place.queue}`, `queue/cancelItem?id=${place.queue}`]
      : [
          `build ${'build' in place ? place.build : place.next}`,
          `${job}${'build' in place ? place.build : place.next}/stop`,
        ]
  const done = await api.postDetached(path)
  ctx.log.line(`Jenkins ${what}: ${done ? 'cancelled' : 'could not be cancelled; look at it on Jenkins'}`)
}
