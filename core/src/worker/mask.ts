import { variantsOf } from './mask-variants.js'
import { NeedleTable } from './needle-table.js'

/** From here on one pass for all secrets beats a fast pass for each. */
const MANY = 4
const WORTH_A_TABLE = 16 * 1024
const STARS = Buffer.from('****')

interface Needle {
  readonly bytes: Buffer
  /** The smallest distance at which the needle can overlap itself; its length when it cannot. */
  readonly period: number
}

/** The secrets of one action, in every form they may be printed in. */
export class Masker {
  readonly #known = new Set<string>()
  readonly #needles: Needle[] = []
  #table: NeedleTable | undefined

  /** Masks this value from now on. Values under four characters are ignored. Answers whether it was new. */
  add(secret: string): boolean {
    const fresh = variantsOf(secret).filter((variant) => !this.#known.has(variant))
    for (const variant of fresh) {
      this.#known.add(variant)
      const bytes = Buffer.from(variant)
      this.#needles.push({ bytes, period: periodOf(bytes) })
      this.#table = undefined
    }
    return fresh.length > 0
  }

  /** True while there is nothing to mask. */
  get isEmpty(): boolean {
    return this.#needles.length === 0
  }

  /** A text with its secrets replaced. */
  mask(text: string): string {
    if (this.#needles.length === 0) return text
    const stream = new MaskStream(this)
    return Buffer.concat([...stream.push(Buffer.from(text)), ...stream.end()]).toString()
  }

  /** Where secrets begin and end in `data`, by their beginnings; they may overlap. */
  find(data: Buffer): readonly (readonly [start: number, end: number])[] {
    const found: [number, number][] = []
    if (data.length >= WORTH_A_TABLE && this.#needles.length >= MANY) {
      this.#table ??= new NeedleTable(this.#needles.map(({ bytes }) => bytes))
      this.#table.search(data, (start, end) => found.push([start, end]))
      return found
    }
    for (const { bytes, period } of this.#needles) {
      for (let at = data.indexOf(bytes); at >= 0; at = data.indexOf(bytes, at + period)) {
        found.push([at, at + bytes.length])
      }
    }
    return found.sort(([a], [b]) => a - b)
  }

  /** The first place in `data` from which its end could be the beginning of a secret; its length when there is none. */
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

/** Between two pieces of a stream. */
export interface MaskPlace {
  /** The end of what came, which may become a secret. */
  readonly held: Buffer
  /** So many bytes of it are masked already. */
  readonly covered: number
}

/** Masks a stream of bytes piece by piece: a secret that is cut by the pieces' borders is found all the same. */
export class MaskStream {
  #carry: Buffer
  /** So many bytes of the carry belong to a secret whose stars are out already. */
  #covered: number

  /** `from`: goes on where another one stood. */
  constructor(
    readonly masker: Masker,
    from: MaskPlace = { held: Buffer.alloc(0), covered: 0 },
  ) {
    this.#carry = from.held
    this.#covered = from.covered
  }

  /** Where it stands: what another stream needs to go on. */
  get place(): MaskPlace {
    return { held: this.#carry, covered: this.#covered }
  }

  /** What can be said so far; the buffers may share memory with `chunk`. What could become a secret is held back. */
  push(chunk: Buffer): Buffer[] {
    return this.pushWithHeld(this.#carry.length > 0 ? Buffer.concat([this.#carry, chunk]) : chunk)
  }

  /** The bytes that are held back now. */
  get held(): Buffer {
    return this.#carry
  }

  /** As push, for a reader that has put what is held in front of what is new, and spares the copying. */
  pushWithHeld(data: Buffer): Buffer[] {
    return this.#emit(data, this.masker.holdFrom(data))
  }

  /** The rest. */
  end(): Buffer[] {
    return this.#emit(this.#carry, this.#carry.length)
  }

  #emit(data: Buffer, hold: number): Buffer[] {
    const out: Buffer[] = []
    let done = this.#covered
    for (const [start, end] of this.masker.find(data)) {
      if (start >= hold) break
      if (start >= done) out.push(data.subarray(done, start), STARS)
      done = Math.max(done, end)
    }
    if (done < hold) out.push(data.subarray(done, hold))
    this.#covered = Math.max(0, done - hold)
    this.#carry = Buffer.from(data.subarray(hold))
    return out.filter((part) => part.length > 0)
  }
}

function periodOf(bytes: Buffer): number {
  for (let period = 1; period < bytes.length; period++) {
    if (bytes.subarray(period).equals(bytes.subarray(0, bytes.length - period))) return period
  }
  return bytes.length
}
