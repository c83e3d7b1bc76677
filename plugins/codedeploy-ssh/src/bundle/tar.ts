/** Makes tar streams: small parts in memory, and a bundle as pieces that many hosts share. */
import { tarEnd, tarHeader, tarPadding } from './tar-header.js'

/** A piece of a tar file, without its end. Can be sent any number of times. */
export interface TarPieces {
  pieces(): AsyncIterable<Buffer> | Iterable<Buffer>
}

/** A part that is made in memory. */
export class TarPart implements TarPieces {
  private readonly blocks: Buffer[] = []

  addDirectory(path: string, mode: number): void {
    this.blocks.push(tarHeader({ path, kind: 'directory', mode, size: 0, mtime: 0 }))
  }

  addText(path: string, content: string, mode = 0o644): void {
    const bytes = Buffer.from(content)
    this.blocks.push(tarHeader({ path, kind: 'file', mode, size: bytes.length, mtime: 0 }), bytes)
    this.blocks.push(Buffer.alloc(tarPadding(bytes.length)))
  }

  pieces(): Iterable<Buffer> {
    return [Buffer.concat(this.blocks)]
  }
}

/** One tar stream of several parts. */
export async function* tarStream(...parts: readonly TarPieces[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* part.pieces()
  yield tarEnd()
}
