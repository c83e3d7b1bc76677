/** A real HTTP server that keeps what it gets and answers as a test says. */
import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Receiver {
  readonly url: string
  readonly received: Received[]
  /** How the next requests are answered; 204 when it says nothing. */
  answer: (response: ServerResponse) => void
  stop(): void
}

export async function startReceiver(): Promise<Receiver> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    receiver.received.push({ path: request.url ?? '', headers: request.headers, body })
    receiver.answer(response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    received: [],
    answer: (response) => void response.writeHead(204).end(),
    stop() {
      server.closeAllConnections()
      server.close()
    },
  }
  return receiver
}
