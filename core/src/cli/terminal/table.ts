import { paint } from './paint.js'
import { cut, width } from './width.js'

/** Columns below this width are not made narrower: better a long line than nothing to read. */
const least = 8
const gap = 2

/**
 * Rows in columns as wide as they must be. On a terminal the first row, the headings, is dim, and the widest columns are cut
 * until a row fits into a line; elsewhere nothing is cut, for programs read it.
 */
export function table(rows: readonly (readonly string[])[], columns = process.stdout.columns): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, at) => Math.max(0, ...rows.map((row) => width(row[at] ?? ''))))
  if (process.stdout.isTTY && columns > 0) narrow(widths, columns)
  return rows.map((row, index) => {
    const line = row.map((cell, at) => padded(cell, widths[at] ?? 0, at === row.length - 1)).join(' '.repeat(gap))
    return index === 0 ? paint.dim(line.trimEnd()) : line.trimEnd()
  })
}

/** Takes a column at a time from the widest. */
function narrow(widths: number[], columns: number): void {
  const total = () => widths.reduce((sum, each) => sum + each, gap * (widths.length - 1))
  while (total() > columns) {
    const widest = Math.max(...widths)
    if (widest <= least) return
    widths[widths.indexOf(widest)] = widest - 1
  }
}

function padded(cell: string, columns: number, last: boolean): string {
  const text = width(cell) > columns ? cut(cell, columns) : cell
  return last ? text : text + ' '.repeat(Math.max(0, columns - width(text)))
}
