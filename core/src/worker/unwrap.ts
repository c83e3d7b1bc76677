/** Bytes without the line breaks inside of what may be base64 or hexadecimal digits, and the way back. */

const lineBreak = /\r?\n[ \t]*|(?:\\+r)?\\+n|\r$|\\+r?\\*$/g
const digit = /[A-Za-z0-9+/=_-]/
/** No program makes shorter lines; words of ordinary text are shorter. */
const shortestLine = 12

export class Unwrapped {
  private constructor(
    readonly bytes: Buffer,
    /** Where breaks stood in `bytes`, and how many bytes were left out up to there. */
    private readonly cuts: readonly { readonly at: number; readonly removed: number }[],
  ) {}

  /** Breaks are newlines with the spaces behind them, and `\n` as languages write it; `data` itself when it has none. */
  static of(data: Buffer): Unwrapped {
    if (!data.includes(10) && !data.includes(13) && !data.includes(92)) return new Unwrapped(data, [])
    const text = data.toString('latin1')
    const parts: Buffer[] = []
    const cuts: { at: number; removed: number }[] = []
    let done = 0
    let removed = 0
    for (const { 0: found, index } of text.matchAll(lineBreak)) {
      const end = index + found.length
      if (!(end === text.length || digit.test(text[end] ?? '')) || !endsInDigits(text, index)) continue
      parts.push(data.subarray(done, index))
      removed += found.length
      cuts.push({ at: end - removed, removed })
      done = end
    }
    if (cuts.length === 0) return new Unwrapped(data, [])
    return new Unwrapped(Buffer.concat([...parts, data.subarray(done)]), cuts)
  }

  /** Where a byte stood in what was given. */
  origin(index: number): number {
    let [low, high] = [0, this.cuts.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.cuts[middle]?.at ?? 0) <= index) low = middle + 1
      else high = middle
    }
    return index + (this.cuts[low - 1]?.removed ?? 0)
  }
}

/** As long as a line may be, or all there is: what stood before is out already. */
function endsInDigits(text: string, end: number): boolean {
  for (let at = end - 1; at >= Math.max(0, end - shortestLine); at--) if (!digit.test(text[at] ?? '')) return false
  return end > 0
}
