/** GitLab's REST API, version 4: merge requests. */
import { defined, type PollContext } from '@penstock/core'
import type { OpenPullRequests, PullRequest, PullRequestApi } from '@penstock/core/git'
import { ask, type Forge, type Json, listOf, pageLimit, pageSize, record, text } from './forge.js'

export function gitlabMergeRequests(forge: Forge): PullRequestApi {
  const requests = `/projects/${encodeURIComponent(forge.repository)}/merge_requests`
  return {
    open: (ctx, etag) => open(forge, requests, ctx, etag),
    async closed(ctx, number) {
      const answer = await ask(forge, `${requests}/${number}`, ctx)
      if (answer.status === 404) return undefined
      const request = record(answer.json())
      return request.state === 'merged' || request.state === 'closed' ? mergeRequest(request) : undefined
    },
    async files(ctx, number) {
      const answer = await ask(forge, `${requests}/${number}/diffs?per_page=${pageSize}`, ctx)
      const paths = listOf(forge, answer).flatMap(({ new_path, old_path }) =>
        [new_path, old_path].flatMap((path) => text(path) ?? []),
      )
      return [...new Set(paths)]
    },
  }
}

async function open(
  forge: Forge,
  requests: string,
  ctx: PollContext,
  etag: string | undefined,
): Promise<OpenPullRequests | 'unchanged'> {
  const list: PullRequest[] = []
  for (let page = 1; page <= pageLimit; page++) {
    const query = `state=opened&per_page=${pageSize}&page=${page}`
    const answer = await ask(forge, `${requests}?${query}`, ctx, page === 1 ? etag : undefined)
    if (answer.status === 304) return 'unchanged'
    list.push(...listOf(forge, answer).flatMap((row) => mergeRequest(row) ?? []))
    const more = text(answer.headers['x-next-page']) !== undefined
    if (!more) return { list, complete: true, ...(page === 1 ? defined({ etag: answer.headers.etag }) : {}) }
  }
  return { list, complete: false }
}

/** `undefined` for one without commits. A merged one is the commit that the target branch got, however it was merged. */
function mergeRequest(request: Json): PullRequest | undefined {
  const landed = text(request.merge_commit_sha) ?? text(request.squash_commit_sha)
  const commit = (request.state === 'merged' ? landed : undefined) ?? text(request.sha)
  const targetBranch = text(request.target_branch)
  const { source_project_id: from, target_project_id: into } = request
  // Projects are told by number only; one that is gone has none.
  const strange = request.state !== 'merged' && (from !== into || typeof from !== 'number')
  const fork = strange ? (typeof from === 'number' ? { repository: `project ${from}` } : {}) : undefined
  if (typeof request.iid !== 'number' || commit === undefined || targetBranch === undefined) return undefined
  return {
    number: request.iid,
    commit,
    targetBranch,
    ...defined({
      branch: text(request.source_branch),
      base: text(record(request.diff_refs).base_sha),
      title: text(request.title),
      url: text(request.web_url),
      author: text(record(request.author).username),
      fork,
    }),
  }
}
