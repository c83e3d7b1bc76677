/** Takes a host out of an nginx upstream and puts it back: `down` behind its server line, a test, a reload. */
import { execFile } from 'node:child_process'
import { readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { type Clock, sleep } from '@penstock/core'

export interface NginxConfig {
  /** The file with the upstream's server lines. */
  readonly file: string
  /** The address there, with `%h` (the host's name or address) or `%n`; `%h` when absent, whatever its port. */
  readonly server?: string
  /** What has nginx read its files anew; `nginx -s reload` when absent. */
  readonly reload?: string
  /** What says whether they can be read; `nginx -t` when absent. */
  readonly test?: string
  /** The master's pid file; /run/nginx.pid when absent. */
  readonly pid?: string
  /** Seconds that requests in progress may take to end; 30 when absent. */
  readonly drain?: number
}

const PAUSE = 100
/** Milliseconds until nginx must have begun anew. */
const RELOADED_WITHIN = 10_000
const COMMAND_MS = 60_000

/** Changes of one file, one after another: hosts of a group may be deployed to at the same time. */
const turns = new Map<string, Promise<unknown>>()

export class Nginx {
  constructor(
    private readonly config: NginxConfig,
    private readonly clock: Clock,
  ) {}

  /** No new requests, and those in progress have ended, or had their time. Errors: with what nginx said. */
  async takeOut(server: string, signal: AbortSignal): Promise<void> {
    const before = await this.inTurn(() => this.change(server, true, signal))
    const until = this.clock.now() + (this.config.drain ?? 30) * 1000
    while (this.clock.now() < until && this.workers().some((pid) => before.includes(pid)))
      await sleep(this.clock, PAUSE, signal)
  }

  /** Errors: as takeOut. */
  async putBack(server: string, signal: AbortSignal): Promise<void> {
    await this.inTurn(() => this.change(server, false, signal))
  }

  /** Answers the workers that had the old file. */
  private async change(server: string, down: boolean, signal: AbortSignal): Promise<readonly number[]> {
    const { file, test = 'nginx -t', reload = 'nginx -s reload' } = this.config
    const text = readFileSync(file, 'utf8')
    const changed = marked(text, server, down)
    if (changed === undefined) throw new Error(`${file} has no line "server ${server}"`)
    if (changed === text) return []
    const before = this.workers()
    replace(file, changed)
    try {
      await this.run(test, signal)
      await this.run(reload, signal)
    } catch (error) {
      replace(file, text)
      throw error
    }
    await this.begunAnew(before, signal)
    return before
  }

  /** `nginx -s reload` only tells the master: until its new workers are there, the old ones take requests. */
  private async begunAnew(before: readonly number[], signal: AbortSignal): Promise<void> {
    for (const until = this.clock.now() + RELOADED_WITHIN; before.length > 0; await sleep(this.clock, PAUSE, signal)) {
      const fresh = this.workers().filter((pid) => !before.includes(pid))
      // Those that shut down take nothing new.
      if (fresh.length > 0 && !before.some((pid) => this.takesRequests(pid))) return
      if (this.clock.now() > until) throw new Error(`nginx has not begun anew within ${RELOADED_WITHIN / 1000} s`)
    }
  }

  private async run(command: string, signal: AbortSignal): Promise<void> {
    await promisify(execFile)('/bin/sh', ['-c', command], { timeout: COMMAND_MS, signal }).catch((error) => {
      signal.throwIfAborted()
      throw new Error(
        `${command}: ${String(error.stderr ?? error.message)
          .trim()
          .split('\n')
          .at(-1)}`,
      )
    })
  }

  /** Of the master; none where its pid file cannot be read, and nothing is waited for. */
  private workers(): number[] {
    const master = masterOf(this.config.pid ?? '/run/nginx.pid')
    if (master === undefined) return []
    return readdirSync('/proc').flatMap((name) =>
      /^\d+$/.test(name) && parentOf(name) === master && titleOf(name).startsWith('nginx: worker')
        ? [Number(name)]
        : [],
    )
  }

  private takesRequests(pid: number): boolean {
    const title = titleOf(String(pid))
    return title !== '' && !title.includes('shutting down')
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    const { file } = this.config
    const mine = (turns.get(file) ?? Promise.resolve()).then(work, work)
    turns.set(
      file,
      mine.catch(() => undefined),
    )
    return mine
  }
}

/** The file's text with the server marked, or not; `undefined` when no line names it. Pure. */
export function marked(text: string, server: string, down: boolean): string | undefined {
  let found = false
  const changed = text.replace(
    /^([^\S\n]*server\s+)([^\s;]+)([^;\n]*);/gm,
    (line, start: string, name: string, rest: string) => {
      if (name !== server && name.replace(/:\d+$/, '') !== server) return line
      found = true
      const parameters = rest.replace(/\s+down(?=\s|$)/g, '')
      return `${start}${name}${parameters}${down ? ' down' : ''};`
    },
  )
  return found ? changed : undefined
}

/** Whole or not at all, with the rights that it had. */
function replace(file: string, text: string): void {
  const { mode } = statSync(file)
  writeFileSync(`${file}.penstock`, text, { mode })
  renameSync(`${file}.penstock`, file)
}

function masterOf(file: string): number | undefined {
  const pid = Number(readOrEmpty(file))
  return pid > 0 ? pid : undefined
}

function titleOf(pid: string): string {
  return readOrEmpty(`/proc/${pid}/cmdline`)
}

function parentOf(pid: string): number {
  const stat = readOrEmpty(`/proc/${pid}/stat`)
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
