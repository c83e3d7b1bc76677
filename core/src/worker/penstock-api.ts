import { setMaxListeners } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { Fault, type FaultCode, faultCodes } from '../domain/faults.js'
import { readErrorBody } from './error-body.js'
import { SignedClient, type SigningKeys } from './signed-request.js'

export interface PenstockApiOptions {
  /** `https://penstock.example.com`, without a path. */
  readonly endpoint: string
  readonly region: string
  readonly keys: SigningKeys
  /** Certificates in PEM that are trusted besides those that Node trusts. */
  readonly ca?: string
}

/** The server refused, for a reason that may pass: a key that is replaced, a proxy in the way, a server that starts. */
export class ApiRefused extends Error {
  override readonly name = 'ApiRefused'
  constructor(
    /** AWS's code, or `HTTP 502`. */
    readonly code: string,
    message: string,
    readonly status: number,
  ) {
    super(`${code}: ${message}`)
  }
}

/** So long after its end a call that may wait is given up, milliseconds. */
const patience = 20_000

/** Penstock's own operations over AWS's JSON protocol. */
export class PenstockApi {
  readonly http: SignedClient
  readonly #closed = new AbortController()

  constructor(readonly options: PenstockApiOptions) {
    this.http = new SignedClient(options.endpoint, options.ca)
    setMaxListeners(0, this.#closed.signal) // one for each call under way
  }

  /**
   * Calls one operation; with `wait` seconds it may take so long. Errors: Fault for the engine's own; ApiRefused for
   * every other answer; the connection's.
   */
  async call<T>(operation: string, input: object, wait = 0, signal?: AbortSignal): Promise<T> {
    const { region, keys } = this.options
    const answer = await this.http.send({
      method: 'POST',
      path: '/',
      service: 'codepipeline',
      region,
      keys,
      headers: {
        'content-type': 'application/x-amz-json-1.1',
        'x-amz-target': `Penstock_20240101.${operation}`,
        ...(wait > 0 ? { 'x-penstock-wait-seconds': String(wait) } : {}),
      },
      body: Buffer.from(JSON.stringify(input)),
      silence: wait * 1000 + patience,
      signal: signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal,
    })
    const text = await readText(answer)
    if (answer.statusCode === 200) return (text === '' ? {} : JSON.parse(text)) as T
    throw refusal(answer.statusCode ?? 0, text)
  }

  /** Ends what is under way. */
  close(): void {
    this.#closed.abort(new Error('the worker stops'))
    this.http.close()
  }
}

export async function readText(answer: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = []
  for await (const piece of answer) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

function refusal(status: number, text: string): Error {
  const { __type: code, message = '' } = readErrorBody(text)
  if (code === undefined) return new ApiRefused(`HTTP ${status}`, 'the answer is none of Penstock', status)
  // Rights can be given while the worker runs: what is denied now is tried again.
  const isFinal = (faultCodes as readonly string[]).includes(code) && code !== 'AccessDeniedException'
  return isFinal ? new Fault(code as FaultCode, message) : new ApiRefused(code, message, status)
}
