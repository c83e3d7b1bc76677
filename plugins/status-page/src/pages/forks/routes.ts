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
    const operations = operationsOf(ctx, site)
    await operations.authorize('approveForkPullRequest', commit)
    await act(ctx, '/inbox', `${shortRevision(commit.revisionId)} runs, without secrets.`, () =>
      operations.approveForkPullRequest(commit),
    )
  })
  router.post(`${at}/reject`, async (ctx: Ctx) => {
    const commit = commitOf(ctx)
    const operations = operationsOf(ctx, site)
    await operations.authorize('rejectForkPullRequest', commit)
    await act(ctx, '/inbox', `${shortRevision(commit.revisionId)} is forgotten; a new push asks again.`, () =>
      operations.rejectForkPullRequest(commit),
    )
  })
}
