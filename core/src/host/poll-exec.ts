/** Commands of polls: outside of any job, so they are no steps, end with the poll, and print into nobody's log. */
import { spawn } from 'node:child_process'

/**
 * How a poll's command runs.
 * @example
 * const options: PollExecOptions = { cwd: '/srv', timeout: 10_000, check: false }
 */
export interface PollExecOptions {
  /** Absolute; the root when absent. */
  readonly cwd?: string
  /** Added to PATH, HOME, LANG and CI. */
  readonly env?: Readonly<Record<string, string>>
  /** Milliseconds; the poll's own limit ends it in any case. */
  readonly timeout?: number
  /** Answer with the exit code instead of failing the poll on a non-zero one. */
  readonly check?: boolean
}

/**
 * What a poll's command printed, and how it ended.
 * @example
 * const seen = async (poll: PollContext): Promise<PollExecResult> => poll.exec(['date', '+%F'])
 */
export interface PollExecResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** What a command may print to each of its two outputs, bytes. */
export const longestOutput = 1024 * 1024

/** The environment of a poll's command, but for its own. */
export function pollEnvironment(): Record<string, string> {
  const { PATH = '/usr/local/bin:/usr/bin:/bin', HOME = '/', LANG = 'C.UTF-8' } = process.env
  return { PATH, HOME, LANG, CI: 'true' }
}

/**
 * Runs one. It leads a process group of its own, which ends as a whole when the poll is over or takes too long.
 * Errors: it could not be started; it printed too much; its exit code or signal with its last line of standard error; the signal's reason.
 */
export async function pollExec(
  command: readonly [string, ...string[]],
  { cwd = '/', env = {}, timeout, check = true }: PollExecOptions,
  signal: AbortSignal,
): Promise<PollExecResult> {
  signal.throwIfAborted()
  const limit = timeout === undefined ? undefined : AbortSignal.timeout(timeout)
  const over = limit === undefined ? signal : AbortSignal.any([signal, limit])
  const ended = await run(command, { cwd, env: { ...pollEnvironment(), ...env } }, over)
  signal.throwIfAborted()
  const [program] = command
  if (limit?.aborted) throw new Error(`${program} took longer than ${(timeout ?? 0) / 1000} s and was ended`)
  const { exitCode, killedBy, stdout, stderr } = ended
  if (killedBy !== undefined) throw new Error(`${program} was ended by ${killedBy}`)
  if (check && exitCode !== 0) {
    const last = stderr.trim().split('\n').at(-1) ?? ''
    throw new Error(`${program} failed with exit code ${exitCode}${last === '' ? '' : `: ${last}`}`)
  }
  return { exitCode, stdout, stderr }
}

interface Ended extends PollExecResult {
  readonly killedBy?: string
}

function run(
  [program, ...args]: readonly [string, ...string[]],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
  over: AbortSignal,
): Promise<Ended> {
  const child = spawn(program, args, { ...options, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  over.addEventListener('abort', kill, { once: true })
  const out = collect(child.stdout, kill)
  const err = collect(child.stderr, kill)
  return new Promise<Ended>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`${program} could not be started: ${error.message}`)))
    child.once('close', (code, killedBy) => {
      if (out.tooLong || err.tooLong) reject(new Error(`${program} printed more than ${longestOutput} bytes`))
      const ended = { exitCode: code ?? 128, stdout: out.text(), stderr: err.text() }
      resolve(killedBy === null ? ended : { ...ended, killedBy })
    })
  }).finally(() => over.removeEventListener('abort', kill))
}

function collect(stream: NodeJS.ReadableStream, onTooLong: () => void) {
  const pieces: Buffer[] = []
  let size = 0
  stream.on('data', (piece: Buffer) => {
    size += piece.length
    if (size > longestOutput) onTooLong()
    else pieces.push(piece)
  })
  return {
    get tooLong() {
      return size > longestOutput
    },
    text: () => Buffer.concat(pieces).toString('utf8'),
  }
}
