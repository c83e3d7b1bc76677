import { Icon } from './icons.js'
import { External, safeHref } from './link.js'

interface RevisionProps {
  readonly id: string | undefined
  readonly summary?: string | undefined
  readonly url?: string | undefined
  /** The source action or artifact it belongs to, where there are several. */
  readonly of?: string | undefined
}

/** A commit or object version: its short id, linked where it has an address, and what it says of itself. */
export function Revision({ id, summary, url, of }: RevisionProps) {
  if (!id) return null
  const short = <code title={id}>{id.length > 12 ? id.slice(0, 8) : id}</code>
  return (
    <span class="revision">
      <Icon name="commit" />
      {of && <span class="revision-of">{of}</span>}
      {safeHref(url) ? <External href={url}>{short}</External> : short}
      {summary && <span class="revision-text">{summaryOf(summary)}</span>}
    </span>
  )
}

/** CodePipeline's Git sources put a JSON document around the message (`{"ProviderType": .., "CommitMessage": ..}`). */
function summaryOf(summary: string): string {
  if (!summary.startsWith('{')) return firstLine(summary)
  try {
    const { CommitMessage: message } = JSON.parse(summary) as Record<string, unknown>
    return firstLine(typeof message === 'string' ? message : summary)
  } catch {
    return firstLine(summary)
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? text
}
