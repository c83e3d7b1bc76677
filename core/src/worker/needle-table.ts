/**
 * Finds many byte strings in one pass (Wu and Manber's way): a window as long as the shortest of them moves over the
 * data; its last two bytes say how far it may jump, or which strings can begin where it stands.
 */
export class NeedleTable {
  readonly #window: number
  readonly #jump: Uint8Array
  readonly #candidates = new Map<number, Buffer[]>()

  /** Every needle has at least two bytes. */
  constructor(readonly needles: readonly Buffer[]) {
    this.#window = Math.min(255, ...needles.map(({ length }) => length))
    this.#jump = new Uint8Array(1 << 16).fill(this.#window - 1)
    for (const needle of needles) this.#enter(needle)
  }

  /** Calls `found` for every place where a needle stands, overlapping ones too, in the order of their beginnings. */
  search(data: Buffer, found: (start: number, end: number) => void): void {
    const jump = this.#jump
    const length = data.length
    for (let last = this.#window - 1; last < length; ) {
      const pair = ((data[last - 1] as number) << 8) | (data[last] as number)
      const far = jump[pair] as number
      if (far === 0) this.#check(data, last - this.#window + 1, pair, found)
      last += far || 1
    }
  }

  #enter(needle: Buffer): void {
    const end = this.#window - 1
    for (let at = 1; at <= end; at++) {
      const pair = needle.readUInt16BE(at - 1)
      this.#jump[pair] = Math.min(this.#jump[pair] as number, end - at)
    }
    const pair = needle.readUInt16BE(end - 1)
    this.#candidates.set(pair, [...(this.#candidates.get(pair) ?? []), needle])
  }

  #check(data: Buffer, start: number, pair: number, found: (start: number, end: number) => void): void {
    for (const needle of this.#candidates.get(pair) ?? []) {
      const end = start + needle.length
      if (end <= data.length && data.compare(needle, 0, needle.length, start, end) === 0) found(start, end)
    }
  }
}
