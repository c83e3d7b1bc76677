/** A network that can be lost: forwards connections, or swallows what is sent, or cuts and refuses. */

import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { connect, createServer, type Server, type Socket } from 'node:net'

export class Network {
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #isUp = true
  /** What is to be cut, once so many bytes more went to the server or came from it. */
  #plan: { readonly way: 'sent' | 'received'; left: number; cut(): void } | undefined
  readonly #server: Server

  /** `target` is asked at each connection: a server may come back at another port. */
  constructor(private readonly target: () => number) {
    this.#server = createServer((client) => this.#join(client))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get endpoint(): string {
    return `http://127.0.0.1:${this.port}`
  }

  async start(): Promise<void> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
  }

  /** Nothing moves any more, and nobody is told: a cable that was pulled. */
  halt(): void {
    this.#isUp = false
    for (const pair of this.#pairs) for (const socket of pair) socket.pause()
  }

  /** Every connection ends at once, and no new one is made. */
  cut(): void {
    this.#isUp = false
    this.#dropAll()
  }

  /** Resolves when it was cut, in the middle of what moved. */
  cutAfter(way: 'sent' | 'received', bytes: number): Promise<void> {
    return new Promise((resolve) => {
      const cut = () => {
        this.cut()
        resolve()
      }
      this.#plan = { way, left: bytes, cut }
    })
  }

  /** What was halted is lost for good; new connections are made. */
  restore(): void {
    this.#dropAll()
    this.#isUp = true
  }

  stop(): void {
    this.#dropAll()
    this.#server.close()
  }

  #join(client: Socket): void {
    if (!this.#isUp) return void client.destroy()
    const server = connect(this.target(), '127.0.0.1')
    const pair = [client, server] as const
    this.#pairs.add(pair)
    const end = () => {
      this.#pairs.delete(pair)
      for (const socket of pair) socket.destroy()
    }
    for (const socket of pair) socket.on('error', end).on('close', end)
    client.on('data', ({ length }) => this.#moved('sent', length))
    server.on('data', ({ length }) => this.#moved('received', length))
    client.pipe(server)
    server.pipe(client)
  }

  #moved(way: 'sent' | 'received', bytes: number): void {
    const plan = this.#plan
    if (plan?.way !== way) return
    plan.left -= bytes
    if (plan.left > 0) return
    this.#plan = undefined
    plan.cut()
  }

  #dropAll(): void {
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
    this.#pairs.clear()
  }
}
