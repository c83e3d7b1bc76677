/** A login that commands can be run over, with the hosts that it goes through. */
import type { Socket } from 'node:net'
import type { Clock } from '@penstock/core'
import type { Client } from 'ssh2'

/** Milliseconds for a peer to take note of the end. */
const FAREWELL = 2000

export class Connection {
  private lost = false

  /** `clients` in the order of the hops; `socket` is the first one's. */
  constructor(
    private readonly clients: readonly Client[],
    private readonly socket: Socket,
    private readonly clock: Clock,
  ) {
    // Events that nobody takes would end the process; channels tell of a loss by their end.
    for (const client of clients) client.on('error', () => undefined)
    this.client.once('close', () => {
      this.lost = true
    })
  }

  /** The last hop's: the host itself. */
  get client(): Client {
    const last = this.clients.at(-1)
    if (last === undefined) throw new Error('a connection without a host')
    return last
  }

  get isOpen(): boolean {
    return !this.lost
  }

  onceClosed(tell: () => void): void {
    this.client.once('close', tell)
  }

  /** Ends all hops; a peer that does not answer is not waited for. */
  end(): void {
    this.lost = true
    for (const client of [...this.clients].reverse()) client.end()
    const { socket } = this
    if (!socket.destroyed) this.clock.after(FAREWELL, () => void socket.destroy())
  }
}
