/** Makes tar streams of bundles: prepared once, sent to many hosts. */
import { join } from 'node:path'
import { type BundleContents, PIECE, readPieces } from './contents.js'
import { tarEnd, tarHeader, tarPadding } from './tar-header.js'

/** Bytes in memory, or a file that is read when its turn comes. */
type Segment = Buffer | { readonly file: string; readonly size: number }

/** A prepared piece of a tar file, without its end. Can be sent any number of times. */
export class TarPart {
  private readonly segments: Segment[] = []
  private block = Buffer.allocUnsafe(PIECE)
  private used = 0

  /** A file from memory; `content` is copied. */
  addText(path: string, content: string | Buffer, mode = 0o644): void {
    const bytes = Buffer.from(content)
    this.append(tarHeader({ path, kind: 'file', mode, size: bytes.length, mtime: 0 }))
    this.append(bytes)
    this.pad(bytes.length)
  }

  /** The bundle's entries below `prefix`; only those in `only` when it is given. */
  addBundle(contents: BundleContents, prefix: string, only?: ReadonlySet<string>): void {
    for (const entry of contents.entries) {
      if (only !== undefined && !only.has(entry.path)) continue
      this.append(tarHeader({ ...entry, path: `${prefix}/${entry.path}` }))
      if (entry.kind !== 'file') continue
      const bytes = contents.kept.get(entry.path)
      if (bytes !== undefined) this.append(bytes)
      else this.addFile(join(contents.folder, entry.path), entry.size)
      this.pad(entry.size)
    }
    this.flush()
  }

  /** The bytes, in pieces of up to 256 KiB. */
  async *pieces(): AsyncGenerator<Buffer> {
    this.flush()
    for (const segment of this.segments) {
      if (Buffer.isBuffer(segment)) yield segment
      else yield* readPieces(segment.file, segment.size)
    }
  }

  private addFile(file: string, size: number): void {
    this.flush()
    this.segments.push({ file, size })
  }

  private append(bytes: Buffer): void {
    let at = 0
    while (at < bytes.length) {
      const copied = bytes.copy(this.block, this.used, at)
      at += copied
      this.used += copied
      if (this.used === this.block.length) this.flush()
    }
  }

  private pad(size: number): void {
    const padding = tarPadding(size)
    if (padding > 0) this.append(Buffer.alloc(padding))
  }

  private flush(): void {
    if (this.used === 0) return
    const filled = this.block.subarray(0, this.used)
    this.used = 0
    // A nearly empty block is not kept whole: there may be one before each large file.
    if (filled.length < PIECE / 2) {
      this.segments.push(Buffer.from(filled))
      return
    }
    this.segments.push(filled)
    this.block = Buffer.allocUnsafe(PIECE)
  }
}

/** One tar stream of several parts. */
export async function* tarStream(...parts: readonly TarPart[]): AsyncGenerator<Buffer> {
  for (const part of parts) yield* part.pieces()
  yield tarEnd()
}
