// biome-ignore-all lint/suspicious/noControlCharactersInRegex: they are what is looked for
/** How many columns of a terminal a text takes. */

const segments = new Intl.Segmenter()
const colours = /\u001b\[[0-9;]*m/g
const wide =
  /\p{Extended_Pictographic}|[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\ua960-\ua97c\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6]|[\u{1f1e6}-\u{1f1ff}]|[\u{20000}-\u{3fffd}]/u
/** Pictographs that terminals draw narrow unless they are told otherwise. */
const narrow = /^[\u00a9\u00ae\u203c-\u2bff]$/u
const nothing = /^[\p{Mn}\p{Me}\p{Cf}]+$/u

/** Colours take none, East Asian letters and emoji two. */
export function width(text: string): number {
  const plain = text.includes('\u001b') ? text.replace(colours, '') : text
  if (/^[ -~]*$/.test(plain)) return plain.length
  let columns = 0
  for (const { segment } of segments.segment(plain)) columns += widthOf(segment)
  return columns
}

function widthOf(segment: string): number {
  if (nothing.test(segment)) return 0
  return wide.test(segment) && !narrow.test(segment) ? 2 : 1
}

/** The text without colours, cut to `columns`, with an ellipsis where it was cut. */
export function cut(text: string, columns: number): string {
  if (width(text) <= columns) return text
  let kept = ''
  let used = 0
  for (const { segment } of segments.segment(text.replace(colours, ''))) {
    used += widthOf(segment)
    if (used > columns - 1) break
    kept += segment
  }
  return `${kept}…`
}
