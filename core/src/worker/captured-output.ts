/** What a step prints to its standard output, kept in a file beside it: read while it grows, and put into the log as well. */
import { closeSync, existsSync, openSync, readFileSync, readSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import type { LogSpool } from './log-spool.js'

/** What `capture` answers with at most, bytes. */
export const longestCapture = 16 * 1024 * 1024

/** Bytes read at a time. */
const PIECE = 256 * 1024
/** Milliseconds between two looks while the step runs. Real time: what is watched is the machine's processes. */
const PAUSE = 100
/** A line that does not end is handed on in pieces of so many characters. */
const LONGEST_LINE = 1024 * 1024

/** Where a step's standard output goes when it is captured. */
export function outputFile(stepFolder: string): string {
  return join(stepFolder, 'stdout')
}

/** How the output of one step is read. */
export interface CaptureParts {
  readonly folder: string
  /** Gets a copy; nothing when absent. */
  readonly log?: LogSpool
  /** True when nobody is to hear of it any more. */
  readonly over: () => boolean
  readonly onLine?: (line: string) => void | Promise<void>
  /** Keep it whole, for the answer. */
  readonly keep: boolean
}

/** The whole output, as far as it is kept. */
export interface Captured {
  readonly text: string
  /** It is more than `longestCapture`; the text is what came first. */
  readonly tooLong: boolean
}

/**
 * Reads one step's output from its beginning to its end. After a restart the same bytes are there again, so the same lines are
 * handed on; what the log has of them it does not get twice.
 */
export class OutputCapture {
  readonly #decoder = new StringDecoder('utf8')
  readonly #kept: string[] = []
  readonly #copied: CopiedOutput | undefined
  #at = 0
  #rest = ''

  constructor(readonly parts: CaptureParts) {
    this.#copied = parts.log && new CopiedOutput(parts.folder, parts.log)
  }

  /** Follows the output until the step has ended. Errors: what `onLine` threw; JobFailed when the log cannot be written. */
  async follow(ended: Promise<unknown>): Promise<Captured> {
    let last = false
    const end = ended.then(
      () => undefined,
      () => undefined,
    )
    void end.then(() => {
      last = true
    })
    for (;;) {
      const wasLast = last
      await this.#readOn()
      if (wasLast || this.parts.over()) break
      await Promise.race([end, pause()])
    }
    if (!this.parts.over()) await this.#take(this.#decoder.end(), true)
    return { text: this.#kept.join(''), tooLong: this.#at > longestCapture }
  }

  async #readOn(): Promise<void> {
    const { folder, keep } = this.parts
    for (;;) {
      const bytes = readPiece(outputFile(folder), this.#at)
      if (bytes.length === 0 || this.parts.over()) return
      const from = this.#at
      this.#at += bytes.length
      this.#copied?.add(bytes, from)
      const text = this.#decoder.write(bytes)
      if (keep && from < longestCapture) this.#kept.push(text)
      await this.#take(text, false)
    }
  }

  async #take(text: string, isLast: boolean): Promise<void> {
    const { keep, onLine } = this.parts
    if (isLast && keep && text !== '') this.#kept.push(text)
    if (onLine === undefined) return
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop() ?? ''
    if (this.#rest.length > LONGEST_LINE || (isLast && this.#rest !== '')) {
      lines.push(this.#rest)
      this.#rest = ''
    }
    for (const line of lines) if (!this.parts.over()) await onLine(line.endsWith('\r') ? line.slice(0, -1) : line)
  }
}

/** How much of a step's output the log has: noted down before each piece is written there. */
class CopiedOutput {
  readonly #notes: string
  #until: number

  constructor(
    folder: string,
    readonly log: LogSpool,
  ) {
    this.#notes = join(folder, 'copied')
    this.#until = this.#lastTime(outputFile(folder))
  }

  add(bytes: Buffer, from: number): void {
    const fresh = bytes.subarray(Math.max(0, this.#until - from))
    if (fresh.length === 0) return
    const begin = from + bytes.length - fresh.length
    this.#until = from + bytes.length
    writeFileSync(this.#notes, JSON.stringify([begin, this.#until, this.log.size()]), { mode: 0o600 })
    this.log.append(fresh)
  }

  /** The last piece was noted; whether it was written, too, the log tells. */
  #lastTime(output: string): number {
    const [begin, until, size] = readNotes(this.#notes)
    if (begin === undefined || until === undefined || size === undefined) return 0
    const piece = readPiece(output, begin, until - begin)
    const after = readPiece(this.log.folder.spool, size, piece.length + REACH)
    return after.includes(piece) ? until : begin
  }
}

/** How far behind its place a piece is looked for: others may have written in between. */
const REACH = 4 * 1024 * 1024

function readNotes(path: string): readonly (number | undefined)[] {
  if (!existsSync(path)) return []
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as readonly number[]
  } catch {
    return [] // half a note: the machine went down in the middle of the very first piece
  }
}

/** The bytes from an offset on, at most `length`; none while there is no file. */
function readPiece(path: string, from: number, length = PIECE): Buffer {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size <= from) return Buffer.alloc(0)
  const bytes = Buffer.alloc(Math.min(length, size - from))
  const file = openSync(path, 'r')
  try {
    return bytes.subarray(0, readSync(file, bytes, 0, bytes.length, from))
  } finally {
    closeSync(file)
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, PAUSE))
}
