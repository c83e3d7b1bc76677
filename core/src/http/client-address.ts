/** Who sent a request, behind proxies too. */
import type { IncomingMessage } from 'node:http'
import { hostname } from 'node:os'
import { senderAddress } from './webhook-authentication.js'

const noted = new WeakMap<IncomingMessage, string>()

/** Remembers who sent a request, by `server.trustedProxies` (ranges of addresses, with commas between them). */
export function noteClient(request: IncomingMessage, trustedProxies: string | undefined): void {
  const remoteAddress = plain(request.socket.remoteAddress ?? '')
  const sender = { headers: request.headers, body: new Uint8Array(), remoteAddress }
  noted.set(request, trustedProxies === undefined ? remoteAddress : senderAddress({ ...sender, trustedProxies }))
}

/**
 * The address of a request's client: the socket's other end or, behind proxies that penstock.yaml trusts, the one that
 * they tell. For logs and limits.
 * @example
 * const seen = (request: Parameters<typeof clientAddress>[0]) => clientAddress(request) // 192.0.2.7
 */
export function clientAddress(request: IncomingMessage): string {
  return noted.get(request) ?? plain(request.socket.remoteAddress ?? '')
}

/**
 * True when a process of this machine asked by itself. A proxy on this machine is another matter: what it forwards comes
 * from anywhere, and not every one says that it forwards.
 */
export function isDirect(request: IncomingMessage, publicUrl: string | undefined, trustedProxies?: string): boolean {
  const { headers, httpVersion, socket } = request
  if (!isLoopback(socket.remoteAddress)) return false
  if (forwarding.some((name) => headers[name] !== undefined)) return false
  // What nginx's bare proxy_pass speaks; nothing that asks for itself does any more.
  if (httpVersion === '1.0') return false
  if (!isOwnName(headers.host)) return false
  // A public address means that there is a proxy. Unless it is one that tells whom it forwards for, this may be its word.
  return publicUrl === undefined || trustedProxies !== undefined || isOwnName(new URL(publicUrl).host)
}

const forwarding = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'via']

function isOwnName(host: string | undefined): boolean {
  const name = (host ?? 'localhost').replace(/:\d+$/, '').toLowerCase()
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(name) || name === hostname().toLowerCase()
}

function isLoopback(address: string | undefined): boolean {
  return address !== undefined && (/^(::ffff:)?127\./.test(address) || address === '::1')
}

/** An IPv4 address that a socket shows as `::ffff:192.0.2.1` is what it is. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '')
}
