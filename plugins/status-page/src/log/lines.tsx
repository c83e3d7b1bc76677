import { type AnsiStyle, parseAnsi } from './ansi.js'
import type { LogLine } from './log-index.js'

interface LinesProps {
  readonly lines: readonly LogLine[]
  /** Numbers of those that are written over later. */
  readonly gone?: ReadonlySet<number>
  /** A text to mark. */
  readonly find: string | undefined
  /** The line that the address points at. */
  readonly target?: number | undefined
  /** The log's page, for lines that stand on another one: then they have no addresses here. */
  readonly base?: string | undefined
}

/** Lines with their numbers, which are links to themselves. What is written over later is folded away. */
export function Lines({ lines, gone = none, find, target, base }: LinesProps) {
  return (
    <>
      {stretches(lines, gone).map(({ folded, lines: some }) => {
        const drawn = some.map((line) => <Line key={line.number} line={line} find={find} target={target} base={base} />)
        if (!folded) return drawn
        return (
          <details key={some[0]?.number} class="fold" open={some.some(({ number }) => number === target)}>
            <summary>{some.length === 1 ? '1 line' : `${some.length} lines`}, written over later</summary>
            {drawn}
          </details>
        )
      })}
    </>
  )
}

const none: ReadonlySet<number> = new Set()

/** Neighbours that are folded away together, or not. */
function stretches(lines: readonly LogLine[], gone: ReadonlySet<number>) {
  const found: { folded: boolean; lines: LogLine[] }[] = []
  for (const line of lines) {
    const folded = gone.has(line.number)
    const last = found.at(-1)
    if (last?.folded === folded) last.lines.push(line)
    else found.push({ folded, lines: [line] })
  }
  return found
}

function Line({ line, find, target, base }: Omit<LinesProps, 'lines' | 'gone'> & { readonly line: LogLine }) {
  const place = `L${line.number}`
  return (
    <div id={base === undefined ? place : undefined} class={line.number === target ? 'line target' : 'line'}>
      <a
        class="ln"
        href={base === undefined ? `#${place}` : `${base}?line=${line.number}#${place}`}
        tabIndex={-1}
        aria-label={`Line ${line.number}`}
      >
        {line.number}
      </a>
      <span class="lt">
        {parseAnsi(line.text, line.style).runs.map((run, index) => (
          <Run key={index} text={run.text} style={run.style} find={find} />
        ))}
      </span>
    </div>
  )
}

function Run({
  text,
  style,
  find,
}: {
  readonly text: string
  readonly style: AnsiStyle
  readonly find: string | undefined
}) {
  const names = classes(style)
  const content = find ? marked(text, find) : text
  return <span class={names || undefined}>{content}</span>
}

/** The class names of a look; the style sheet says what they mean in dark and in light. */
export function classes({ fg, bg, bold, dim, italic, underline, strike, inverse }: AnsiStyle): string {
  const [front, back] = inverse ? [bg ?? 'back', fg ?? 'front'] : [fg, bg]
  return [
    front !== undefined && `a-f${front}`,
    back !== undefined && `a-b${back}`,
    bold && 'a-bold',
    dim && 'a-dim',
    italic && 'a-italic',
    underline && 'a-under',
    strike && 'a-strike',
  ]
    .filter(Boolean)
    .join(' ')
}

function marked(text: string, find: string) {
  const pieces: (string | preact.JSX.Element)[] = []
  const [where, what] = [text.toLowerCase(), find.toLowerCase()]
  let from = 0
  for (let at = where.indexOf(what); at >= 0; at = where.indexOf(what, from)) {
    pieces.push(text.slice(from, at), <mark key={at}>{text.slice(at, at + what.length)}</mark>)
    from = at + what.length
  }
  return [...pieces, text.slice(from)]
}
