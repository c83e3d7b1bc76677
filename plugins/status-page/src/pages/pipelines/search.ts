import type { PipelineStanding } from '@penstock/core'
import { type State, stateWords } from '../../view/state.js'

/** What is searched for, taken apart: `state:failed tag:team=web author:ada commit:4939 words`. */
export interface Search {
  readonly words: readonly string[]
  readonly states: readonly string[]
  readonly tags: readonly string[]
  readonly authors: readonly string[]
  readonly commits: readonly string[]
}

/** All of it counts, whatever the case. A prefix that is none of the four is part of a word. */
export function parseSearch(text: string): Search {
  const parts = text.toLowerCase().split(/\s+/).filter(Boolean)
  const of = (prefix: string) =>
    parts
      .filter((part) => part.startsWith(prefix))
      .map((part) => part.slice(prefix.length))
      .filter(Boolean)
  return {
    states: of('state:'),
    tags: of('tag:'),
    authors: of('author:'),
    commits: of('commit:'),
    words: parts.filter((part) => !/^(state|tag|author|commit):/.test(part)),
  }
}

/** Whether a pipeline is meant. Words are looked for in name, tags, state, revisions and their authors. */
export function matches(search: Search, standing: PipelineStanding, state: State): boolean {
  const tags = Object.entries(standing.tags).map(([key, value]) => `${key}=${value}`.toLowerCase())
  const executions = [...standing.live, ...(standing.latest ? [standing.latest] : [])]
  const revisions = executions.flatMap(({ sourceRevisions }) => sourceRevisions)
  const authors = revisions.map(({ author }) => (author ?? '').toLowerCase())
  const commits = revisions.map(({ revisionId }) => revisionId.toLowerCase())
  const said = [state.name, stateWords[state.name], state.words].map((text) => text.toLowerCase())
  const texts = [
    standing.name.toLowerCase(),
    ...tags,
    ...said,
    ...authors,
    ...revisions.map(({ revisionSummary }) => (revisionSummary ?? '').toLowerCase()),
    ...executions.map(({ pipelineExecutionId }) => pipelineExecutionId),
  ]
  const holds = (list: readonly string[], part: string) => list.some((text) => text.includes(part))
  return (
    search.states.every((part) => holds(said, part)) &&
    search.tags.every((part) => tags.some((tag) => tag === part || tag.split('=').includes(part))) &&
    search.authors.every((part) => holds(authors, part)) &&
    search.commits.every((part) => commits.some((id) => id.startsWith(part))) &&
    search.words.every((part) => holds(texts, part) || commits.some((id) => id.startsWith(part)))
  )
}
