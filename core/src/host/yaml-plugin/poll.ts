import { spawn } from 'node:child_process'
import type { Revision } from '../../domain/revision.js'

/** What a poll script prints, at most. */
const longestAnswer = 64 * 1024

/**
 * Runs a poll script outside of any job: its first line is the newest revision's id, the second what is said of it. No
 * line: there is nothing yet. Errors: the exit code with the last line of its standard error; the signal's reason.
 */
export async function runPoll(
  shell: string,
  script: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Revision | undefined> {
  signal.throwIfAborted()
  const { out, err, code } = await run(shell, script, env, signal)
  signal.throwIfAborted()
  if (code !== 0)
    throw new Error(
      `poll ended with ${typeof code === 'number' ? 'exit code ' : ''}${code}${err === '' ? '' : `: ${err}`}`,
    )
  const [revisionId = '', summary = ''] = out.split('\n').map((line) => line.trim())
  if (revisionId === '') return undefined
  return { revisionId, ...(summary === '' ? {} : { revisionSummary: summary }) }
}

interface Ended {
  readonly out: string
  /** The last line. */
  readonly err: string
  readonly code: string | number
}

/** The script leads a process group of its own, which ends as a whole when the poll is aborted. */
function run(
  shell: string,
  script: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Ended> {
  const child = spawn(shell, ['-ec', script], { env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
  const kill = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL')
    } catch {
      // It has ended.
    }
  }
  signal.addEventListener('abort', kill, { once: true })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
    if (out.length > longestAnswer) kill()
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err = (err + text).slice(-longestAnswer)
  })
  return new Promise<Ended>((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`poll could not be started: ${error.message}`)))
    child.once('close', (code, ended) => {
      if (out.length > longestAnswer) reject(new Error(`poll printed more than ${longestAnswer} characters`))
      resolve({ out, err: err.trim().split('\n').at(-1) ?? '', code: code ?? String(ended) })
    })
  }).finally(() => signal.removeEventListener('abort', kill))
}
