/** A child process that never outlives its parent: for the real servers (PostgreSQL, sshd, git) that tests and the demo start. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import { defined } from '../domain/defined.js'

/**
 * A process of its own group that ends when `stop` is called, or when this process dies, however it dies.
 * @example
 * const server: Tethered = startTethered(['sleep', '60'])
 * console.log(server.pid)
 */
export interface Tethered {
  readonly pid: number
  /** Resolves with the exit code (or signal's name) once the process has ended. */
  readonly ended: Promise<number | NodeJS.Signals>
  /** Sends the stop signal to the whole group, KILL after ten seconds; resolves once it has ended. May be called twice. */
  stop(): Promise<void>
}

/**
 * How the process runs.
 * @example
 * const options: TetherOptions = { cwd: '/', signal: 'INT' }
 */
export interface TetherOptions {
  /** Runs as this account; needs root. */
  readonly account?: { readonly uid: number; readonly gid: number }
  readonly cwd?: string
  readonly env?: NodeJS.ProcessEnv
  /** File that gets stdout and stderr, appended. Dropped when absent. */
  readonly log?: string
  /** What ends the process politely. TERM when absent. */
  readonly signal?: 'TERM' | 'INT' | 'QUIT'
}

/*
 * The tether is a pipe: a watcher in the child's group reads our end of its stdin, and an end of file, which the kernel
 * sends even when we are killed with -9, makes it signal the group. The pid is that of the command itself (exec).
 */
const script = 'exec 3<&0; sig=$1; shift; (cat <&3 >/dev/null; kill -s "$sig" 0) & exec "$@" 3<&- </dev/null'

/**
 * Starts `command` on a tether. What cannot be run ends with 127 or 126, as a shell says it; without /bin/sh, `ended` rejects.
 * @example
 * const server = startTethered(['sleep', '60'])
 * await server.stop()
 */
export function startTethered(command: readonly [string, ...string[]], options: TetherOptions = {}): Tethered {
  const output = options.log === undefined ? 'ignore' : openSync(options.log, 'a')
  const child = spawn('/bin/sh', ['-c', script, 'tether', options.signal ?? 'TERM', ...command], {
    detached: true,
    stdio: ['pipe', output, output],
    ...defined({ cwd: options.cwd, env: options.env }),
    ...(options.account === undefined ? {} : { uid: options.account.uid, gid: options.account.gid }),
  })
  if (typeof output === 'number') closeSync(output)
  const ended = endOf(child)
  return {
    pid: child.pid ?? -1,
    ended,
    stop: () => stopTethered(child, ended),
  }
}

function endOf(child: ChildProcess): Promise<number | NodeJS.Signals> {
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      child.stdin?.end() // lets the watcher go
      resolve(code ?? signal ?? 0)
    })
    child.stdin?.on('error', () => undefined)
  })
}

async function stopTethered(child: ChildProcess, ended: Promise<unknown>): Promise<void> {
  child.stdin?.end()
  const kill = setTimeout(() => child.pid !== undefined && killGroup(child.pid), 10_000)
  await ended.catch(() => undefined)
  clearTimeout(kill)
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Already gone.
  }
}
