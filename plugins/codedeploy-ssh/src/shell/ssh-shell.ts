/** Runs commands over SSH. */
import type { Duplex, Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import { type Connection, type ConnectOptions, connect } from './connect.js'
import { pump } from './pump.js'
import { type ByteSource, ConnectionLost, type Exit, type RunOptions, type Shell, Tail } from './shell.js'
import { type SshTarget, targetName } from './target.js'
import { untilAborted } from './until-aborted.js'

export class SshShell implements Shell {
  readonly name: string
  private readonly extra: Connection[] = []

  private constructor(
    private readonly target: SshTarget,
    private readonly options: ConnectOptions,
    private readonly connection: Connection,
  ) {
    this.name = targetName(target)
  }

  /** Logs in. Errors: as connect. */
  static async open(target: SshTarget, options: ConnectOptions): Promise<SshShell> {
    return new SshShell(target, options, await connect(target, options))
  }

  run(command: string, options: RunOptions = {}): Promise<Exit> {
    return this.start([Buffer.from(options.input ?? '')], command, options)
  }

  upload(source: ByteSource, command: string, options: Omit<RunOptions, 'input'> = {}): Promise<Exit> {
    return this.start(source, command, options)
  }

  async download(command: string): Promise<Readable> {
    const channel = await this.channel(command)
    channel.stderr.resume()
    channel.end()
    channel.once('exit', (code: number | null) => {
      if (code !== 0) (channel as Duplex).destroy(new Error(`${command} ended with ${code} on ${this.name}`))
    })
    return channel
  }

  async close(): Promise<void> {
    for (const connection of [...this.extra, this.connection]) connection.end()
  }

  private async start(source: ByteSource, command: string, options: RunOptions): Promise<Exit> {
    options.signal?.throwIfAborted()
    const channel = await this.channel(command)
    const stderr = new Tail()
    // Both are drained always: each has a window of its own, and a full one stops the command.
    channel.on('data', (piece: Buffer) => options.onOutput?.(piece))
    channel.stderr.on('data', (piece: Buffer) => stderr.add(piece))
    channel.on('error', () => undefined)
    const both = Promise.all([this.exitOf(channel, stderr), pump(source, channel)]).then(([exit]) => exit)
    // sshd answers a closed channel only when the command ended: that is not waited for.
    return untilAborted(both, options.signal, () => channel.destroy())
  }

  private exitOf(channel: ClientChannel, stderr: Tail): Promise<Exit> {
    return new Promise((resolve, reject) => {
      let exit: { code: number | undefined; signal?: string } | undefined
      channel.once('exit', (code: number | null, signal?: string) => {
        exit = { code: code ?? undefined, ...(signal === undefined ? {} : { signal }) }
      })
      channel.once('close', () => {
        if (exit === undefined) reject(new ConnectionLost(`the connection to ${this.name} was lost`, true))
        else resolve({ ...exit, stderr: stderr.toString() })
      })
    })
  }

  /** A session; on a second connection when the server allows no more of them on this one (MaxSessions). */
  private async channel(command: string): Promise<ClientChannel> {
    try {
      return await exec(this.connection, command, this.name)
    } catch (error) {
      if (!(error instanceof Error) || !/open failed/i.test(error.message)) throw asLost(error, this.name)
    }
    const another = await connect(this.target, this.options)
    this.extra.push(another)
    return exec(another, command, this.name)
  }
}

/** Whatever keeps a command from being started is the connection's fault. */
function asLost(error: unknown, name: string): unknown {
  if (error instanceof ConnectionLost || !(error instanceof Error)) return error
  return new ConnectionLost(`the connection to ${name} failed: ${error.message}`, true)
}

function exec(connection: Connection, command: string, name: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const lost = () => reject(new ConnectionLost(`the connection to ${name} was lost`, true))
    connection.client.once('close', lost)
    try {
      connection.client.exec(command, (error, channel) => {
        connection.client.off('close', lost)
        if (error === undefined) resolve(channel)
        else reject(error)
      })
    } catch (error) {
      reject(new ConnectionLost(`the connection to ${name} is closed: ${(error as Error).message}`, true))
    }
  })
}
