/** Pull requests from forks that wait for somebody's word. Who may start a pipeline may give it. */
import { structure, text } from '../shape/shape.js'
import { operation } from './operation.js'
import { getPipelineState } from './pipelines.js'
import { actionName, pipelineName } from './shapes/names.js'

const revisionId = text({ min: 1, max: 1500 })

/** Those that wait, oldest first: of one pipeline, or of all whose state the caller may see. */
export const listForkPullRequests = operation({
  name: 'ListForkPullRequests',
  service: 'penstock',
  action: 'codepipeline:ListPipelines',
  input: structure({}, { pipelineName }),
  resource: (_, arns) => arns.everything(),
  async run({ forks, may }, by, { pipelineName: only }) {
    const waiting = (await forks.list(only)).filter(({ pipelineName: name }) => may(by, getPipelineState, { name }))
    return {
      pullRequests: waiting.map(({ pipelineName, actionName, asked, revision }) => ({
        pipelineName,
        actionName,
        asked: new Date(asked),
        revisionId: revision.revisionId,
        repository: revision.event?.fork?.repository ?? '',
        ...(revision.event?.fork?.association ? { authorAssociation: revision.event.fork.association } : {}),
        ...(revision.event?.branch ? { branch: revision.event.branch } : {}),
        ...(revision.event?.targetBranch ? { targetBranch: revision.event.targetBranch } : {}),
        ...(revision.author ? { author: revision.author } : {}),
        ...(revision.revisionSummary ? { revisionSummary: revision.revisionSummary } : {}),
        ...(revision.revisionUrl ? { revisionUrl: revision.revisionUrl } : {}),
      })),
    }
  },
})

/** Starts an execution with just this commit, without secrets; a new push asks again. Errors: ResourceNotFoundException. */
export const approveForkPullRequest = operation({
  name: 'ApproveForkPullRequest',
  service: 'penstock',
  action: 'codepipeline:StartPipelineExecution',
  input: structure({ pipelineName, actionName, revisionId }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  changes: true,
  run: ({ forks }, by, input) => forks.approve(by, input),
})

/** Forgets a commit that waits. Errors: ResourceNotFoundException. */
export const rejectForkPullRequest = operation({
  name: 'RejectForkPullRequest',
  service: 'penstock',
  action: 'codepipeline:StartPipelineExecution',
  input: structure({ pipelineName, actionName, revisionId }),
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  changes: true,
  run: ({ forks }, _by, input) => forks.reject(input),
})
