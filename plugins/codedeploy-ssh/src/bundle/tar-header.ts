/** Headers of a tar file: ustar with GNU's long names, which GNU tar, bsdtar and busybox all read. */

const BLOCK = 512

export interface TarEntry {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'symlink'
  readonly mode: number
  /** Bytes that follow, for a file. */
  readonly size: number
  /** Seconds since the epoch. */
  readonly mtime: number
  readonly target?: string
}

const FLAGS = { file: '0', symlink: '2', directory: '5' } as const

/** The header blocks of an entry, long names included. */
export function tarHeader(entry: TarEntry): Buffer {
  const name = Buffer.from(entry.kind === 'directory' ? `${entry.path}/` : entry.path)
  const target = Buffer.from(entry.target ?? '')
  const blocks: Buffer[] = []
  if (target.length > 100) blocks.push(longName('K', target))
  if (name.length > 100) blocks.push(longName('L', name))
  blocks.push(header(name, FLAGS[entry.kind], entry.kind === 'file' ? entry.size : 0, entry.mode, entry.mtime, target))
  return blocks.length === 1 && blocks[0] !== undefined ? blocks[0] : Buffer.concat(blocks)
}

/** How many bytes `tarHeader` makes. */
export function tarHeaderLength({ path, kind, target = '' }: Pick<TarEntry, 'path' | 'kind' | 'target'>): number {
  const name = Buffer.byteLength(path) + (kind === 'directory' ? 1 : 0)
  return BLOCK + longNameLength(name) + longNameLength(Buffer.byteLength(target))
}

function longNameLength(length: number): number {
  return length > 100 ? BLOCK + length + 1 + tarPadding(length + 1) : 0
}

/** How many zero bytes follow a file of this size. */
export function tarPadding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK
}

/** Two empty blocks. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK)
}

function longName(flag: 'K' | 'L', name: Buffer): Buffer {
  const content = Buffer.alloc(name.length + 1 + tarPadding(name.length + 1))
  name.copy(content)
  return Buffer.concat([
    header(Buffer.from('././@LongLink'), flag, name.length + 1, 0o644, 0, Buffer.alloc(0)),
    content,
  ])
}

function header(name: Buffer, flag: string, size: number, mode: number, mtime: number, target: Buffer): Buffer {
  const block = Buffer.alloc(BLOCK)
  name.copy(block, 0, 0, 100)
  block.write(octal(mode & 0o7777, 7), 100)
  block.write(octal(0, 7), 108)
  block.write(octal(0, 7), 116)
  writeSize(block, size)
  block.write(octal(Math.max(0, mtime), 11), 136)
  block.write('        ', 148)
  block.write(flag, 156)
  target.copy(block, 157, 0, 100)
  block.write('ustar  \0', 257, 'latin1') // GNU's magic, because of the long names
  let sum = 0
  for (const byte of block) sum += byte
  block.write(`${octal(sum, 6)}\0 `, 148)
  return block
}

/** Octal up to 8 GiB, GNU's binary numbers above. */
function writeSize(block: Buffer, size: number): void {
  if (size < 8 ** 11) {
    block.write(octal(size, 11), 124)
    return
  }
  block[124] = 0x80
  block.writeBigUInt64BE(BigInt(size), 128)
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}
