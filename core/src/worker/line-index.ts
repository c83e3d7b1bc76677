const BLOCK = 64 * 1024
const NEWLINE = 10

/** How many lines begin before each 64 KB of a log: what finds line 1,000,000 with one read. */
export class LineIndex {
  /** Entry k: newlines in the first k * 64 KB. */
  readonly #newlines: number[] = [0]
  #size = 0
  #count = 0

  /** Bytes seen so far. */
  get size(): number {
    return this.#size
  }

  /** Newlines seen so far. */
  get lines(): number {
    return this.#count
  }

  /** False for a log of a few blocks, which is read through as fast. */
  get isUseful(): boolean {
    return this.#newlines.length > 4
  }

  add(bytes: Buffer): void {
    let from = 0
    while (from < bytes.length) {
      const end = Math.min(bytes.length, from + BLOCK - (this.#size % BLOCK))
      for (let i = from; i < end; i++) if (bytes[i] === NEWLINE) this.#count++
      this.#size += end - from
      if (this.#size % BLOCK === 0) this.#newlines.push(this.#count)
      from = end
    }
  }

  /** The block in which line `line` (from 1) begins, and how many newlines of it come before that line. */
  locate(line: number): { readonly offset: number; readonly skip: number } {
    const wanted = line - 1
    let low = 0
    let high = this.#newlines.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#newlines[middle] ?? 0) < wanted) low = middle
      else high = middle - 1
    }
    return { offset: low * BLOCK, skip: wanted - (this.#newlines[low] ?? 0) }
  }

  /** As kept beside a finished log: the size, the line count, then the entries, as doubles. */
  toBuffer(): Buffer {
    return Buffer.from(Float64Array.of(this.#size, this.#count, ...this.#newlines).buffer)
  }

  static fromBuffer(bytes: Buffer): LineIndex {
    const values = new Float64Array(new Uint8Array(bytes).buffer)
    const index = new LineIndex()
    index.#size = values[0] ?? 0
    index.#count = values[1] ?? 0
    index.#newlines.splice(0, 1, ...values.slice(2))
    return index
  }
}
