/** Where a deployment's commands run: one interface, and a backend each for SSH, this machine, and a dry run. */
import type { Readable } from 'node:stream'

/** Pieces of what is sent; big ones (1 MiB) are fast. One may be overwritten once the next is asked for. */
export type ByteSource = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

export interface RunOptions {
  /** Called with each piece of standard output; all output is always drained. */
  readonly onOutput?: (piece: Buffer) => void
  /** Called with each piece of standard error. */
  readonly onError?: (piece: Buffer) => void
  /** Standard input; empty when absent. */
  readonly input?: string
  readonly signal?: AbortSignal
}

/** How a command ended. */
export interface Exit {
  /** 0 to 255; `undefined` when a signal ended it. */
  readonly code: number | undefined
  readonly signal?: string
  /** The last 4 KiB of standard error. */
  readonly stderr: string
}

/** A way to run commands on one host. Several commands may run at once. */
export interface Shell {
  /** For logs: `user@host:port`, or what else says where. */
  readonly name: string
  /** Runs a command line. Rejects when the connection is lost; not for an exit code. */
  run(command: string, options?: RunOptions): Promise<Exit>
  /** Runs a command with `source` as its standard input. As run otherwise. */
  upload(source: ByteSource, command: string, options?: Omit<RunOptions, 'input'>): Promise<Exit>
  /** The standard output of a command. The stream fails when the exit code is not 0. */
  download(command: string): Promise<Readable>
  /** Gives the connection back, or ends it; commands that still run are left to themselves. May be called twice. */
  close(): Promise<void>
}

/** The connection was lost or could not be made; the command may or may not go on. */
export class ConnectionLost extends Error {
  constructor(
    message: string,
    /** Trying again may help: the network, a full server; not a refused key. */
    readonly temporary: boolean,
  ) {
    super(message)
    this.name = 'ConnectionLost'
  }
}

/** Keeps the end of a stream of text. */
export class Tail {
  private text = ''
  constructor(private readonly limit = 4096) {}
  add(piece: Buffer | string): void {
    this.text = (this.text + piece.toString()).slice(-this.limit)
  }
  toString(): string {
    return this.text
  }
}
