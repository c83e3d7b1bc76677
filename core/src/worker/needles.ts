import { NeedleTable } from './needle-table.js'

/** From here on one pass for all needles beats a fast pass for each. */
const many = 4
const worthATable = 16 * 1024

interface Needle {
  readonly bytes: Buffer
  /** The smallest distance at which the needle can overlap itself; its length when it cannot. Known once it was found. */
  period?: number
}

/** Byte strings to look for, all at once. */
export class Needles {
  readonly #known = new Set<string>()
  readonly #needles: Needle[] = []
  #table: NeedleTable | undefined

  /** Answers whether it was new. */
  add(text: string): boolean {
    if (this.#known.has(text)) return false
    this.#known.add(text)
    const bytes = Buffer.from(text)
    this.#needles.push({ bytes })
    this.#table = undefined
    return true
  }

  get isEmpty(): boolean {
    return this.#needles.length === 0
  }

  /** Where needles begin and end in `data`, in no order; they may overlap. */
  find(data: Buffer, found: (start: number, end: number) => void): void {
    if (data.length >= worthATable && this.#needles.length >= many) {
      this.#table ??= new NeedleTable(this.#needles.map(({ bytes }) => bytes))
      this.#table.search(data, found)
      return
    }
    for (const needle of this.#needles) {
      const { bytes } = needle
      for (let at = data.indexOf(bytes); at >= 0; ) {
        found(at, at + bytes.length)
        needle.period ??= periodOf(bytes)
        at = data.indexOf(bytes, at + needle.period)
      }
    }
  }

  /** The first place in `data` from which its end could be the beginning of a needle; its length when there is none. */
  holdFrom(data: Buffer): number {
    let hold = data.length
    for (const { bytes } of this.#needles) {
      const first = bytes[0] ?? 0
      let at = data.indexOf(first, Math.max(0, data.length - bytes.length + 1))
      while (at >= 0 && at < hold) {
        if (data.compare(bytes, 0, data.length - at, at) === 0) hold = at
        else at = data.indexOf(first, at + 1)
      }
    }
    return hold
  }
}

function periodOf(bytes: Buffer): number {
  for (let period = 1; period < bytes.length; period++) {
    if (bytes.subarray(period).equals(bytes.subarray(0, bytes.length - period))) return period
  }
  return bytes.length
}
