import { stripAnsi } from '../../log/ansi.js'
import { type LogIndex, shown } from '../../log/log-index.js'

export interface Found {
  readonly hits: readonly { readonly number: number; readonly text: string }[]
  /** There are more than are listed. */
  readonly more: boolean
}

/** Hits that are listed. */
const most = 500

/** The lines that hold `find`, whatever the case of letters; colours do not split words. */
export async function searchLog(index: LogIndex, find: string): Promise<Found> {
  const hits: { number: number; text: string }[] = []
  const wanted = find.toLowerCase()
  for await (const { first, text } of index.pieces()) {
    if (!mayHold(text, wanted)) continue
    for (const [place, raw] of text.split('\n').entries()) {
      const line = stripAnsi(shown(raw))
      const at = line.toLowerCase().indexOf(wanted)
      if (at < 0) continue
      if (hits.length === most) return { hits, more: true }
      const start = at > 60 ? at - 40 : 0
      const part = line.slice(start, start + 160).trim()
      hits.push({ number: first + place, text: `${start > 0 ? '…' : ''}${part}` })
    }
  }
  return { hits, more: false }
}

// Written with its name: the character itself is invisible in an editor.
const esc = '\\u001b'
const colours = new RegExp(String.raw`${esc}\[[0-9;:]*m`, 'g')

/** False when no line of a piece can hold it: most pieces are done with then, without looking at each line. */
function mayHold(text: string, wanted: string): boolean {
  const plain = text.includes('\u001b') ? text.replace(colours, '') : text
  // Other sequences and control characters may split a word, too.
  return (
    plain.toLowerCase().includes(wanted) ||
    /[^\n\t\r -~\u00a0-\u200d\u2010-\u2029\u202f-\u2065\u206a-\uffff]/.test(plain)
  )
}

interface HitsProps {
  readonly base: string
  readonly find: string
  readonly found: Found
}

/** What was found, as links to the lines. */
export function Hits({ base, find, found }: HitsProps) {
  const count = `${found.more ? 'More than ' : ''}${found.hits.length} ${found.hits.length === 1 ? 'line' : 'lines'}`
  return (
    <>
      <p role="status" class="hits-count">
        {found.hits.length === 0 ? `Nothing in this log holds “${find}”.` : `${count} with “${find}”`}
      </p>
      <ol class="hits">
        {found.hits.map((hit) => (
          <li key={hit.number}>
            <a href={`${base}?line=${hit.number}&q=${encodeURIComponent(find)}#L${hit.number}`} data-line={hit.number}>
              <span class="hit-number">{hit.number}</span> <span class="hit-text">{hit.text}</span>
            </a>
          </li>
        ))}
      </ol>
    </>
  )
}
