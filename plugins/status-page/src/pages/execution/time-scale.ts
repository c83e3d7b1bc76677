/** Where times lie on the timeline: true to scale, save that long waits without any work are cut short. */
export interface TimeScale {
  /** 0 to 1000. */
  x(time: number): number
  /** Waits that were cut: where, and how long they were. */
  readonly cuts: readonly { readonly x: number; readonly ms: number }[]
  readonly ticks: readonly { readonly x: number; readonly label: string }[]
}

export interface Span {
  readonly from: number
  readonly to: number
}

/** A wait longer than this part of all work is cut. */
const cutBeyond = 0.5
/** What a cut takes of the width. */
const cutWidth = 60
const width = 1000

/** `work` are the times at which something worked; `all` holds it and all that waited. */
export function timeScale(work: readonly Span[], all: Span): TimeScale {
  const busy = union(work)
  const worked = busy.reduce((sum, { from, to }) => sum + to - from, 0)
  const longest = Math.max(worked * cutBeyond, 60_000)
  const cuts = gaps(busy, all).filter(({ from, to }) => to - from > longest)
  const left = all.to - all.from - cuts.reduce((sum, { from, to }) => sum + to - from, 0)
  const scale = Math.max(0, width - cuts.length * cutWidth) / Math.max(1, left)
  const x = (time: number) => {
    const at = Math.min(Math.max(time, all.from), all.to)
    let place = (at - all.from) * scale
    for (const { from, to } of cuts) {
      if (at <= from) break
      const inside = Math.min(at, to) - from
      place += (inside / (to - from)) * cutWidth - inside * scale
    }
    return Math.min(width, place)
  }
  return {
    x,
    cuts: cuts.map(({ from, to }) => ({ x: (x(from) + x(to)) / 2, ms: to - from })),
    ticks: ticksOf(all, cuts, left, x),
  }
}

/** Milliseconds during which something worked. */
export function workedMs(work: readonly Span[]): number {
  return union(work).reduce((sum, { from, to }) => sum + to - from, 0)
}

function union(spans: readonly Span[]): Span[] {
  const found: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = found.at(-1)
    if (last && from <= last.to) last.to = Math.max(last.to, to)
    else found.push({ from, to })
  }
  return found
}

function gaps(busy: readonly Span[], all: Span): Span[] {
  const ends = [all.from, ...busy.map(({ to }) => to)]
  const begins = [...busy.map(({ from }) => from), all.to]
  return ends.map((from, index) => ({ from, to: begins[index] ?? all.to })).filter(({ from, to }) => to > from)
}

const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400]

/** About six, at round times since the beginning, none inside a cut. */
function ticksOf(all: Span, cuts: readonly Span[], left: number, x: (time: number) => number) {
  const step = (steps.find((seconds) => left / 1000 / seconds <= 6) ?? 86_400) * 1000
  const ticks: { x: number; label: string }[] = []
  for (let at = 0; at <= all.to - all.from && ticks.length < 40; at += step) {
    const time = all.from + at
    if (cuts.some(({ from, to }) => time > from && time < to)) continue
    ticks.push({ x: x(time), label: sinceStart(at) })
  }
  return ticks
}

function sinceStart(ms: number): string {
  const seconds = Math.round(ms / 1000)
  const two = (value: number) => String(value).padStart(2, '0')
  const clock = `${Math.floor(seconds / 60) % 60}:${two(seconds % 60)}`
  return seconds < 3600
    ? clock
    : `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
