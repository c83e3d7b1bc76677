import { canonical } from '../../editor/diff/canonical.js'
import { type DiffLine, lineDiff } from '../../editor/diff/line-diff.js'
import type { Draft } from '../../editor/draft/draft.js'
import type { KnownTypes } from '../../editor/known-types.js'
import { maskSecrets } from '../../editor/secrets.js'

/** Equal lines that are shown around a difference. */
const context = 3

interface ChangesProps {
  /** What is saved now; nothing for a new pipeline. */
  readonly saved: Draft | undefined
  readonly draft: Draft
  readonly known: KnownTypes
}

/** What saving would change, line by line; a secret that was typed is only said to be another one. */
export function Changes({ saved, draft, known }: ChangesProps) {
  const before = saved ? canonical(maskSecrets(saved, known)).split('\n') : []
  const lines = lineDiff(before, canonical(maskSecrets(draft, known)).split('\n'))
  const [more, less] = (['+', '-'] as const).map((sign) => lines.filter((line) => line.sign === sign).length)
  return (
    <section class="panel changes" id="changes" aria-labelledby="changes-title" tabIndex={-1}>
      <h2 id="changes-title">What changes</h2>
      {more === 0 && less === 0 ? (
        <p class="quiet">Nothing: this is what is saved.</p>
      ) : (
        <>
          <p class="quiet">
            {more} {more === 1 ? 'line' : 'lines'} added, {less} removed.
          </p>
          <ol class="diff">
            {hunks(lines).map((line, index) => (
              <Line key={index} line={line} />
            ))}
          </ol>
        </>
      )}
    </section>
  )
}

const words = { ' ': '', '-': 'removed: ', '+': 'added: ' } as const

function Line({ line }: { readonly line: DiffLine | undefined }) {
  if (!line) return <li class="diff-gap">⋯</li>
  return (
    <li class={line.sign === '+' ? 'diff-more' : line.sign === '-' ? 'diff-less' : undefined}>
      <span class="diff-sign" aria-hidden="true">
        {line.sign}
      </span>
      <span class="sr">{words[line.sign]}</span>
      <code>{line.text}</code>
    </li>
  )
}

/** The lines near a difference, with undefined for each stretch that is left out. */
function hunks(lines: readonly DiffLine[]): (DiffLine | undefined)[] {
  const near = new Set<number>()
  for (const [at, { sign }] of lines.entries()) {
    if (sign === ' ') continue
    for (let each = at - context; each <= at + context; each++) near.add(each)
  }
  return lines.flatMap((line, at) => {
    if (near.has(at)) return [line]
    return near.has(at - 1) || at === 0 ? [undefined] : []
  })
}
