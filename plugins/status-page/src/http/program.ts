import { createHash, timingSafeEqual } from 'node:crypto'
import { senderKnown } from '@penstock/core'
import type { Ctx, Site } from '../site.js'

/**
 * Lets programs in that have no session but an access key, as user name and password of HTTP's basic authentication:
 * monitors, feed readers, badges in a wiki. Only what is asked for with GET, and is no form, may be served behind it.
 */
export function basicAuth(site: Site) {
  return async (ctx: Ctx, next: () => Promise<unknown>): Promise<void> => {
    if (!ctx.state.principal) {
      const principal = await keyHolder(site, ctx.get('authorization'))
      if (!principal) {
        ctx.set('www-authenticate', 'Basic realm="Penstock: an access key", charset="UTF-8"')
        ctx.throw(401, 'Sign in, or send an access key: its id as the user name, its secret as the password.')
      }
      ctx.state.principal = principal
      senderKnown(ctx.req)
    }
    await next()
  }
}

async function keyHolder({ server }: Site, header: string) {
  const [, encoded] = /^basic\s+([A-Za-z0-9+/=]{1,4096})$/i.exec(header) ?? []
  if (encoded === undefined) return undefined
  const text = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = text.indexOf(':')
  // An access key's id, and never a person's password: what stands in a monitor's configuration can be taken back alone.
  const id = text.slice(0, colon)
  if (colon < 0 || !/^[A-Z0-9]{16,128}$/.test(id)) return undefined
  const known = await server.access.credentials(id)
  return known && !known.job && same(known.secretAccessKey, text.slice(colon + 1)) ? known.principal : undefined
}

function same(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => createHash('sha256').update(text).digest())
  return left !== undefined && right !== undefined && timingSafeEqual(left, right)
}
