/** Makes SSH connections: host keys checked on every hop, kept alive, tried again when a server was too busy. */
import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type Clock, sleep } from '@penstock/core'
import type { Client } from 'ssh2'
import { Connection } from './connection.js'
import { tolerate } from './exec.js'
import type { Handshakes } from './handshakes.js'
import type { HostKeys } from './host-keys.js'
import { login } from './login.js'
import { ConnectionLost } from './shell.js'
import { type SshTarget, targetName } from './target.js'

export interface ConnectOptions {
  readonly hostKeys: HostKeys
  readonly handshakes: Handshakes
  readonly clock: Clock
  readonly signal?: AbortSignal
  /** Milliseconds for one login. */
  readonly readyTimeout?: number
  readonly attempts?: number
}

/**
 * Logs in to `target` through its jumps.
 * Errors: ConnectionLost (temporary when trying again later may help), JobFailed when the key file is unusable.
 */
export async function connect(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const attempts = options.attempts ?? 6
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted()
    try {
      return await connectOnce(target, options)
    } catch (error) {
      if (!(error instanceof ConnectionLost) || !error.temporary) throw error
      // A host that does not answer at all is not merely busy.
      if (attempt >= (/timed? ?out/i.test(error.message) ? Math.min(2, attempts) : attempts)) throw error
      // Random, so that the hosts of a fleet do not come back all at the same moment.
      await sleep(options.clock, Math.random() * 250 * 2 ** attempt, options.signal)
    }
  }
}

async function connectOnce(target: SshTarget, options: ConnectOptions): Promise<Connection> {
  const clients: Client[] = []
  const socket = new Socket()
  socket.on('error', () => undefined) // ssh2 tells of it while it listens; an end that fails is an end.
  try {
    for (const hop of [...target.jumps, target]) {
      const previous = clients.at(-1)
      const way = previous === undefined ? socket : await tunnel(previous, hop)
      clients.push(await options.handshakes.run(() => login(hop, way, options)))
    }
  } catch (error) {
    for (const client of [...clients].reverse()) client.end()
    socket.destroySoon()
    throw error
  }
  return new Connection(clients, socket, options.clock)
}

function tunnel(through: Client, hop: SshTarget): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string) =>
      reject(new ConnectionLost(`cannot reach ${targetName(hop)} through the host before it: ${reason}`, true))
    const lost = () => fail('the connection to that host was lost')
    through.once('close', lost)
    through.forwardOut('127.0.0.1', 0, hop.host, hop.port, (error, channel) => {
      through.off('close', lost)
      if (error !== undefined) return fail(error.message)
      tolerate(channel)
      resolve(channel)
    })
  })
}
