/** Runs commands over SSH. */
import { PassThrough, type Readable } from 'node:stream'
import { type ConnectOptions, connect } from './connect.js'
import type { Connection } from './connection.js'
import type { ConnectionPool } from './connection-pool.js'
import { credentialsKey } from './credentials.js'
import { exec, type Session } from './exec.js'
import { exitUnlessUnsent, pump } from './pump.js'
import { type ByteSource, ConnectionLost, type Exit, type RunOptions, type Shell, Tail } from './shell.js'
import { type SshTarget, targetName } from './target.js'
import { untilAborted } from './until-aborted.js'

export interface SshShellOptions extends ConnectOptions {
  /** Where connections come from and go back to; each is made and ended when absent. */
  readonly pool?: ConnectionPool
}

export class SshShell implements Shell {
  readonly name: string
  private readonly extra: Connection[] = []
  /** False once something went wrong on the connection: it is not given back then. */
  private sound = true
  private closed = false

  private constructor(
    private readonly target: SshTarget,
    private readonly options: SshShellOptions,
    private readonly key: string,
    private connection: Connection,
    /** It waited in the pool: whether the other side still is there, its first command will tell. */
    private unproven: boolean,
  ) {
    this.name = targetName(target)
  }

  /** Logs in, or takes a connection that was logged in in just this way. Errors: as connect. */
  static async open(target: SshTarget, options: SshShellOptions): Promise<SshShell> {
    const key = options.pool === undefined ? '' : await credentialsKey(target, options.hostKeys)
    const waiting = options.pool?.take(key)
    const connection = waiting ?? (await connect(target, options))
    return new SshShell(target, options, key, connection, waiting !== undefined)
  }

  run(command: string, options: RunOptions = {}): Promise<Exit> {
    return this.start([Buffer.from(options.input ?? '')], command, options)
  }

  upload(source: ByteSource, command: string, options: Omit<RunOptions, 'input'> = {}): Promise<Exit> {
    return this.start(source, command, options)
  }

  async download(command: string): Promise<Readable> {
    const { channel, ended } = await this.session(command)
    const output = new PassThrough()
    channel.stderr.resume()
    channel.end()
    channel.pipe(output, { end: false })
    void ended.then((exit) => {
      if (exit?.code === 0) output.end()
      else output.destroy(new Error(`${command} ended with ${exit?.code} on ${this.name}`))
    })
    return output
  }

  async close(): Promise<void> {
    if (this.closed) return // The connection may be somebody else's by now.
    this.closed = true
    for (const connection of this.extra) connection.end()
    const { pool, clock } = this.options
    if (pool !== undefined && this.sound) pool.give(this.key, this.connection, clock)
    else this.connection.end()
  }

  private async start(source: ByteSource, command: string, options: RunOptions): Promise<Exit> {
    options.signal?.throwIfAborted()
    const { channel, ended } = await this.session(command)
    const stderr = new Tail()
    // Both are drained always: each has a window of its own, and a full one stops the command.
    channel.on('data', (piece: Buffer) => options.onOutput?.(piece))
    channel.stderr.on('data', (piece: Buffer) => {
      stderr.add(piece)
      options.onError?.(piece)
    })
    const exit = ended.then((known): Exit => {
      if (known === undefined) throw this.lost(`the connection to ${this.name} was lost`)
      return { ...known, stderr: stderr.toString() }
    })
    // sshd answers a closed channel only when the command ended: that is not waited for.
    const abandon = () => void channel.destroy()
    return untilAborted(exitUnlessUnsent(exit, pump(source, channel), abandon), options.signal, abandon)
  }

  /** A session; on a second connection when the server allows no more of them on this one (MaxSessions). */
  private async session(command: string): Promise<Session> {
    const { unproven } = this
    this.unproven = false
    try {
      return await exec(this.connection, command, this.name, unproven ? this.options.clock : undefined)
    } catch (error) {
      if (unproven) {
        this.connection.end()
        this.connection = await connect(this.target, this.options)
        return exec(this.connection, command, this.name)
      }
      if (!(error instanceof Error) || !/open failed/i.test(error.message)) throw this.asLost(error)
    }
    const another = await connect(this.target, this.options)
    this.extra.push(another)
    return exec(another, command, this.name)
  }

  /** Whatever keeps a command from being started is the connection's fault. */
  private asLost(error: unknown): unknown {
    if (error instanceof ConnectionLost || !(error instanceof Error)) {
      this.sound = false
      return error
    }
    return this.lost(`the connection to ${this.name} failed: ${error.message}`)
  }

  private lost(message: string): ConnectionLost {
    this.sound = false
    return new ConnectionLost(message, true)
  }
}
