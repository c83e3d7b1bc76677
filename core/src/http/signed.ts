import type { IncomingMessage } from 'node:http'

/**
 * True for what an AWS client signed, in whichever way: its path is that of the service that it was signed for, and none
 * of the server's own pages. A bucket may be called `metrics`.
 */
export function isSigned({ headers, url }: Pick<IncomingMessage, 'headers' | 'url'>): boolean {
  return (
    /^AWS(4-HMAC-SHA256)?\s/.test(headers.authorization ?? '') ||
    /[?&](X-Amz-Credential|AWSAccessKeyId)=/.test(url ?? '')
  )
}
