/** Says what would be done, and does nothing: the dry run. */
import { Readable } from 'node:stream'
import type { ByteSource, Exit, Shell } from './shell.js'

export class PrintShell implements Shell {
  constructor(
    readonly name: string,
    private readonly print: (line: string) => void,
  ) {}

  async run(command: string): Promise<Exit> {
    this.print(`[${this.name}] would run: ${command}`)
    return { code: 0, stderr: '' }
  }

  async upload(source: ByteSource, command: string): Promise<Exit> {
    let bytes = 0
    for await (const piece of source) bytes += piece.length
    this.print(`[${this.name}] would send ${bytes} bytes to: ${command}`)
    return { code: 0, stderr: '' }
  }

  async download(command: string): Promise<Readable> {
    this.print(`[${this.name}] would fetch the output of: ${command}`)
    return Readable.from([])
  }

  async close(): Promise<void> {}
}
