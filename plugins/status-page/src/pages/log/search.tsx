import { stripAnsi } from '../../log/ansi.js'
import type { LogIndex } from '../../log/log-index.js'

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
  for await (const line of index.walk(1)) {
    const text = stripAnsi(line.text)
    const at = text.toLowerCase().indexOf(wanted)
    if (at < 0) continue
    if (hits.length === most) return { hits, more: true }
    const start = at > 60 ? at - 40 : 0
    hits.push({ number: line.number, text: `${start > 0 ? '…' : ''}${text.slice(start, start + 160).trim()}` })
  }
  return { hits, more: false }
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
