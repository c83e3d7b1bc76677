import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The port could not be had; the message names it and what to do. */
export class ListenFailed extends Error {
  override readonly name = 'ListenFailed'
}

export interface Listening {
  /** `http://127.0.0.1:8080`. */
  readonly address: string
  readonly port: number
  /** Takes no more connections, lets running requests end for up to `grace` milliseconds, then cuts what is left. */
  close(grace: number): Promise<void>
}

/** Opens the port. Errors: ListenFailed. */
export async function listen(handle: RequestListener, host: string, port: number): Promise<Listening> {
  const server = createServer(
    {
      keepAliveTimeout: 65_000,
      headersTimeout: 10_000,
      connectionsCheckingInterval: 5_000,
      // An artifact of gigabytes may take longer than Node's five minutes; strangers have less (`strangers.ts`).
      requestTimeout: 60 * 60_000,
    },
    handle,
  )
  server.on('checkContinue', (request, response) => {
    continueOnceRead(request, response)
    handle(request, response)
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(explain(error, host, port)))
    server.listen(port, host, resolve)
  })
  const bound = (server.address() as AddressInfo).port
  return { address: `http://${urlHost(host)}:${bound}`, port: bound, close: (grace) => close(server, grace) }
}

/** A client that asks whether to send its body is told so when somebody begins to read it; a refusal comes first then. */
function continueOnceRead(request: IncomingMessage, response: ServerResponse): void {
  const look = (event: string | symbol) => {
    if (event !== 'data' && event !== 'readable') return
    request.off('newListener', look)
    if (!response.headersSent) response.writeContinue()
  }
  request.on('newListener', look)
}

/** A host as a URL has it: wildcards become something one can connect to, IPv6 gets brackets. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}

function explain(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const remedy = 'choose another with --port, PENSTOCK_PORT or server.port in penstock.yaml'
  switch (error.code) {
    case 'EADDRINUSE':
      return new ListenFailed(
        `port ${port} on ${host} is in use by another process (ss -ltnp 'sport = :${port}' shows which): stop it, or ${remedy}`,
      )
    case 'EACCES':
      return new ListenFailed(`port ${port} may not be opened by this user (ports below 1024 need rights): ${remedy}`)
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ListenFailed(`server.host is '${host}', which is no address of this machine: use 127.0.0.1 or 0.0.0.0`)
    default:
      return error
  }
}

function close(server: Server, grace: number): Promise<void> {
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), grace)
    server.close(() => {
      clearTimeout(cut)
      resolve()
    })
    server.closeIdleConnections()
  })
}
