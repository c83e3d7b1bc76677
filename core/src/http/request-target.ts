import type { IncomingMessage, RequestListener } from 'node:http'

/**
 * Lets only requests through whose target is an address, and makes the path of what names a host as well (RFC 9112,
 * absolute-form). What parses addresses further in, ours or a library's, may throw at anything else, wherever it is called.
 */
export function withReadableTarget(handle: RequestListener): RequestListener {
  return (request, response) => {
    const target = readable(request)
    if (target === undefined) {
      response.writeHead(400, { 'content-type': 'application/json', connection: 'close' })
      response.end('{"error":"the address of the request is none"}')
      return
    }
    request.url = target
    handle(request, response)
  }
}

function readable({ url = '/' }: IncomingMessage): string | undefined {
  if (!URL.canParse(url, 'http://localhost')) return undefined
  if (url.startsWith('/')) return url
  const path = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)?.[1]
  if (path === undefined) return undefined
  return path.startsWith('/') ? path : `/${path}`
}
