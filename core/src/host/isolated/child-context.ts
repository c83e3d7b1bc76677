/** What a provider is given in a plugin's own process: every deed is the host's, asked for over the channel. */
import { systemClock } from '../../domain/clock.js'
import type { InputArtifact } from '../action-job.js'
import type { HttpClient, HttpRequest, HttpResponse } from '../http-client.js'
import type { JobApiAccess, ReportedResult } from '../job-api-access.js'
import { JobFailed } from '../job-failed.js'
import { pollExec } from '../poll-exec.js'
import type { ExecResult, JobContext } from '../provider-context.js'
import type { PollContext } from '../source-provider.js'
import type { Channel } from './channel.js'
import type { ContextMethod, LinesNote, RunRequest, WireBytes, WireExecOptions } from './protocol.js'

/** A job's context. Words and masks go as notes, so that they keep their order with the calls. */
export function childJobContext(
  channel: Channel,
  request: RunRequest,
  signal: AbortSignal,
  lines: StepLines,
): JobContext {
  const { scope } = request
  const ask = <T>(method: ContextMethod, ...args: readonly unknown[]) =>
    channel.call('context', { scope, method, args }) as Promise<T>
  const write = (text: string) => channel.note('log', { scope, text: String(text) })
  return {
    signal,
    clock: systemClock,
    workspace: request.workspace,
    log: { write, line: (text) => write(`${text}`.endsWith('\n') ? `${text}` : `${text}\n`) },
    http: childHttp(channel, scope),
    input: (name, options) => ask<InputArtifact>('input', name, options),
    output: (folder, options) => ask<void>('output', folder, options),
    exec: childExec(ask, lines),
    async checkpoint(data) {
      if (JSON.stringify(data) === undefined) throw new TypeError('checkpoint: undefined is no JSON; null is')
      await ask<void>('checkpoint', data)
    },
    progress: (details) => ask<void>('progress', details),
    ...(request.targets ? { targets: (targets) => ask<void>('targets', targets) } : {}),
    testReport: (report) => ask<void>('testReport', report),
    mask: (value) => channel.note('mask', { scope, value: String(value) }),
    sleep: (ms) => ask<void>('sleep', ms),
    async jobApi() {
      const access = await ask<Omit<JobApiAccess, 'reported'> | undefined>('jobApi')
      return access && { ...access, reported: () => ask<ReportedResult>('reported') }
    },
  }
}

type Ask = <T>(method: ContextMethod, ...args: readonly unknown[]) => Promise<T>

/** A function cannot cross: its lines come as notes, under a number that the call names. */
function childExec(ask: Ask, lines: StepLines): JobContext['exec'] {
  return async (command, { onLine, ...options } = {}) => {
    if (onLine === undefined) return ask<ExecResult>('exec', command, options)
    const heard = lines.listen(onLine)
    try {
      return await ask<ExecResult>('exec', command, { ...options, lines: heard.number } satisfies WireExecOptions)
    } finally {
      await heard.end()
    }
  }
}

/** Who listens to the lines of steps in this process. */
export class StepLines {
  readonly #listeners = new Map<number, (line: string) => void>()
  #next = 1

  listen(onLine: (line: string) => void | Promise<void>) {
    const number = this.#next++
    let told: Promise<void> = Promise.resolve()
    this.#listeners.set(number, (line) => {
      told = told.then(() => onLine(line))
      told.catch(() => {}) // the end tells
    })
    return {
      number,
      /** Errors: what `onLine` threw. */
      end: (): Promise<void> => {
        this.#listeners.delete(number)
        return told
      },
    }
  }

  heard({ number, lines }: LinesNote): void {
    for (const line of lines) this.#listeners.get(number)?.(line)
  }
}

/** A poll's context. */
export function childPollContext(channel: Channel, scope: number, signal: AbortSignal): PollContext {
  return {
    signal,
    clock: systemClock,
    http: childHttp(channel, scope),
    exec: (command, options = {}) => pollExec(command, options, signal),
    log: (message) => channel.note('log', { scope, text: String(message) }),
  }
}

function childHttp(channel: Channel, scope: number): HttpClient {
  return {
    async request(url, options = {}) {
      const args = [url, { ...options, body: bytesAsText(options.body) }]
      const answer = await channel.call('context', { scope, method: 'http', args })
      return response(answer as Answer, options.method ?? 'GET', url)
    },
  }
}

type Answer = Pick<HttpResponse, 'status' | 'ok' | 'headers'> & { readonly text: string }

function bytesAsText(body: HttpRequest['body']): unknown {
  return body instanceof Uint8Array ? ({ base64: Buffer.from(body).toString('base64') } satisfies WireBytes) : body
}

function response({ status, ok, headers, text }: Answer, method: string, url: string): HttpResponse {
  return {
    status,
    ok,
    headers,
    text: () => text,
    json() {
      try {
        return JSON.parse(text) as unknown
      } catch {
        const start = text.slice(0, 200).replace(/\s+/g, ' ')
        const shown = new URL(url)
        throw new JobFailed(
          `${method} ${shown.origin}${shown.pathname} answered ${status} with what is not JSON: ${start === '' ? 'nothing' : start}`,
        )
      }
    },
  }
}
