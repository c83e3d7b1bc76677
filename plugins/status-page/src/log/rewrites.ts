import type { LogLine } from './log-index.js'

/** Lines that are looked at beyond those that are shown: progress displays write over few. */
export const lookahead = 200

// Written with its name: the character itself is invisible in an editor.
const esc = '\\u001b'
const moves = new RegExp(String.raw`${esc}\[(\d*)([ABEF])`, 'g')
/** What comes before the first character that is written. */
const leading = new RegExp(String.raw`^(?:${esc}\[[0-9;?]*[A-Za-z]|\r)*`)
const clearing = new RegExp(String.raw`${esc}\[0?J`)

/** How a line moves the cursor. */
export interface CursorMove {
  /** Rows up before it writes; negative for down. */
  readonly up: number
  /** Rows up after that. */
  readonly then: number
  /** It clears what stands below. */
  readonly clears: boolean
}

/** What a raw line does to the cursor; undefined for the many that only write. */
export function cursorMove(line: string): CursorMove | undefined {
  if (!line.includes('\u001b')) return undefined
  const start = leading.exec(line)?.[0].length ?? 0
  const [up, then] = [rowsUp(line.slice(0, start)), rowsUp(line.slice(start))]
  const clears = clearing.test(line)
  return up === 0 && then === 0 && !clears ? undefined : { up, then, clears }
}

function rowsUp(text: string): number {
  let up = 0
  for (const [, count, letter] of text.matchAll(moves)) {
    const rows = Number(count || 1)
    up += letter === 'A' || letter === 'F' ? rows : -rows
  }
  return up
}

/** Numbers of the lines that a later one is written over, as a terminal would show it: progress bars of several rows. */
export function overwritten(lines: readonly LogLine[]): ReadonlySet<number> {
  const gone = new Set<number>()
  if (!lines.some(({ move }) => move)) return gone
  const screen = new Map<number, number>()
  let row = 0
  for (const { number, move } of lines) {
    row -= move?.up ?? 0
    if (move?.clears) {
      for (const [place, old] of screen) if (place >= row) gone.add(old)
    }
    const before = screen.get(row)
    if (before !== undefined) gone.add(before)
    screen.set(row, number)
    row += 1 - (move?.then ?? 0)
  }
  return gone
}
