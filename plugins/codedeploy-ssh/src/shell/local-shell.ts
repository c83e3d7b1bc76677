/** Runs commands on this machine: for deployments to the server's own host. */
import { spawn } from 'node:child_process'
import type { Readable } from 'node:stream'
import { exitUnlessUnsent, pump } from './pump.js'
import { type ByteSource, ConnectionLost, type Exit, type RunOptions, type Shell, Tail } from './shell.js'
import { untilAborted } from './until-aborted.js'

export class LocalShell implements Shell {
  readonly name = 'local'

  /** `shell` is what runs the command lines; the login shell's place. */
  constructor(private readonly shell = '/bin/sh') {}

  run(command: string, options: RunOptions = {}): Promise<Exit> {
    return this.start([Buffer.from(options.input ?? '')], command, options)
  }

  upload(source: ByteSource, command: string, options: Omit<RunOptions, 'input'> = {}): Promise<Exit> {
    return this.start(source, command, options)
  }

  async download(command: string): Promise<Readable> {
    const child = spawn(this.shell, ['-c', command], { stdio: ['ignore', 'pipe', 'ignore'] })
    child.once('exit', (code) => {
      if (code !== 0) child.stdout.destroy(new Error(`${command} ended with ${code}`))
    })
    child.once('error', (error) => child.stdout.destroy(error))
    return child.stdout
  }

  async close(): Promise<void> {}

  private async start(source: ByteSource, command: string, options: RunOptions): Promise<Exit> {
    options.signal?.throwIfAborted()
    const child = spawn(this.shell, ['-c', command], { stdio: ['pipe', 'pipe', 'pipe'] })
    const stderr = new Tail()
    child.stdout.on('data', (piece: Buffer) => options.onOutput?.(piece))
    child.stderr.on('data', (piece: Buffer) => {
      stderr.add(piece)
      options.onError?.(piece)
    })
    child.stdin.on('error', () => undefined) // It ended without reading all: its exit tells why.
    const ended = new Promise<Exit>((resolve, reject) => {
      child.once('error', (error) => reject(new ConnectionLost(`cannot run ${this.shell}: ${error.message}`, false)))
      child.once('close', (code, signal) => {
        resolve({ code: code ?? undefined, stderr: stderr.toString(), ...(signal === null ? {} : { signal }) })
      })
    })
    // What it started may hold its outputs open: its end is not waited for.
    // As a closed channel: what runs finds out when it says something.
    const abandon = () => {
      for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy()
      child.unref() // Nor does our own end wait for it.
    }
    return untilAborted(exitUnlessUnsent(ended, pump(source, child.stdin), abandon), options.signal, abandon)
  }
}
