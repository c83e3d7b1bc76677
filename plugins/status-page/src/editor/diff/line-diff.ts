/** A line of a comparison: in both, only before (`-`), or only after (`+`). */
export interface DiffLine {
  readonly sign: ' ' | '-' | '+'
  readonly text: string
}

/** Beyond so many differences the middle is shown as replaced as a whole. */
const mostSteps = 400

/** The shortest way from one list of lines to another (Myers 1986), after what is equal at both ends. */
export function lineDiff(before: readonly string[], after: readonly string[]): DiffLine[] {
  let start = 0
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1
  let end = 0
  const room = Math.min(before.length, after.length) - start
  while (end < room && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  const old = before.slice(start, before.length - end)
  const now = after.slice(start, after.length - end)
  const same = (text: string): DiffLine => ({ sign: ' ', text })
  return [
    ...before.slice(0, start).map(same),
    ...(middle(old, now) ?? [...old.map(signed('-')), ...now.map(signed('+'))]),
    ...before.slice(before.length - end).map(same),
  ]
}

function signed(sign: '-' | '+') {
  return (text: string): DiffLine => ({ sign, text })
}

/** Undefined when they differ too much to be worth comparing. */
function middle(old: readonly string[], now: readonly string[]): DiffLine[] | undefined {
  const most = Math.min(old.length + now.length, mostSteps)
  const furthest = new Map<number, number>([[1, 0]])
  const trace: Map<number, number>[] = []
  for (let steps = 0; steps <= most; steps++) {
    trace.push(new Map(furthest))
    for (let diagonal = -steps; diagonal <= steps; diagonal += 2) {
      let x = start(furthest, diagonal, steps)
      while (x < old.length && x - diagonal < now.length && old[x] === now[x - diagonal]) x += 1
      furthest.set(diagonal, x)
      if (x >= old.length && x - diagonal >= now.length) return walkBack(trace, old, now)
    }
  }
  return undefined
}

type Furthest = ReadonlyMap<number, number>

/** A diagonal is reached from the one above, by a line of the new text, or from the one below, by a line of the old. */
function isDown(furthest: Furthest, diagonal: number, steps: number): boolean {
  if (diagonal === -steps || diagonal === steps) return diagonal === -steps
  return (furthest.get(diagonal - 1) ?? -1) < (furthest.get(diagonal + 1) ?? -1)
}

/** Where a diagonal begins. */
function start(furthest: Furthest, diagonal: number, steps: number): number {
  if (isDown(furthest, diagonal, steps)) return furthest.get(diagonal + 1) ?? 0
  return (furthest.get(diagonal - 1) ?? -1) + 1
}

/** From the end to the beginning: on each step's trace the way led over one move, and then along a diagonal. */
function walkBack(trace: readonly Map<number, number>[], old: readonly string[], now: readonly string[]): DiffLine[] {
  const found: DiffLine[] = []
  let [x, y] = [old.length, now.length]
  const along = (to: number) => {
    for (; x > to; y--) found.push({ sign: ' ', text: old[--x] ?? '' })
  }
  for (let steps = trace.length - 1; steps > 0; steps--) {
    const furthest = trace[steps] ?? new Map<number, number>()
    const diagonal = x - y
    along(start(furthest, diagonal, steps))
    if (isDown(furthest, diagonal, steps)) found.push({ sign: '+', text: now[--y] ?? '' })
    else found.push({ sign: '-', text: old[--x] ?? '' })
  }
  along(0)
  return found.reverse()
}
