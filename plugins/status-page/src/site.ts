import type { Router, RouterContext } from '@koa/router'
import type { Logger, Principal, PrincipalOperations, ServerServices } from '@penstock/core'
import type { StatusPageConfig } from './config.js'
import type { Theme } from './http/theme.js'

/** What every page is made from. */
export interface Site {
  readonly server: ServerServices
  readonly log: Logger
  readonly config: StatusPageConfig
}

/** What the middleware found out about a request before its page is called. */
export interface PageState {
  theme: Theme
  /** The session's token; absent before sign-in. */
  session?: string
  /** What stands in for a session in a stranger's forms, once it was made for this answer. */
  stranger?: string
  /** Whoever signed in; absent before sign-in. */
  principal?: Principal
  /** The fields of a posted form, in order. */
  form: URLSearchParams
  /** What the page before this one wants said. */
  notice?: Notice
  /** What this answer leaves for the next page. */
  left?: Notice
}

/** One sentence at the top of the next page. */
export interface Notice {
  readonly kind: 'good' | 'bad'
  readonly text: string
}

export type Ctx = RouterContext<PageState>
export type PageRouter = Router<PageState>

/** The caller of a page behind the sign-in. Errors: a defect when a route was mounted before the session's middleware. */
export function principalOf(ctx: Ctx): Principal {
  if (!ctx.state.principal) throw new Error('this page was reached without a session')
  return ctx.state.principal
}

/**
 * All that the caller of a page behind the sign-in can ask of the server, and `may`, which buttons ask. Each call is
 * checked against its policies and audited there: no page does that itself.
 */
export function operationsOf(ctx: Ctx, site: Site): PrincipalOperations {
  return site.server.operations.for(principalOf(ctx))
}

/** A path parameter. Errors: a defect when the route has no such parameter. */
export function param(ctx: Ctx, name: string): string {
  const value: unknown = ctx.params[name]
  if (typeof value !== 'string') throw new Error(`the route has no parameter ${name}`)
  return value
}

/** The first value of a query parameter; undefined when absent or empty. */
export function query(ctx: Ctx, name: string): string | undefined {
  const value = ctx.query[name]
  const first = Array.isArray(value) ? value[0] : value
  return first === '' ? undefined : first
}

/** A posted field, trimmed; an empty text when absent. */
export function field(ctx: Ctx, name: string): string {
  return (ctx.state.form.get(name) ?? '').trim()
}
