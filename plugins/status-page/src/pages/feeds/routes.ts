import type { PastExecution, PrincipalOperations } from '@penstock/core'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { boardOf } from '../../state/board.js'
import { pipelineState, type State, stateOfStatus } from '../../view/state.js'
import { visible } from '../pipelines/model.js'
import { atom } from './atom.js'
import { badge } from './badge.js'
import { cctray } from './cctray.js'

/** Entries of a feed. */
const entries = 50
/** Executions looked through for the last that ended. */
const lookedBack = 10

/** What programs read: desktop monitors, feed readers, READMEs. With a session or an access key (`basicAuth`). */
export function feedRoutes(router: PageRouter, site: Site): void {
  router.get('/cctray.xml', (ctx: Ctx) => projects(ctx, site))
  router.get('/feed.atom', (ctx: Ctx) => everything(ctx, site))
  router.get('/pipelines/:name/feed.atom', (ctx: Ctx) => ofPipeline(ctx, site))
  if (!site.config.publicBadges) router.get('/pipelines/:name/badge.svg', (ctx: Ctx) => badgeOf(ctx, site))
}

/** Badges for strangers, where the configuration allows it. What does not exist looks like what never ran. */
export function publicBadgeRoutes(router: PageRouter, site: Site): void {
  if (site.config.publicBadges) router.get('/pipelines/:name/badge.svg', (ctx: Ctx) => showBadge(ctx, site))
}

async function projects(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  await operations.authorize('listPipelines', {})
  const seen = (await visible(site, operations)).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
  const readable = seen.filter(({ name }) => operations.may('listPipelineExecutions', { pipelineName: name }))
  const names = readable.map(({ name }) => name)
  const recent = await site.server.overview.recent(names, lookedBack)
  const all = readable.map(({ name, state }) => ({
    name,
    state,
    recent: recent.filter(({ pipelineName }) => pipelineName === name),
  }))
  ctx.body = cctray(all, site.server.identity.publicUrl)
  ctx.type = 'application/xml'
}

async function everything(ctx: Ctx, site: Site): Promise<void> {
  const operations = operationsOf(ctx, site)
  await operations.authorize('listPipelines', {})
  const found = await site.server.overview.activity({ limit: 4 * entries })
  const seen = found.filter(({ pipelineName }) => operations.may('listPipelineExecutions', { pipelineName }))
  feed(ctx, site, 'Penstock: executions', '/feed.atom', '/activity', seen.slice(0, entries))
}

async function ofPipeline(ctx: Ctx, site: Site): Promise<void> {
  const name = param(ctx, 'name')
  await known(operationsOf(ctx, site), name)
  const path = `/pipelines/${encodeURIComponent(name)}`
  feed(ctx, site, `${name}: executions`, `${path}/feed.atom`, path, await site.server.overview.recent([name], entries))
}

function feed(
  ctx: Ctx,
  { server }: Site,
  title: string,
  self: string,
  page: string,
  executions: readonly PastExecution[],
) {
  const { publicUrl } = server.identity
  const now = server.clock.now()
  ctx.body = atom({ title, self: publicUrl + self, page: publicUrl + page, publicUrl, executions, now })
  ctx.type = 'application/atom+xml'
}

async function badgeOf(ctx: Ctx, site: Site): Promise<void> {
  await known(operationsOf(ctx, site), param(ctx, 'name'))
  await showBadge(ctx, site)
}

/** Errors: PipelineNotFoundException, AccessDeniedException. */
async function known(operations: PrincipalOperations, name: string): Promise<void> {
  await operations.authorize('listPipelineExecutions', { pipelineName: name })
  await operations.listPipelineExecutions({ pipelineName: name, maxResults: 1 })
}

/** `?stage=Deploy` shows a stage in the place of the whole, `?label=live` another word in front. */
async function showBadge(ctx: Ctx, site: Site): Promise<void> {
  const name = param(ctx, 'name')
  const stage = query(ctx, 'stage')
  const label = query(ctx, 'label') ?? (stage === undefined ? name : `${name} ${stage}`)
  const state = stage === undefined ? await whole(site, name) : await ofStage(site, name, stage)
  ctx.body = badge(label, state)
  ctx.type = 'image/svg+xml'
  // GitHub's and others' image proxies keep what does not say this.
  ctx.set('cache-control', 'no-cache, max-age=0')
  if (site.config.publicBadges) ctx.set('cross-origin-resource-policy', 'cross-origin')
}

async function whole(site: Site, name: string): Promise<State> {
  const [standing] = await boardOf(site).of([name])
  return standing ? pipelineState(standing, site.server.clock.now()) : stateOfStatus(undefined)
}

async function ofStage(site: Site, name: string, stage: string): Promise<State> {
  const [overview] = await site.server.overview.pipelines([name])
  return stateOfStatus(overview?.stages.find((one) => one.name === stage)?.status)
}
