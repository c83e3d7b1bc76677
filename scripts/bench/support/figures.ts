/** The middle one; of an even number the upper. */
export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** What so many of a hundred values are not above. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN
}

/** `name: ours, theirs, ratio`. */
export function print(name: string, ours: number, theirs: number, what: string, digits = 2): void {
  const ratio = (ours / theirs).toFixed(2)
  process.stdout.write(`${name}: ${ours.toFixed(digits)}, ${theirs.toFixed(digits)}, ${ratio} (${what})\n`)
}
