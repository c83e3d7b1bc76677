/** One question to a host that was just deployed to: does it work? */

import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { connect } from 'node:net'
import { outboundLookup, refuseOutbound } from '@penstock/core'
import type { Shell } from '../shell/shell.js'

/** `%h` is the host's name or address, `%n` its name in the inventory. Exactly one of http, tcp and command is there. */
export interface HealthCheck {
  readonly http?: string
  /** What http must answer with; 200 when absent. */
  readonly status?: number
  /** What the answer must hold. */
  readonly text?: string
  /** `host:port` that must take a connection. */
  readonly tcp?: string
  /** A command line that must end with 0 on the host. */
  readonly command?: string
  /** Seconds until it must have passed once; 60 when absent. */
  readonly within?: number
  /** Seconds for one try; 5 when absent. */
  readonly timeout?: number
}

/** Bytes of an answer that are looked at. */
const LOOKED_AT = 64 * 1024

/** Asks once; answers what is wrong, or nothing. Errors: the signal's reason, as everywhere. */
export async function askOnce(
  check: HealthCheck,
  shell: () => Promise<Shell>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout((check.timeout ?? 5) * 1000)])
  try {
    if (check.http !== undefined) return await askHttp(check, limit)
    if (check.tcp !== undefined) return await askTcp(check.tcp, limit)
    return await askCommand(check.command ?? 'true', await shell(), limit)
  } catch (error) {
    signal.throwIfAborted()
    return limit.aborted ? `no answer within ${check.timeout ?? 5} s` : (error as Error).message
  }
}

/** In words: `GET http://10.0.0.1/health`. */
export function nameOf({ http, tcp, command }: HealthCheck): string {
  return http !== undefined ? `GET ${http}` : tcp !== undefined ? `a connection to ${tcp}` : `\`${command}\``
}

function askHttp({ http = '', status = 200, text }: HealthCheck, signal: AbortSignal): Promise<string | undefined> {
  const ask = http.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    // No kept connection: the application may just have been started anew.
    refuseOutbound(new URL(http).hostname)
    const request = ask(
      http,
      { signal, agent: false, lookup: outboundLookup, headers: { 'user-agent': 'penstock-health' } },
      (answer) => {
        let body = ''
        answer.setEncoding('utf8')
        answer.on('data', (piece: string) => {
          if (body.length < LOOKED_AT) body += piece
        })
        answer.on('error', reject)
        answer.on('end', () => {
          if (answer.statusCode !== status) resolve(`it answers ${answer.statusCode}, not ${status}`)
          else
            resolve(
              text === undefined || body.includes(text)
                ? undefined
                : `its answer does not hold ${JSON.stringify(text)}`,
            )
        })
      },
    )
    request.on('error', reject)
    request.end()
  })
}

function askTcp(place: string, signal: AbortSignal): Promise<undefined> {
  const colon = place.lastIndexOf(':')
  return new Promise((resolve, reject) => {
    const host = place.slice(0, colon)
    refuseOutbound(host)
    const socket = connect({ host, port: Number(place.slice(colon + 1)), signal, lookup: outboundLookup })
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.destroy()
      resolve(undefined)
    })
  })
}

async function askCommand(command: string, shell: Shell, signal: AbortSignal): Promise<string | undefined> {
  let output = ''
  const exit = await shell.run(command, {
    signal,
    onOutput: (piece) => {
      output = (output + piece.toString()).slice(-500)
    },
  })
  if (exit.code === 0) return undefined
  const said = (exit.stderr.trim() || output.trim()).split('\n').at(-1) ?? ''
  return `it ends with ${exit.code ?? exit.signal}${said === '' ? '' : `: ${said}`}`
}
