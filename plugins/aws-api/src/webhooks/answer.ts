import type { ServerResponse } from 'node:http'
import { closingHeaders, discardRest } from '../http/unread.js'

/** Sends a short JSON answer. Nothing when the sender is gone. */
export async function answer(
  response: ServerResponse,
  { status, message }: { readonly status: number; readonly message: string },
): Promise<void> {
  if (response.headersSent || response.destroyed) return
  const body = JSON.stringify({ message })
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    ...(status === 405 ? { Allow: 'POST' } : {}),
    ...closingHeaders(response),
  })
  response.end(body)
  await discardRest(response.req)
}
