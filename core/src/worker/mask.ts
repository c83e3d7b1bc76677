import { formsOf } from './mask-variants.js'
import { Needles } from './needles.js'
import { Unwrapped } from './unwrap.js'

const STARS = Buffer.from('****')

/** The secrets of one action, in every form they may be printed in. */
export class Masker {
  readonly #exact = new Needles()
  /** Forms that programs break into lines. */
  readonly #wrapped = new Needles()

  /** Masks this value from now on. Values under four characters are ignored. Answers whether it was new. */
  add(secret: string): boolean {
    const { exact, wrapped } = formsOf(secret)
    const fresh = exact.filter((form) => this.#exact.add(form)).length
    return wrapped.filter((form) => this.#wrapped.add(form)).length + fresh > 0
  }

  /** True while there is nothing to mask. */
  get isEmpty(): boolean {
    return this.#exact.isEmpty
  }

  /** A text with its secrets replaced. */
  mask(text: string): string {
    if (this.isEmpty) return text
    const stream = new MaskStream(this)
    return Buffer.concat([...stream.push(Buffer.from(text)), ...stream.end()]).toString()
  }

  /** Where secrets begin and end in `data`, by their beginnings; they may overlap. */
  find(data: Buffer, unwrapped = this.unwrap(data)): readonly (readonly [start: number, end: number])[] {
    const found: [number, number][] = []
    this.#exact.find(data, (start, end) => found.push([start, end]))
    if (unwrapped)
      this.#wrapped.find(unwrapped.bytes, (start, end) =>
        found.push([unwrapped.origin(start), unwrapped.origin(end - 1) + 1]),
      )
    return found.sort(([a], [b]) => a - b)
  }

  /** The first place in `data` from which its end could be the beginning of a secret; its length when there is none. */
  holdFrom(data: Buffer, unwrapped = this.unwrap(data)): number {
    const exact = this.#exact.holdFrom(data)
    if (!unwrapped) return exact
    const wrapped = this.#wrapped.holdFrom(unwrapped.bytes)
    return wrapped < unwrapped.bytes.length ? Math.min(exact, unwrapped.origin(wrapped)) : exact
  }

  /** What `find` and `holdFrom` need of the same data, for both. */
  unwrap(data: Buffer): Unwrapped | undefined {
    return this.#wrapped.isEmpty ? undefined : Unwrapped.of(data)
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
    const unwrapped = this.masker.unwrap(data)
    return this.#emit(data, this.masker.holdFrom(data, unwrapped), unwrapped)
  }

  /** The rest. */
  end(): Buffer[] {
    return this.#emit(this.#carry, this.#carry.length)
  }

  #emit(data: Buffer, hold: number, unwrapped?: Unwrapped): Buffer[] {
    const out: Buffer[] = []
    let done = this.#covered
    for (const [start, end] of this.masker.find(data, unwrapped)) {
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
