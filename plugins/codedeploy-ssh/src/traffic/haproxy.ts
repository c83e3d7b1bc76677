/** Takes a host out of HAProxy's backend and puts it back, over HAProxy's runtime API. */
import { connect } from 'node:net'
import { type Clock, sleep } from '@penstock/core'

export interface HaproxyConfig {
  /** The runtime API's socket: a path, or `host:port`, with level admin. */
  readonly socket: string
  readonly backend: string
  /** The host's name there, with `%n` (its name in the inventory) or `%h`; `%n` when absent. */
  readonly server?: string
  /** Seconds that requests in progress may take to end; 30 when absent. */
  readonly drain?: number
}

/** Milliseconds between two looks. */
const PAUSE = 200
const ANSWER_MS = 5000
/** Seconds until HAProxy must have found the host well again. */
const UP_WITHIN = 60

export class Haproxy {
  constructor(
    private readonly config: HaproxyConfig,
    private readonly clock: Clock,
  ) {}

  /** No new requests, and those in progress have ended, or had their time. Errors: HAProxy refuses, or does not answer. */
  async takeOut(server: string, signal: AbortSignal): Promise<void> {
    await this.command(`set server ${this.config.backend}/${server} state drain`)
    const until = this.clock.now() + (this.config.drain ?? 30) * 1000
    while (this.clock.now() < until && (await this.stat(server)).sessions > 0) await sleep(this.clock, PAUSE, signal)
    await this.command(`set server ${this.config.backend}/${server} state maint`)
  }

  /** Gets requests again, once HAProxy's own check has found it well. Errors: as takeOut; it did not come up. */
  async putBack(server: string, signal: AbortSignal): Promise<void> {
    await this.command(`set server ${this.config.backend}/${server} state ready`)
    const until = this.clock.now() + UP_WITHIN * 1000
    for (;;) {
      const { status } = await this.stat(server)
      if (/^(UP|no check)/.test(status)) return
      if (this.clock.now() > until) throw new Error(`HAProxy does not find ${this.name(server)} well: it is ${status}`)
      await sleep(this.clock, PAUSE, signal)
    }
  }

  private name(server: string): string {
    return `${this.config.backend}/${server}`
  }

  private async stat(server: string): Promise<{ readonly status: string; readonly sessions: number }> {
    const [header = '', ...rows] = (await this.command('show stat')).replace(/^# /, '').split('\n')
    const names = header.split(',')
    const row = rows
      .map((line) => line.split(','))
      .find(([backend, name]) => backend === this.config.backend && name === server)
    if (row === undefined) throw new Error(`HAProxy has no server ${this.name(server)}`)
    const value = (name: string) => row[names.indexOf(name)] ?? ''
    return { status: value('status'), sessions: Number(value('scur')) + Number(value('qcur')) }
  }

  private command(line: string): Promise<string> {
    const { socket: place } = this.config
    return new Promise((resolve, reject) => {
      const socket = place.startsWith('/')
        ? connect(place)
        : connect(Number(place.split(':').at(-1)), place.split(':')[0])
      const fail = (error: Error) => {
        socket.destroy()
        reject(new Error(`HAProxy at ${place}: ${error.message}`))
      }
      const cancel = this.clock.after(ANSWER_MS, () => fail(new Error('no answer')))
      let answer = ''
      socket.setEncoding('utf8')
      socket.on('data', (piece: string) => {
        answer += piece
      })
      socket.once('error', (error) => {
        cancel()
        fail(error)
      })
      socket.once('end', () => {
        cancel()
        const said = answer.trim()
        if (/^(No such|Unknown|Permission denied|Invalid|Require)/i.test(said)) fail(new Error(said.split('\n')[0]))
        else resolve(said)
      })
      socket.end(`${line}\n`)
    })
  }
}
