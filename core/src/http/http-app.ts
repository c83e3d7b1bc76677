/** The Koa application: what every request gets (an id, a log line, a neutral error), the server's own pages, and plugins' mounts. */
import { randomUUID } from 'node:crypto'
import type { IncomingMessage, RequestListener } from 'node:http'
import Koa from 'koa'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { asPlugin, reason } from '../host/contain.js'
import type { Logger } from '../host/plugin.js'
import type { PluginMount } from '../host/plugin-host.js'
import { isDirect, noteClient } from './client-address.js'
import { chooseMount } from './mounts.js'
import { withReadableTarget } from './request-target.js'
import { isSigned } from './signed.js'
import { Strangers } from './strangers.js'

export interface HttpAppParts {
  readonly clock: Clock
  readonly log: Logger
  readonly mounts: () => readonly PluginMount[]
  /** Ready once all plugins are started, and until the server begins to stop. */
  readonly ready: () => boolean
  /** Why nothing can be written now, though the server runs: a full disk, say. `undefined` while all is well. */
  readonly storageProblem: () => Promise<string | undefined>
  /** What works less well than it should, though everything works: signals that do not arrive, say. */
  readonly degraded?: () => string | undefined
  readonly version: string
  /** Who may read /metrics. */
  readonly metricsFor: 'loopback' | 'open' | 'off'
  /** How many requests of strangers may be unfinished at a time; `strangerLimits` says it when absent. */
  readonly unfinishedLimit?: number
  /** Ranges of proxies whose X-Forwarded-For counts, with commas between them. */
  readonly trustedProxies?: string
  /** Where clients reach the server, if somebody configured it. */
  readonly publicUrl?: string
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>
  /** Told of every answered request, for the metrics. */
  readonly onAnswer: (method: string, status: number, milliseconds: number) => void
  /** Told when a plugin's handler threw. */
  readonly onPluginError: (plugin: string, problem: string) => void
}

/** The listener to give to an HTTP server. */
export function createHttpApp(parts: HttpAppParts): RequestListener {
  const app = new Koa()
  app.silent = true
  app.use(accessLog(parts))
  app.use(strangers(parts))
  app.use(ownPages(parts))
  app.use(pluginMounts(parts))
  return withReadableTarget(app.callback())
}

function accessLog(parts: HttpAppParts): Koa.Middleware {
  return async (ctx, next) => {
    const started = parts.clock.now()
    const id = requestId(ctx.req)
    ctx.state.requestId = id
    ctx.set('x-request-id', id)
    // As they came, and read here: what throws in a listener ends the process. The path only: queries may carry tokens.
    const { method, path } = ctx
    ctx.res.once('close', () => {
      const ms = parts.clock.now() - started
      parts.onAnswer(method, ctx.res.statusCode, ms)
      parts.log.debug('request', { id, method, path, status: ctx.res.statusCode, ms })
    })
    await next()
  }
}

/** A proxy's id when it is one that is safe to log, else a new one. */
function requestId(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && /^[\w-]{8,64}$/.test(given) ? given : randomUUID()
}

function strangers({ clock, trustedProxies, unfinishedLimit }: HttpAppParts): Koa.Middleware {
  const watched = new Strangers(clock, unfinishedLimit)
  return async (ctx, next) => {
    noteClient(ctx.req, trustedProxies)
    if (watched.watch(ctx.req, ctx.res)) return next()
    ctx.status = 503
    ctx.set({ connection: 'close', 'retry-after': '5' })
    ctx.body = { error: 'too many requests are being sent at once: try again' }
  }
}

function ownPages(parts: HttpAppParts): Koa.Middleware {
  return async (ctx, next) => {
    const reading = (ctx.method === 'GET' || ctx.method === 'HEAD') && !isSigned(ctx.req)
    if (reading && ctx.path === '/health') ctx.body = { status: 'ok', version: parts.version }
    else if (reading && ctx.path === '/ready') await answerReady(ctx, parts)
    else if (reading && ctx.path === '/metrics') await answerMetrics(ctx, parts)
    else await next()
  }
}

/** The reason may name folders and servers, so it is for this machine, as metrics are; others are told that there is one. */
async function answerReady(ctx: Koa.Context, parts: HttpAppParts): Promise<void> {
  const problem = parts.ready() ? await parts.storageProblem() : undefined
  const ready = parts.ready() && problem === undefined
  ctx.status = ready ? 200 : 503
  ctx.body = {
    status: ready ? 'ready' : 'not ready',
    ...(problem === undefined ? {} : { reason: direct(ctx, parts) ? problem : 'what it must keep cannot be written' }),
    ...defined({ degraded: ready ? parts.degraded?.() : undefined }),
  }
}

async function answerMetrics(ctx: Koa.Context, parts: HttpAppParts): Promise<void> {
  const allowed = parts.metricsFor === 'open' || (parts.metricsFor === 'loopback' && direct(ctx, parts))
  if (!allowed) {
    ctx.status = parts.metricsFor === 'off' ? 404 : 403
    ctx.body = {
      error:
        parts.metricsFor === 'off'
          ? 'metrics are switched off'
          : 'metrics are for this machine only, and not by way of a proxy: server.metrics in penstock.yaml can open them, and server.trustedProxies says which proxies tell whom they forward for',
    }
    return
  }
  const { type, text } = await parts.metrics()
  ctx.set('content-type', type)
  ctx.body = text
}

const direct = (ctx: Koa.Context, { publicUrl, trustedProxies }: HttpAppParts) =>
  isDirect(ctx.req, publicUrl, trustedProxies)

function pluginMounts(parts: HttpAppParts): Koa.Middleware {
  return async (ctx) => {
    const chosen = chooseMount(parts.mounts(), ctx.req, (plugin, error) =>
      parts.onPluginError(plugin, `match: ${reason(error)}`),
    )
    if (!chosen) {
      ctx.status = 404
      ctx.body = { error: 'nothing is here' }
      return
    }
    ctx.respond = false // the plugin answers with Node's own objects
    const { res } = ctx
    try {
      res.statusCode = 200 // Koa begins with 404
      await asPlugin(chosen.plugin, async () => chosen.mount.handle(ctx.req, res))
    } catch (error) {
      parts.onPluginError(chosen.plugin, `${ctx.method} ${chosen.mount.prefix}: ${reason(error)}`)
      parts.log.error('request failed', { id: ctx.state.requestId, plugin: chosen.plugin, err: error })
      answerNeutrally(res, String(ctx.state.requestId))
    }
  }
}

/** What went wrong inside is for the log, under the id that the client gets. */
function answerNeutrally(response: import('node:http').ServerResponse, id: string): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  response.writeHead(500, { 'content-type': 'application/json' })
  response.end(JSON.stringify({ error: 'internal error', requestId: id }))
}
