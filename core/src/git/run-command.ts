import { spawn } from 'node:child_process'

export interface CommandOptions {
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
  readonly input?: string
}

export interface CommandResult {
  readonly exitCode: number
  readonly stdout: Buffer
  /** The end of it: at most 16 KB. */
  readonly stderr: string
}

const stderrLimit = 16 * 1024
/** Names of all files of a large repository fit in. */
const stdoutLimit = 64 * 1024 * 1024

/**
 * Runs a program in a process group of its own and answers with what it printed; the whole group ends with the signal.
 * Errors: the program is not there (ENOENT), the signal's reason, output beyond 64 MB.
 */
export function runCommand(command: readonly [string, ...string[]], options: CommandOptions): Promise<CommandResult> {
  const [program, ...args] = command
  return new Promise((resolve, reject) => {
    if (options.signal.aborted) return reject(options.signal.reason)
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, detached: true, stdio: 'pipe' })
    const out: Buffer[] = []
    let size = 0
    let err = ''
    const kill = () => killGroup(child.pid)
    options.signal.addEventListener('abort', kill, { once: true })
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length
      if (size > stdoutLimit) kill()
      else out.push(piece)
    })
    child.stderr.on('data', (piece: Buffer) => {
      err = (err + piece.toString('utf8')).slice(-stderrLimit)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      options.signal.removeEventListener('abort', kill)
      if (options.signal.aborted) reject(options.signal.reason)
      else if (size > stdoutLimit) reject(new Error(`${program} printed more than ${stdoutLimit} bytes`))
      else resolve({ exitCode: code ?? -1, stdout: Buffer.concat(out), stderr: err.trim() })
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input)
  })
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, 'SIGKILL')
  } catch {
    // It ended by itself meanwhile.
  }
}
