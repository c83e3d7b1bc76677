import { bodyParser } from '@koa/bodyparser'
import { strangerLimits } from '@penstock/core'
import type { Middleware } from 'koa'
import type { PageState } from '../site.js'

/** Large enough for a pipeline of a thousand actions, as JSON and as a form's fields. */
const limit = '4mb'

/**
 * Reads posted forms as an ordered list of fields. The parser only fetches the text: a nested-object parser would cut
 * long forms short (its limits on parameters and array lengths) and would let field names reach into objects.
 */
export function forms(): Middleware<PageState>[] {
  const known = reader(limit)
  const stranger = reader(`${strangerLimits.bodyBytes}b`)
  const read: Middleware<PageState> = (ctx, next) => {
    // No browser packs a form; what is small when it arrives could be anything.
    if (ctx.get('content-encoding') !== '') ctx.throw(415, 'A form must come as it is, without a Content-Encoding.')
    return (ctx.state.principal ? known : stranger)(ctx, next)
  }
  const parse: Middleware<PageState> = async (ctx, next) => {
    const body: unknown = ctx.request.body
    ctx.state.form = new URLSearchParams(typeof body === 'string' ? body : '')
    await next()
  }
  return [read, parse]
}

function reader(textLimit: string): Middleware<PageState> {
  return bodyParser({
    enableTypes: ['text'],
    extendTypes: { text: ['application/x-www-form-urlencoded'] },
    textLimit,
  }) as unknown as Middleware<PageState>
}
