import { connect } from 'node:net'

/**
 * Sends bytes as they are, on a connection of their own, and answers what comes back until it is closed.
 * `hangUp`: says at once that no more will come, for what may be less than the server waits for; it may not answer then.
 * Errors: when nothing at all has happened for ten seconds.
 */
export function exchange(port: number, bytes: Buffer, { hangUp = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = []
    const socket = connect(port, '127.0.0.1', () => (hangUp ? socket.end(bytes) : socket.write(bytes)))
    socket.setTimeout(10_000, () => {
      reject(new Error(`no answer to ${JSON.stringify(bytes.toString('latin1').slice(0, 2000))}`))
      socket.destroy()
    })
    socket.on('data', (piece: Buffer) => pieces.push(piece))
    // Cut off in the middle of its rubbish, a client is entitled to no answer.
    socket.on('error', () => resolve(Buffer.concat(pieces).toString('latin1')))
    socket.on('close', () => resolve(Buffer.concat(pieces).toString('latin1')))
  })
}

/** A request as it goes over the wire; the connection is closed after its answer. */
export function wire(
  method: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  body: Buffer | string,
): Buffer {
  const lines = Object.entries({ ...headers, 'content-length': String(Buffer.byteLength(body)), connection: 'close' })
  const head = [`${method} ${path} HTTP/1.1`, ...lines.map(([name, value]) => `${name}: ${value}`), '', '']
  return Buffer.concat([Buffer.from(head.join('\r\n'), 'latin1'), Buffer.from(body)])
}

/** The status of an answer; 0 when there was none. */
export function statusOf(answer: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
}
