/** GitHub's REST API, version 2022-11-28, and Gitea's and Forgejo's, which are made like it. */
import { defined, forkOf, type PollContext } from '@penstock/core'
import type { OpenPullRequests, PullRequest, PullRequestApi } from '@penstock/core/git'
import { ask, type Forge, type Json, listOf, pageLimit, pageSize, record, text } from './forge.js'

/** Gitea calls the size of a page `limit`; each ignores the other's word. */
const sized = `per_page=${pageSize}&limit=${pageSize}`

export function githubPullRequests(forge: Forge): PullRequestApi {
  const pulls = `/repos/${forge.repository.split('/').map(encodeURIComponent).join('/')}/pulls`
  return {
    open: (ctx, etag) => open(forge, pulls, ctx, etag),
    async closed(ctx, number) {
      const answer = await ask(forge, `${pulls}/${number}`, ctx)
      if (answer.status === 404) return undefined
      const pull = record(answer.json())
      return pull.state === 'closed' ? pullRequest(pull, pull.merged === true) : undefined
    },
    async files(ctx, number) {
      const answer = await ask(forge, `${pulls}/${number}/files?${sized}`, ctx)
      return listOf(forge, answer).flatMap(({ filename, previous_filename }) =>
        [filename, previous_filename].flatMap((path) => text(path) ?? []),
      )
    },
  }
}

async function open(
  forge: Forge,
  pulls: string,
  ctx: PollContext,
  etag: string | undefined,
): Promise<OpenPullRequests | 'unchanged'> {
  const list: PullRequest[] = []
  let newEtag: string | undefined
  for (let page = 1; page <= pageLimit; page++) {
    const answer = await ask(forge, `${pulls}?state=open&${sized}&page=${page}`, ctx, page === 1 ? etag : undefined)
    if (answer.status === 304) return 'unchanged'
    const rows = listOf(forge, answer)
    list.push(...rows.flatMap((row) => pullRequest(row, false) ?? []))
    // The first page's tag says nothing of what is on later ones.
    if (page === 1) newEtag = answer.headers.etag
    if (!hasNext(answer.headers.link))
      return { list, complete: true, ...(page === 1 ? defined({ etag: newEtag }) : {}) }
  }
  return { list, complete: false }
}

function hasNext(link: string | undefined): boolean {
  return link?.includes('rel="next"') === true
}

/** `undefined` for one without commits, whose branch is gone. */
function pullRequest(pull: Json, merged: boolean): PullRequest | undefined {
  const [head, base] = [record(pull.head), record(pull.base)]
  const commit = (merged ? text(pull.merge_commit_sha) : undefined) ?? text(head.sha)
  const targetBranch = text(base.ref)
  if (typeof pull.number !== 'number' || commit === undefined || targetBranch === undefined) return undefined
  return {
    number: pull.number,
    commit,
    targetBranch,
    ...defined({
      branch: text(head.ref),
      base: text(base.sha),
      title: text(pull.title),
      url: text(pull.html_url),
      author: text(record(pull.user).login),
    }),
    // What was merged is the target branch's own.
    ...(merged ? {} : forkOf(pull)),
  }
}
