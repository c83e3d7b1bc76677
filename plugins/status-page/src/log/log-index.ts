import type { LogChunk } from '@penstock/core'
import { type AnsiStyle, ansiAfter, lastRewrite, plain } from './ansi.js'
import { type CursorMove, cursorMove } from './rewrites.js'

/** A line as it is in the log, and how the terminal stood when it began. */
export interface LogLine {
  /** From 1. */
  readonly number: number
  readonly text: string
  readonly style: AnsiStyle
  /** How it moves the cursor before it writes; absent for most. */
  readonly move?: CursorMove
}

/** A stretch that one read gave. Only offsets that the log service named are ever asked for: it masks what it serves. */
interface Segment {
  readonly from: number
  readonly next: number
  /** Line ends before it. */
  readonly line: number
  readonly style: AnsiStyle
}

export type ReadLog = (from: number, limit: number) => Promise<LogChunk | undefined>

/** Bytes of one read: some thousand lines. */
const stretch = 128 * 1024
/** Characters of one line that are shown; a minified bundle in a log shall not stop the browser. */
export const longestLine = 20_000

/** Finds lines by number in a log that is read by byte offsets, and that may still be growing. */
export class LogIndex {
  private readonly segments: Segment[] = []
  private tail: Segment = { from: 0, next: 0, line: 0, style: plain }
  private lineEnds = 0
  private unended = false
  private ended = false
  private advancing: Promise<void> | undefined

  constructor(private readonly read: ReadLog) {}

  /** Lines there are, one without an end included, as of the last `advance`. */
  get lines(): number {
    return this.lineEnds + (this.unended ? 1 : 0)
  }

  /** True when no more can come. */
  get complete(): boolean {
    return this.ended
  }

  /** Reads what has come since the last time. Several callers at once share one reading. */
  advance(): Promise<void> {
    if (this.ended) return Promise.resolve()
    this.advancing ??= this.readOn().finally(() => {
      this.advancing = undefined
    })
    return this.advancing
  }

  private async readOn(): Promise<void> {
    for (;;) {
      const start = this.tail
      const chunk = await this.read(start.from, stretch)
      if (!chunk) return
      const ends = countLineEnds(chunk.text)
      this.lineEnds = start.line + ends
      this.unended = chunk.text === '' ? this.unended && chunk.next === start.from : !chunk.text.endsWith('\n')
      const moved = chunk.next > start.from
      if (chunk.complete || !moved || chunk.next - start.from < stretch / 2) {
        // The end, for now. The tail is read again from its start next time: small reads make no small segments.
        this.tail = { ...start, next: chunk.next }
        this.ended = chunk.complete
        return
      }
      this.segments.push({ ...start, next: chunk.next })
      const style = ansiAfter(chunk.text, start.style)
      this.tail = { from: chunk.next, next: chunk.next, line: this.lineEnds, style }
    }
  }

  /** At most `count` lines from number `first` on; fewer at the end. Reads nothing beyond what `advance` has seen. */
  async slice(first: number, count: number): Promise<LogLine[]> {
    const last = Math.min(first + count - 1, this.lines)
    const found: LogLine[] = []
    if (last < first) return found
    for await (const line of this.walk(first)) {
      if (line.number >= first) found.push(line)
      if (line.number >= last) break
    }
    return found
  }

  /** All lines from the segment on that holds `first`, in order. */
  async *walk(first: number): AsyncGenerator<LogLine> {
    let index = this.segmentOf(first)
    let segment = this.segments[index] ?? this.tail
    let number = segment.line + 1
    let style = segment.style
    let text = ''
    for (;;) {
      const limit = segment === this.tail ? stretch : segment.next - segment.from
      text = clip(text + ((await this.read(segment.from, limit))?.text ?? ''))
      const lines = text.split('\n')
      text = lines.pop() ?? ''
      for (const line of lines) {
        // In the first segment the piece before the first line end belongs to a line that began earlier.
        yield lineOf(number, line, style)
        style = ansiAfter(line, style)
        number += 1
      }
      if (segment === this.tail || index >= this.segments.length) break
      index += 1
      segment = this.segments[index] ?? this.tail
    }
    if (text !== '') yield lineOf(number, text, style)
  }

  /** All whole lines, raw, in pieces of some thousand: for those who look at the text and not at each line. */
  async *pieces(): AsyncGenerator<{ readonly first: number; readonly text: string }> {
    let [first, rest] = [1, '']
    for (let index = 0; ; index++) {
      const segment = this.segments[index] ?? this.tail
      const limit = segment === this.tail ? stretch : segment.next - segment.from
      const text = clip(rest + ((await this.read(segment.from, limit))?.text ?? ''))
      const last = index >= this.segments.length
      const end = last ? text.length : text.lastIndexOf('\n') + 1
      if (end > 0) yield { first, text: text.slice(0, end) }
      if (last) return
      first += countLineEnds(text)
      rest = text.slice(end)
    }
  }

  /** The last segment that begins before line `first` does, so that the line is whole. */
  private segmentOf(first: number): number {
    let low = 0
    let high = this.segments.length
    while (low < high) {
      const middle = (low + high) >> 1
      const segment = this.segments[middle + 1] ?? this.tail
      if (segment.line + 1 < first) low = middle + 1
      else high = middle
    }
    return low
  }
}

function lineOf(number: number, raw: string, style: AnsiStyle): LogLine {
  const move = cursorMove(raw)
  return { number, text: shown(raw), style, ...(move && { move }) }
}

function countLineEnds(text: string): number {
  let count = 0
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count += 1
  return count
}

/** A line without end is kept to a bound while it is put together. */
function clip(text: string): string {
  const start = text.lastIndexOf('\n') + 1
  const most = longestLine * 20
  return text.length - start > most ? text.slice(0, start + most) : text
}

/** A line as a terminal shows it in the end, cut to a bound. */
export function shown(line: string): string {
  const text = lastRewrite(line)
  if (text.length <= longestLine) return text
  return `${text.slice(0, longestLine)} … (${text.length - longestLine} more characters; download the log to see them)`
}
