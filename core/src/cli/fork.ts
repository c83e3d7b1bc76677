import { defined } from '../domain/defined.js'
import { withClient } from './api/connect.js'
import { CommandFailed, print, table } from './output.js'
import { clean } from './terminal/clean.js'
import { ago } from './terminal/time.js'
import type { VerbOptions } from './verbs/options.js'

/** `penstock fork list [PIPELINE]`: pull requests from forks that wait for somebody's word. */
export async function listForks(pipelineName: string | undefined, options: VerbOptions): Promise<void> {
  const { pullRequests } = await withClient(options, (client) => client.listForkPullRequests(defined({ pipelineName })))
  print(options.output, pullRequests, () => {
    if (pullRequests.length === 0) return ['nothing waits']
    return table([
      ['PIPELINE', 'COMMIT', 'FORK', 'BRANCH', 'AUTHOR', 'ASKED', 'WHAT'],
      ...pullRequests.map((one) => [
        one.pipelineName,
        one.revisionId.slice(0, 12),
        clean(one.repository),
        clean(one.branch ?? ''),
        clean(`${one.author ?? ''}${one.authorAssociation ? ` (${one.authorAssociation})` : ''}`),
        ago(one.asked, Date.now()),
        clean(one.revisionSummary ?? ''),
      ]),
    ])
  })
}

/** `penstock fork approve|reject PIPELINE COMMIT`: the beginning of the commit that was looked at. Errors: CommandFailed. */
export async function answerFork(
  answer: 'approve' | 'reject',
  pipelineName: string,
  commit: string,
  options: VerbOptions,
): Promise<void> {
  await withClient(options, async (client) => {
    const { pullRequests } = await client.listForkPullRequests({ pipelineName })
    const found = pullRequests.filter(({ revisionId }) => revisionId.startsWith(commit))
    const [only, another] = found
    if (!only || commit.length < 7)
      throw new CommandFailed(`no pull request from a fork waits with the commit ${commit} (seven digits at least)`)
    if (another) throw new CommandFailed(`several wait whose commits begin with ${commit}: give more digits`)
    const input = { pipelineName, actionName: only.actionName, revisionId: only.revisionId }
    const done =
      answer === 'approve' ? await client.approveForkPullRequest(input) : await client.rejectForkPullRequest(input)
    print(options.output, { ...input, ...done }, () => [
      `${only.revisionId.slice(0, 12)} of ${clean(only.repository)} ${answer === 'approve' ? 'runs, without secrets' : 'is forgotten'}`,
    ])
  })
}
