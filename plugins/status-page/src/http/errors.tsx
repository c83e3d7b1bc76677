import { isFault } from '@penstock/core'
import type { Middleware } from 'koa'
import type { Ctx, PageState, Site } from '../site.js'
import { ErrorPage } from '../view/error-page.js'
import { show } from '../view/show.js'
import { isSentByScript } from './sent-by-script.js'

/** What a fault's code means in HTTP. Everything else that a caller can cause is a 400. */
export function statusOf(code: string): number {
  if (code === 'AccessDeniedException') return 403
  if (/NotFound/.test(code)) return 404
  if (
    /^(Conflict|ConcurrentModification|ApprovalAlreadyCompleted|DuplicatedStop|NotLatest|.*NotRetryable|.*NotStoppable|UnableToRollback)/.test(
      code,
    )
  )
    return 409
  return 400
}

const titles: Readonly<Record<number, string>> = {
  401: 'Sign in first',
  403: 'You may not do that',
  404: 'There is nothing here',
  409: 'That is not possible now',
  413: 'That is too much at once',
  415: 'That form cannot be read',
  429: 'Too many tries',
  500: 'Something went wrong here',
}

/** Turns whatever a page throws into a page with the right status; a defect is logged whole and shown neutrally. */
export function errors(site: Site): Middleware<PageState> {
  return async (ctx, next) => {
    try {
      await next()
      if (ctx.status === 404 && ctx.body == null) ctx.throw(404, `This server has no page ${ctx.path}.`)
    } catch (error) {
      const { status, message } = describe(error, ctx.method)
      if (status >= 500) site.log.error('a page failed', { path: ctx.path, error: errorText(error) })
      answer(ctx as Ctx, site, status, message)
    }
  }
}

function describe(error: unknown, method: string): { status: number; message: string } {
  // What is asked for in an address, and no name or id can be, is not there.
  const unknown = isFault(error) && error.code === 'ValidationException' && method === 'GET'
  if (unknown) return { status: 404, message: 'No pipeline, execution or action has the name that the address gives.' }
  if (isFault(error)) return { status: statusOf(error.code), message: error.message }
  const { status, expose, message } = error as { status?: unknown; expose?: unknown; message?: unknown }
  if (typeof status === 'number' && expose === true) return { status, message: String(message) }
  return { status: 500, message: 'The server could not make this page. What happened is in its log.' }
}

function errorText(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error)
}

function answer(ctx: Ctx, site: Site, status: number, message: string): void {
  ctx.status = status
  if (ctx.get('x-requested-with') === 'penstock' || ctx.get('accept').includes('text/event-stream')) {
    ctx.type = 'text'
    ctx.body = message
    return
  }
  if (isSentByScript(ctx)) {
    ctx.type = 'json'
    ctx.body = JSON.stringify({ problem: message })
    return
  }
  const title = titles[status] ?? 'That did not work'
  show(ctx, site, { title }, <ErrorPage status={status} title={title} message={message} />)
  ctx.status = status
}
