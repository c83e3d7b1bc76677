/** Pieces that are made once for all who go through them at about the same speed, in a few buffers that are used again. */
import type { Clock } from '@penstock/core'
import { PIECE } from './contents.js'
import type { TarPieces } from './tar.js'

/** Buffers that may be kept beyond those in use: fresh ones for each piece would cost more than the encryption. */
const KEPT = 6
/** Who is so many pieces ahead of another waits a little for it: what it makes next would be made twice. */
const AHEAD = 4
/** Who is so many pieces behind is not waited for any more. */
const LEFT_BEHIND = 24
/** Milliseconds that are waited for one piece. With the limit above, a slow host costs the others two seconds at most. */
const PATIENCE = 80
/** With so many hosts at different places, nobody reads ahead any more. */
const CROWD = 16

/** What pieces are made of: so many bytes, any range of which can be had. */
export interface Pieceable {
  readonly size: number
  fill(buffer: Buffer, position: number): Promise<void>
}

interface Piece {
  readonly index: number
  readonly buffer: Buffer
  readonly ready: Promise<void>
  users: number
}

/** Goes through the pieces; where it is. */
interface Reader {
  at: number
}

/** A reader that is much slower holds nobody up: what it missed is made again for it. */
export class SharedPieces implements TarPieces {
  private readonly byIndex = new Map<number, Piece>()
  private readonly spare: Buffer[] = []
  private readonly readers = new Set<Reader>()
  private readonly waiting = new Set<() => void>()

  constructor(
    private readonly source: Pieceable,
    private readonly clock: Clock,
  ) {}

  /** All pieces in order. Each is valid until the next is asked for. */
  async *pieces(): AsyncGenerator<Buffer> {
    const count = Math.ceil(this.source.size / PIECE)
    const reader: Reader = { at: 0 }
    this.readers.add(reader)
    try {
      for (; reader.at < count; reader.at++) {
        await this.waitForOthers(reader)
        yield* this.piece(reader.at, count)
        this.wakeWaiting()
      }
    } finally {
      this.readers.delete(reader)
      this.wakeWaiting()
    }
  }

  /** One piece, while the next is made. */
  private async *piece(index: number, count: number): AsyncGenerator<Buffer> {
    const piece = this.use(index)
    const ahead = index + 1 < count && this.byIndex.size < CROWD ? this.use(index + 1) : undefined
    try {
      await piece.ready
      yield piece.buffer.subarray(0, this.lengthOf(index))
    } finally {
      this.release(piece)
      if (ahead !== undefined) this.release(ahead)
    }
  }

  private async waitForOthers(reader: Reader): Promise<void> {
    const isBehind = ({ at }: Reader) => reader.at - at >= AHEAD && reader.at - at < LEFT_BEHIND
    if (this.byIndex.has(reader.at) || ![...this.readers].some(isBehind)) return
    let patient = true
    const cancel = this.clock.after(PATIENCE, () => {
      patient = false
      this.wakeWaiting()
    })
    while (patient && [...this.readers].some(isBehind)) await new Promise<void>((resume) => this.waiting.add(resume))
    cancel()
  }

  private wakeWaiting(): void {
    const waiting = [...this.waiting]
    this.waiting.clear()
    for (const resume of waiting) resume()
  }

  private use(index: number): Piece {
    const piece = this.byIndex.get(index) ?? this.make(index)
    piece.users++
    return piece
  }

  private make(index: number): Piece {
    const buffer = this.spare.pop() ?? this.takeFromOldest() ?? Buffer.allocUnsafeSlow(PIECE)
    const ready = this.source.fill(buffer.subarray(0, this.lengthOf(index)), index * PIECE)
    const piece: Piece = { index, buffer, ready, users: 1 } // The making itself uses it, too.
    ready.then(
      () => this.release(piece),
      () => {
        this.byIndex.delete(index) // The next who wants it tries again.
        this.release(piece)
      },
    )
    this.byIndex.set(index, piece)
    return piece
  }

  /** The buffer of the piece that was passed by all the longest ago. */
  private takeFromOldest(): Buffer | undefined {
    if (this.byIndex.size < KEPT) return undefined
    for (const piece of this.byIndex.values()) {
      if (piece.users > 0) continue
      this.byIndex.delete(piece.index)
      return piece.buffer
    }
    return undefined
  }

  private release(piece: Piece): void {
    piece.users--
    if (piece.users > 0) return
    if (this.byIndex.get(piece.index) === piece) {
      if (this.byIndex.size <= KEPT) return
      this.byIndex.delete(piece.index)
    }
    if (this.spare.length < KEPT) this.spare.push(piece.buffer)
  }

  private lengthOf(index: number): number {
    return Math.min(PIECE, this.source.size - index * PIECE)
  }
}
