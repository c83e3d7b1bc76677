/** Unpacks what `tar-header.ts` packs: ustar with GNU's long names, files, directories and links. */
import { createWriteStream, type WriteStream } from 'node:fs'
import { chmod, mkdir, symlink, utimes } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { normalizeRelative } from '../appspec/paths.js'
import { tarPadding } from './tar-header.js'

const BLOCK = 512

interface Entry {
  readonly path: string
  readonly flag: string
  readonly mode: number
  readonly size: number
  readonly mtime: number
  readonly target: string
}

/** Unpacks into `folder`, without the first part of every name. Errors: it ends early, or a name leads out of the folder. */
export async function untar(source: AsyncIterable<Uint8Array>, folder: string): Promise<void> {
  const reader = new BlockReader(source)
  const directories: Entry[] = []
  let long: { path?: string; target?: string } = {}
  for (;;) {
    const block = await reader.take(BLOCK)
    if (block.every((byte) => byte === 0)) break
    const entry = { ...readHeader(block), ...long }
    if (entry.flag === 'L' || entry.flag === 'K') {
      const text = (await reader.content(entry.size)).toString('utf8').replace(/\0+$/, '')
      long = { ...long, ...(entry.flag === 'L' ? { path: text } : { target: text }) }
      continue
    }
    long = {}
    await unpack(reader, entry, placeOf(entry, folder))
    if (entry.flag === '5') directories.push(entry)
  }
  // Deepest first, once nothing is written into them any more: a directory may not be writable.
  for (const entry of directories.reverse()) await chmod(placeOf(entry, folder), entry.mode)
}

async function unpack(reader: BlockReader, entry: Entry, place: string): Promise<void> {
  if (entry.flag === '5') {
    await mkdir(place, { recursive: true })
    return
  }
  await mkdir(dirname(place), { recursive: true })
  if (entry.flag === '2') return symlink(entry.target, place)
  const file = createWriteStream(place, { mode: entry.mode })
  await reader.copy(entry.size, file)
  await chmod(place, entry.mode)
  await utimes(place, entry.mtime, entry.mtime)
}

function placeOf({ path }: Entry, folder: string): string {
  const inner = normalizeRelative(path.slice(path.indexOf('/') + 1))
  if (inner === undefined) throw new Error(`a kept bundle holds ${JSON.stringify(path)}, which leads out of it`)
  return join(folder, inner)
}

function readHeader(block: Buffer): Entry {
  const text = (from: number, to: number) => block.subarray(from, to).toString('utf8').replace(/\0.*$/s, '')
  const octal = (from: number, to: number) => Number.parseInt(text(from, to).trim() || '0', 8)
  const size = block[124] === 0x80 ? Number(block.readBigUInt64BE(128)) : octal(124, 136)
  return {
    path: text(0, 100),
    flag: text(156, 157),
    mode: octal(100, 108),
    size,
    mtime: octal(136, 148),
    target: text(157, 257),
  }
}

/** Takes bytes out of a stream of pieces. */
class BlockReader {
  private readonly pieces: AsyncIterator<Uint8Array>
  private rest: Buffer = Buffer.alloc(0)

  constructor(source: AsyncIterable<Uint8Array>) {
    this.pieces = source[Symbol.asyncIterator]()
  }

  async take(length: number): Promise<Buffer> {
    while (this.rest.length < length) this.rest = Buffer.concat([this.rest, await this.next()])
    const taken = this.rest.subarray(0, length)
    this.rest = this.rest.subarray(length)
    return taken
  }

  async content(size: number): Promise<Buffer> {
    const content = await this.take(size)
    await this.take(tarPadding(size))
    return content
  }

  async copy(size: number, target: WriteStream): Promise<void> {
    let left = size
    while (left > 0) {
      if (this.rest.length === 0) this.rest = await this.next()
      const part = this.rest.subarray(0, left)
      this.rest = this.rest.subarray(part.length)
      left -= part.length
      await new Promise<void>((resolve, reject) =>
        target.write(part, (error) => (error === null || error === undefined ? resolve() : reject(error))),
      )
    }
    target.end()
    await finished(target)
    await this.take(tarPadding(size))
  }

  private async next(): Promise<Buffer> {
    const { done, value } = await this.pieces.next()
    if (done === true) throw new Error('a kept bundle ends early')
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  }
}
