import type { IncomingMessage } from 'node:http'

/**
 * The service that a request says it was signed for (`iam`), in the scope of its credential; nothing of it is proved.
 * `undefined` when it is not signed with Signature Version 4.
 */
export function scopeServiceOf({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): string | undefined {
  const header = /^AWS4-HMAC-SHA256 .*?Credential=([^,\s]+)/.exec(headers.authorization ?? '')?.[1]
  const inQuery = /[?&]X-Amz-Credential=([^&]+)/.exec(url ?? '')?.[1]
  const credential = header ?? inQuery?.replace(/%2F/gi, '/')
  const service = credential?.split('/').at(-2)
  return service !== undefined && /^[a-z0-9-]{1,64}$/.test(service) ? service : undefined
}
