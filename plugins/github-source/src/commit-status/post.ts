/** Statuses as GitHub's, GitLab's and Gitea's REST APIs take them. */
import { defined, NotDeliverable, type PostAnswer, postOnce } from '@penstock/core'
import { apiAt, type ForgeKind } from '../pull-requests/choose-api.js'
import type { StatusPlace } from './place.js'

/** How an execution goes, as commits show it. */
export interface CommitStatus {
  /** Penstock's. */
  readonly status: string
  /** `penstock/site`. */
  readonly context: string
  readonly description: string
  readonly link?: string
}

type State = 'running' | 'good' | 'bad' | 'ended'

const words: Readonly<Record<ForgeKind, Readonly<Record<State, string>>>> = {
  github: { running: 'pending', good: 'success', bad: 'failure', ended: 'error' },
  gitea: { running: 'pending', good: 'success', bad: 'failure', ended: 'error' },
  gitlab: { running: 'running', good: 'success', bad: 'failed', ended: 'canceled' },
}

/** `ended` is what was stopped, superseded or cancelled: neither good nor bad. */
function stateOf(status: string): State {
  if (status === 'InProgress' || status === 'Stopping') return 'running'
  if (status === 'Succeeded') return 'good'
  return status === 'Failed' ? 'bad' : 'ended'
}

/** Errors: what the server answered, without the token; a NotDeliverable when it does not have the commit. */
export async function postStatus(
  place: StatusPlace,
  commit: string,
  status: CommitStatus,
  ca: string | undefined,
): Promise<void> {
  const { server, kind, token } = place
  const answer = await postOnce({
    url: `${apiAt(server, kind)}${pathOf(place, commit)}`,
    headers: { authorization: `Bearer ${token}`, accept: 'application/json' },
    body: JSON.stringify(bodyOf(kind, status)),
    ...defined({ ca }),
  })
  judge(answer, place)
}

function pathOf({ kind, repository }: StatusPlace, commit: string): string {
  if (kind === 'gitlab') return `/projects/${encodeURIComponent(repository)}/statuses/${commit}`
  return `/repos/${repository.split('/').map(encodeURIComponent).join('/')}/statuses/${commit}`
}

function bodyOf(kind: ForgeKind, { status, context, description, link }: CommitStatus) {
  const state = words[kind][stateOf(status)]
  // GitHub takes 140 characters.
  const told = description.length <= 140 ? description : `${description.slice(0, 139)}…`
  const common = { state, description: told, ...defined({ target_url: link }) }
  return kind === 'gitlab' ? { ...common, name: context } : { ...common, context }
}

function judge({ status, text, retryAfterMs }: PostAnswer, { server, kind, repository }: StatusPlace): void {
  if (status >= 200 && status < 300) return
  // GitLab refuses a state that a status has already: what was to be told is there.
  if (kind === 'gitlab' && status === 400 && text.includes('Cannot transition status')) return
  const { host } = new URL(server)
  if (status === 422) throw new NotDeliverable(`${host} does not have the commit in ${repository} (422)`)
  const remedy = [401, 403, 404].includes(status) ? `: ${rights[kind]}` : ''
  throw Object.assign(new Error(`${host} answered ${status} for a status in ${repository}${remedy}`), { retryAfterMs })
}

const rights: Readonly<Record<ForgeKind, string>> = {
  github: 'the token needs the right to write commit statuses (repo:status) there',
  gitea: 'the token needs write:repository there',
  gitlab: 'the token needs the scope api and the role Developer there',
}
