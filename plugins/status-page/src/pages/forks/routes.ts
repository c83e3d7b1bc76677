import { act } from '../../http/act.js'
import { type Ctx, field, operationsOf, type PageRouter, param, type Site } from '../../site.js'
import { shortRevision } from '../../view/revision.js'

/** Somebody's word on a pull request from a fork: for the commit that was looked at, and for no other. */
export function forkRoutes(router: PageRouter, site: Site): void {
  const at = '/pipelines/:name/forks/:action'
  const commitOf = (ctx: Ctx) => ({
    pipelineName: param(ctx, 'name'),
    actionName: param(ctx, 'action'),
    revisionId: field(ctx, 'commit'),
  })
  router.post(`${at}/approve`, async (ctx: Ctx) => {
    const commit = commitOf(ctx)
    await act(ctx, '/inbox', `${shortRevision(commit.revisionId)} runs, without secrets.`, () =>
      operationsOf(ctx, site).approveForkPullRequest(commit),
    )
  })
  router.post(`${at}/reject`, async (ctx: Ctx) => {
    const commit = commitOf(ctx)
    await act(ctx, '/inbox', `${shortRevision(commit.revisionId)} is forgotten; a new push asks again.`, () =>
      operationsOf(ctx, site).rejectForkPullRequest(commit),
    )
  })
}
