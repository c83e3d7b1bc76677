import type { SourceRevision } from '@penstock/core'
import { Icon } from './icons.js'
import { External, safeHref } from './link.js'

/** A revision in two lines: what it says of itself, then its id and its author. `more` others came with it. */
export function Commit({
  revision,
  more = 0,
}: {
  readonly revision: SourceRevision | undefined
  readonly more?: number
}) {
  if (!revision) return null
  const { revisionId, revisionSummary, revisionUrl, author } = revision
  const text = revisionSummary === undefined ? '' : summaryOf(revisionSummary)
  return (
    <>
      <p class="clip" title={text}>
        {text || revisionId}
      </p>
      <p class="clip quiet">
        {safeHref(revisionUrl) ? (
          <External href={revisionUrl}>
            <code title={revisionId}>{shortRevision(revisionId)}</code>
          </External>
        ) : (
          <code title={revisionId}>{shortRevision(revisionId)}</code>
        )}
        {author && ` ${author}`}
        {more > 0 && ` and ${more} more`}
      </p>
    </>
  )
}

/** The first eight characters of a commit's id; short versions as they are. */
export function shortRevision(id: string): string {
  return id.length > 12 ? id.slice(0, 8) : id
}

interface RevisionProps {
  readonly id: string | undefined
  readonly summary?: string | undefined
  readonly url?: string | undefined
  /** The source action or artifact it belongs to, where there are several. */
  readonly of?: string | undefined
  readonly author?: string | undefined
}

/** A commit or object version: its short id, linked where it has an address, and what it says of itself. */
export function Revision({ id, summary, url, of, author }: RevisionProps) {
  if (!id) return null
  const short = <code title={id}>{shortRevision(id)}</code>
  return (
    <span class="revision">
      <Icon name="commit" />
      {of && <span class="revision-of">{of}</span>}
      {safeHref(url) ? <External href={url}>{short}</External> : short}
      {summary && <span class="revision-text">{summaryOf(summary)}</span>}
      {author && <span class="quiet revision-author">{author}</span>}
    </span>
  )
}

/** CodePipeline's Git sources put a JSON document around the message (`{"ProviderType": .., "CommitMessage": ..}`). */
export function summaryOf(summary: string): string {
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
