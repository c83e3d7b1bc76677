import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'

/** What a page may do: nothing but be read and searched. */
const policy =
  "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

/** Sends a text; `type` as in `text/html`. A reader that has it already is told so. */
export function send(response: ServerResponse, status: number, type: string, text: string): void {
  const etag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`
  const known = response.req.headers['if-none-match'] === etag
  response.writeHead(known && status === 200 ? 304 : status, {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': policy,
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'same-origin',
    'cache-control': 'no-cache',
    etag,
  })
  response.end(known || response.req.method === 'HEAD' ? undefined : text)
}
