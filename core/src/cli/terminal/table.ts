import { paint } from './paint.js'
import { cut, width } from './width.js'

/** A column narrower than this says nothing: it is left out instead. */
const least = 12
const gap = 2

/**
 * Rows in columns as wide as they must be. On a terminal the first row, the headings, is dim, and what does not fit into a
 * line goes from the right: the last column is cut, then left out, and so on, for the first says what a row is about.
 * Elsewhere nothing is cut: programs read it.
 */
export function table(rows: readonly (readonly string[])[], columns = process.stdout.columns): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const needed = Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => width(row[at] ?? ''))))
  const widths = process.stdout.isTTY && columns > 0 ? fit(needed, columns) : needed
  return rows.map((row, index) => {
    const cells = row.slice(0, widths.length)
    const line = cells.map((cell, at) => padded(cell, widths[at] ?? 0, at === cells.length - 1)).join(' '.repeat(gap))
    return index === 0 ? paint.dim(line.trimEnd()) : line.trimEnd()
  })
}

/** The widths of as many columns as fit. */
function fit(needed: readonly number[], columns: number): number[] {
  const [last, ...before] = [...needed].reverse()
  if (last === undefined) return []
  const rest = before.reverse()
  const left = columns - rest.reduce((sum, each) => sum + each + gap, 0)
  if (last <= left || rest.length === 0) return [...rest, Math.min(last, Math.max(left, 1))]
  return left >= least ? [...rest, left] : fit(rest, columns)
}

function padded(cell: string, columns: number, last: boolean): string {
  const text = width(cell) > columns ? cut(cell, columns) : cell
  return last ? text : text + ' '.repeat(Math.max(0, columns - width(text)))
}
