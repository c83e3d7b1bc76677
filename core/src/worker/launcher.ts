import { type ChildProcess, spawn } from 'node:child_process'
import { EventEmitter } from 'node:events'
import type { Readable, Writable } from 'node:stream'
import { launcherScript, supervisorScript } from './supervisor.js'

/**
 * One small shell that starts steps for us. Forking from it costs a fraction of a spawn from a large Node process,
 * and no descriptor or variable of the server reaches a build. It ends by itself when this process dies; steps do not.
 */
export class Launcher {
  readonly #ended = new EventEmitter().setMaxListeners(0)
  #shell: ChildProcess | undefined
  #rest = ''
  #waiting = 0
  #closed = false

  /** Asks for a step to be started; safe to repeat, since a step takes its token at most once. */
  start(folder: string): void {
    if (this.#closed) throw new Error('the launcher is closed')
    const shell = this.#shell ?? this.#open()
    shell.stdin?.write(`${folder}\n`)
  }

  /** Calls `listener` when a step that was started here has ended. The process stays alive until the answer is called. */
  onEnd(folder: string, listener: () => void): () => void {
    this.#ended.on(folder, listener)
    this.#count(+1)
    return () => {
      this.#ended.off(folder, listener)
      this.#count(-1)
    }
  }

  /** Lets the shell go. What it started runs on. */
  close(): void {
    this.#closed = true
    this.#shell?.stdin?.end()
    this.#shell?.stdout?.destroy()
    this.#shell = undefined
  }

  #open(): ChildProcess {
    const shell = spawn('/bin/sh', ['-c', launcherScript, 'penstock-launcher', supervisorScript], {
      cwd: '/',
      detached: true, // a Ctrl-C at the terminal is for the server, which then decides
      env: { PATH: process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    const forget = () => {
      if (this.#shell === shell) this.#shell = undefined
    }
    shell.on('exit', forget).on('error', forget)
    shell.stdin?.on('error', forget)
    shell.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text))
    this.#shell = shell
    this.#rest = ''
    this.#keepAlive()
    return shell
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    for (const folder of lines) this.#ended.emit(folder)
  }

  #count(change: number): void {
    this.#waiting += change
    this.#keepAlive()
  }

  #keepAlive(): void {
    const method = this.#waiting > 0 ? 'ref' : 'unref'
    this.#shell?.[method]()
    for (const pipe of [this.#shell?.stdin, this.#shell?.stdout]) {
      ;(pipe as ((Readable | Writable) & Partial<Record<'ref' | 'unref', () => void>>) | null | undefined)?.[method]?.()
    }
  }
}
