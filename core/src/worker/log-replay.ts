import { createHash } from 'node:crypto'
import { appendFileSync, readFileSync, rmSync } from 'node:fs'

const SIZE = 8

/**
 * Keeps a provider from saying twice what it said before a restart: `run` is called again from its top, and its words
 * would come again with it. A hash of each piece is kept beside the log; as long as the same pieces come, they are not
 * written. A job that goes on from a checkpoint may leave some out.
 */
export class LogReplay {
  #before: readonly string[] = []
  #next = 0
  #isOver = true

  constructor(readonly path: string) {
    this.rewind()
  }

  /** `run` is about to be called again from its top, with what it said so far in the log. */
  rewind(): void {
    this.#before = readAll(this.path)
    this.#next = 0
    this.#isOver = this.#before.length === 0
  }

  /** True when this piece is in the log already. */
  wasSaid(text: string): boolean {
    if (this.#isOver) return false
    const place = this.#before.indexOf(hash(text), this.#next)
    this.#next = place + 1
    this.#isOver = place < 0 || this.#next === this.#before.length
    return place >= 0
  }

  /** To be called once the piece is in the log: a crash in between shows a line twice rather than not at all. */
  said(text: string): void {
    appendFileSync(this.path, Buffer.from(hash(text), 'hex'), { mode: 0o600 })
  }

  /** The action is begun again: its words are new. */
  forget(): void {
    rmSync(this.path, { force: true })
    this.#isOver = true
  }
}

function hash(text: string): string {
  return createHash('sha1')
    .update(text)
    .digest('hex')
    .slice(0, 2 * SIZE)
}

function readAll(path: string): readonly string[] {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    return [] // nothing was said yet
  }
  return Array.from({ length: Math.floor(bytes.length / SIZE) }, (_, n) =>
    bytes.toString('hex', n * SIZE, (n + 1) * SIZE),
  )
}
