/** A login that becomes another user before it runs anything, as the stock images of clouds want it: by sudo. */

import type { Readable } from 'node:stream'
import { JobFailed } from '@penstock/core'
import { quote } from './quote.js'
import { sudoRefusal } from './refusals.js'
import type { ByteSource, Exit, RunOptions, Shell } from './shell.js'
import { newToken } from './token.js'

/** How to become whom. */
export interface Become {
  readonly method: 'sudo'
  /** `root` when absent. */
  readonly user?: string
  /** More options of sudo, a word each: `-H`, `-E`. */
  readonly flags?: readonly string[]
  /** What sudo asks the login for; without one it must not ask. */
  readonly password?: string
}

/** Everything goes through sudo; what it refuses is told with what would help. */
export class BecomeShell implements Shell {
  readonly name: string

  constructor(
    private readonly inner: Shell,
    private readonly become: Become,
  ) {
    this.name = inner.name
  }

  run(command: string, options: RunOptions = {}): Promise<Exit> {
    return this.upload([Buffer.from(options.input ?? '')], command, options)
  }

  /** Errors: as of the shell below; JobFailed when sudo does not let us. */
  async upload(source: ByteSource, command: string, options: Omit<RunOptions, 'input'> = {}): Promise<Exit> {
    const attempt = new SudoAttempt(this.become, command)
    const stop = options.signal === undefined ? attempt.refused : AbortSignal.any([options.signal, attempt.refused])
    const exit = await this.inner
      .upload(attempt.input(source), attempt.command, {
        ...options,
        signal: stop,
        onOutput: (piece) => {
          attempt.heard(piece)
          options.onOutput?.(piece)
        },
        onError: (piece) => {
          attempt.complaint(piece)
          options.onError?.(piece)
        },
      })
      .catch((error) => {
        if (attempt.refused.aborted) return { code: 1, stderr: '' }
        throw error
      })
    if (attempt.begun) return exit
    throw new JobFailed(sudoRefusal(this.name, this.become, exit, attempt.refused.aborted), 'ConfigurationError')
  }

  async download(command: string): Promise<Readable> {
    return this.inner.download(sudo(this.become, command))
  }

  close(): Promise<void> {
    return this.inner.close()
  }
}

/** One command under sudo: it says when it has begun, so that a password goes to sudo and to nobody else. */
class SudoAttempt {
  begun = false
  readonly command: string
  private readonly token = newToken()
  private readonly refusal = new AbortController()
  private output = ''
  private prompts = 0
  private begin = () => {}
  private readonly beginning = new Promise<void>((resolve) => {
    this.begin = resolve
  })

  constructor(
    private readonly become: Become,
    command: string,
  ) {
    // What sudo did not take of the password is read away: it may not have asked for it.
    const skip = `while IFS= read -r line; do [ "$line" != ${this.token} ] || break; done; `
    const word = become.password === undefined ? '' : skip
    this.command = sudo(become, `printf '\\n@@%s begun\\n' ${this.token}; ${word}${command}`, this.prompt)
  }

  /** Aborted once sudo asks for the password a second time: more tries would only lock the account. */
  get refused(): AbortSignal {
    return this.refusal.signal
  }

  async *input(source: ByteSource): AsyncGenerator<Uint8Array> {
    if (this.become.password !== undefined) {
      yield Buffer.from(`${this.become.password}\n`)
      await this.beginning
      yield Buffer.from(`${this.token}\n`)
    }
    yield* source
  }

  heard(piece: Buffer): void {
    if (this.begun) return
    this.output = (this.output + piece.toString('latin1')).slice(-4096)
    if (!this.output.includes(`@@${this.token} begun`)) return
    this.begun = true
    this.begin()
  }

  complaint(piece: Buffer): void {
    if (this.begun) return
    this.prompts += piece.toString('latin1').split(this.prompt).length - 1
    if (this.prompts > 1) this.refusal.abort(new Error('sudo refused the password'))
  }

  private get prompt(): string {
    return `@@${this.token} password `
  }
}

function sudo({ user = 'root', flags = [], password }: Become, command: string, prompt = ''): string {
  const ask = password === undefined ? ['-n'] : ['-S', '-p', prompt]
  return `exec ${['sudo', ...ask, ...flags, '-u', user, '--', '/bin/sh', '-c', command].map(quote).join(' ')}`
}
