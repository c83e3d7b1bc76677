/** A TCP relay on loopback whose connections can be cut, as a network does it. */
import { connect, createServer, type Socket } from 'node:net'

export interface Cutter {
  readonly port: number
  /** How many connections there were so far. */
  readonly connections: number
  /** Bytes that clients sent so far. */
  readonly sent: number
  /** Connections that are open now. */
  readonly open: number
  /** From now on the connections that are open relay nothing, and say nothing of it. */
  freeze(): void
  /** Ends all connections now, without a word. */
  cut(): void
  stop(): Promise<void>
}

/** Relays to `target`; with `cutAfter`, the first connection is cut once its client sent so many bytes. */
export async function startCutter(target: number, cutAfter = Number.POSITIVE_INFINITY): Promise<Cutter> {
  const open = new Set<Socket>()
  let connections = 0
  let sent = 0
  const server = createServer((client) => {
    const first = connections++ === 0
    const upstream = connect(target, '127.0.0.1')
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.on('error', () => undefined)
      socket.once('close', () => {
        open.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    let mine = 0
    client.on('data', (piece) => {
      sent += piece.length
      mine += piece.length
      if (first && mine > cutAfter) client.destroy()
    })
    client.pipe(upstream)
    upstream.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    get connections() {
      return connections
    },
    get open() {
      return open.size / 2
    },
    freeze() {
      for (const socket of open) socket.unpipe().pause()
    },
    get sent() {
      return sent
    },
    cut() {
      for (const socket of open) socket.destroy()
    },
    async stop() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
