/** What git makes of a stored file when it puts it into a working tree, by the file's attributes. */
import type { AttributeValue } from './attributes.js'
import { encodeText } from './encodings.js'

type Attributes = ReadonlyMap<string, AttributeValue>

/** How the ends of lines are written: `auto` only in what is text and has none of that kind yet. */
type LineEnds = 'crlf' | 'crlf-auto' | 'as-stored'

/** The file's bytes as they are checked out, and an encoding that was asked for and is not known here. */
export interface WorkingFile {
  readonly bytes: Buffer
  readonly unknownEncoding?: string
}

/** `oid` is the stored file's id, which `ident` writes into it. */
export function workingFile(stored: Buffer, oid: string, attributes: Attributes): WorkingFile {
  const named = attributes.get('ident') === true ? withIdent(stored, oid) : stored
  const ended = withLineEnds(named, lineEnds(attributes))
  const encoding = attributes.get('working-tree-encoding')
  return typeof encoding === 'string' ? encoded(ended, encoding) : { bytes: ended }
}

function lineEnds(attributes: Attributes): LineEnds {
  const text = attributes.get('text') ?? legacy(attributes.get('crlf'))
  if (text === false || attributes.get('eol') !== 'crlf') return 'as-stored'
  return text === 'auto' ? 'crlf-auto' : 'crlf'
}

/** `crlf` is what `text` was called. */
function legacy(crlf: AttributeValue | undefined): AttributeValue | undefined {
  return crlf === 'input' ? 'as-stored' : crlf
}

function withLineEnds(bytes: Buffer, ends: LineEnds): Buffer {
  if (ends === 'as-stored') return bytes
  const { lone, crlf, text } = lines(bytes)
  if (lone === 0 || (ends === 'crlf-auto' && (crlf > 0 || !text))) return bytes
  const result = Buffer.allocUnsafe(bytes.length + lone)
  let at = 0
  let before = 0
  for (const byte of bytes) {
    if (byte === 10 && before !== 13) result[at++] = 13
    result[at++] = byte
    before = byte
  }
  return result
}

/** Line feeds alone and after a carriage return, and whether git takes the whole for text. */
function lines(bytes: Buffer): { lone: number; crlf: number; text: boolean } {
  let [lone, crlf, returns, printable, other, nul] = [0, 0, 0, 0, 0, 0]
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (byte === 10) bytes[at - 1] === 13 ? crlf++ : lone++
    else if (byte === 13) bytes[at + 1] === 10 || returns++
    else if (byte === 0) nul++
    else if (byte === 127 || (byte < 32 && ![8, 9, 12, 27].includes(byte))) other++
    else printable++
  }
  if (bytes.at(-1) === 26) other-- // the end mark of DOS
  return { lone, crlf, text: returns === 0 && nul === 0 && printable >> 7 >= other }
}

/** `$Id$`, with or without an id of git's own in it. */
function withIdent(bytes: Buffer, oid: string): Buffer {
  const text = bytes.toString('latin1')
  if (!text.includes('$Id')) return bytes
  return Buffer.from(text.replace(/\$Id(?:: ?[^ $\n]* ?)?\$/g, `$$Id: ${oid} $$`), 'latin1')
}

/** Of UTF-16 without a byte order in its name, the machine's own is written, with a mark. */
function encoded(bytes: Buffer, encoding: string): WorkingFile {
  const text = () => bytes.toString('utf8')
  const wide = (mark: string) => Buffer.from(mark + text(), 'utf16le')
  switch (encoding.toUpperCase().replace(/^UTF(\d)/, 'UTF-$1')) {
    case 'UTF-8':
      return { bytes }
    case 'UTF-16':
    case 'UTF-16LE-BOM':
      return { bytes: wide('\ufeff') }
    case 'UTF-16LE':
      return { bytes: wide('') }
    case 'UTF-16BE':
      return { bytes: wide('').swap16() }
    case 'UTF-16BE-BOM':
      return { bytes: wide('\ufeff').swap16() }
    default:
      return otherwise(bytes, encoding)
  }
}

/** What git cannot write in the encoding it leaves as it is stored. */
function otherwise(stored: Buffer, encoding: string): WorkingFile {
  const bytes = encodeText(stored.toString('utf8'), encoding)
  return bytes === undefined ? { bytes: stored, unknownEncoding: encoding } : { bytes }
}
