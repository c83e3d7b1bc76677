import { Readable } from 'node:stream'
import { renderToString } from 'preact-render-to-string'
import { liveRoute } from '../../live/routes.js'
import { logCacheOf } from '../../log/excerpt.js'
import { Lines } from '../../log/lines.js'
import type { LogCache } from '../../log/log-cache.js'
import type { LogIndex } from '../../log/log-index.js'
import { lookahead, overwritten } from '../../log/rewrites.js'
import { type Ctx, operationsOf, type PageRouter, param, query, type Site } from '../../site.js'
import { to } from '../../view/link.js'
import { show } from '../../view/show.js'
import { findAction } from '../action/find.js'
import { logEvents } from './events.js'
import { LogPage, linesPerChunk } from './page.js'
import { Hits, searchLog } from './search.js'

/** An action's log: the page, its lines in pieces, a search, the raw text, and a stream that says when there is more. */
export function logRoutes(router: PageRouter, site: Site): void {
  const cache = logCacheOf(site)
  const at = '/pipelines/:name/actions/:id/log'
  router.get(at, (ctx: Ctx) => page(ctx, site, cache))
  router.get(`${at}/lines`, (ctx: Ctx) => lines(ctx, site, cache))
  router.get(`${at}/search`, (ctx: Ctx) => search(ctx, site, cache))
  router.get(`${at}/raw`, (ctx: Ctx) => raw(ctx, site))
  liveRoute(site, `${at}/events`, async ({ operations, params: { name = '', id = '' } }) => {
    await findAction(site, operations, name, id)
    return logEvents(site, cache, id)
  })
}

/** The action must be one of this pipeline, and is asked for: the id alone would lead round the pipeline's policies. */
function allowed(ctx: Ctx, site: Site) {
  return findAction(site, operationsOf(ctx, site), param(ctx, 'name'), param(ctx, 'id'))
}

async function page(ctx: Ctx, site: Site, cache: LogCache): Promise<void> {
  const action = await allowed(ctx, site)
  const index = await cache.get(action.actionExecutionId)
  const total = index?.lines ?? 0
  const line = positive(query(ctx, 'line'))
  const find = query(ctx, 'q')
  // The end is what people look for: where it failed, or what it does now.
  const first = Math.floor(((line ?? Math.max(total, 1)) - 1) / linesPerChunk) * linesPerChunk + 1
  const { lines: shown, gone } = await piece(index, first)
  const found = index && find ? await searchLog(index, find) : undefined
  const name = param(ctx, 'name')
  show(
    ctx,
    site,
    { title: `Log of ${action.actionName}`, section: 'pipelines', scripts: ['log.js'], wide: true },
    <LogPage
      pipeline={name}
      action={action}
      base={to.action(name, action.actionExecutionId, 'log')}
      first={first}
      lines={shown}
      gone={gone}
      total={total}
      complete={index?.complete ?? action.status !== 'InProgress'}
      exists={index !== undefined}
      line={line}
      find={find}
      found={found}
    />,
  )
}

/** Lines `from`..`to`, at most a chunk; how many there are in all is in the headers. */
async function lines(ctx: Ctx, site: Site, cache: LogCache): Promise<void> {
  await allowed(ctx, site)
  const index = await cache.get(param(ctx, 'id'))
  if (!index) ctx.throw(404, 'This action has no log.')
  const from = positive(query(ctx, 'from')) ?? 1
  const { lines: found, gone, rewrites } = await piece(index, from)
  ctx.set('x-log-rewrites', String(rewrites))
  ctx.set('x-log-lines', String(index.lines))
  ctx.set('x-log-complete', String(index.complete))
  ctx.type = 'html'
  ctx.body = renderToString(<Lines lines={found} gone={gone} find={query(ctx, 'q')} />)
}

/** A chunk's lines, and which of them are written over later; that some line goes up may concern the chunk before. */
async function piece(index: LogIndex | undefined, first: number) {
  const found = (await index?.slice(first, linesPerChunk + lookahead)) ?? []
  const lines = found.slice(0, linesPerChunk)
  return { lines, gone: overwritten(found), rewrites: lines.some(({ move }) => move !== undefined) }
}

async function search(ctx: Ctx, site: Site, cache: LogCache): Promise<void> {
  await allowed(ctx, site)
  const index = await cache.get(param(ctx, 'id'))
  const find = query(ctx, 'q')
  if (!index || !find) ctx.throw(400, 'What is to be looked for? Say it in q.')
  const base = to.action(param(ctx, 'name'), param(ctx, 'id'), 'log')
  ctx.type = 'html'
  ctx.body = renderToString(<Hits base={base} find={find} found={await searchLog(index, find)} />)
}

async function raw(ctx: Ctx, site: Site): Promise<void> {
  const action = await allowed(ctx, site)
  const { logs } = site.server
  if ((await logs.size(action.actionExecutionId)) === undefined) ctx.throw(404, 'This action has no log.')
  const safe = `${param(ctx, 'name')}-${action.stageName}-${action.actionName}`.replace(/[^\w.-]/g, '_')
  ctx.set('content-disposition', `attachment; filename="${safe}-${action.actionExecutionId.slice(0, 8)}.log"`)
  ctx.type = 'text/plain; charset=utf-8'
  ctx.body = Readable.from(pieces(site, action.actionExecutionId))
}

async function* pieces(site: Site, id: string): AsyncGenerator<string> {
  let from = 0
  for (;;) {
    const chunk = await site.server.logs.read(id, from, 256 * 1024)
    if (!chunk || chunk.next <= from) return
    yield chunk.text
    from = chunk.next
  }
}

function positive(text: string | undefined): number | undefined {
  const value = Number(text)
  return Number.isSafeInteger(value) && value > 0 ? value : undefined
}
