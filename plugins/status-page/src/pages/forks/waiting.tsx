import type { OperationOutput, PrincipalOperations } from '@penstock/core'
import { Post } from '../../view/form.js'
import { External, to } from '../../view/link.js'
import { shortRevision, summaryOf } from '../../view/revision.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'

type PullRequest = OperationOutput<'listForkPullRequests'>['pullRequests'][number]

/** A pull request from a fork that waits, and whether the reader may answer. */
export interface WaitingFork {
  readonly request: PullRequest
  readonly mayAnswer: boolean
}

/** All that the reader may see, those that it may answer first. */
export async function loadForks(operations: PrincipalOperations): Promise<WaitingFork[]> {
  const { pullRequests } = await operations.listForkPullRequests({})
  const forks = pullRequests.map((request) => ({
    request,
    mayAnswer: operations.may('approveForkPullRequest', request),
  }))
  return forks.sort((a, b) => Number(b.mayAnswer) - Number(a.mayAnswer))
}

/** Whose code it is, which commit would run, and the two answers. */
export function Fork({ fork, csrf }: { readonly fork: WaitingFork; readonly csrf: string }) {
  const { request, mayAnswer } = fork
  const { pipelineName, actionName, repository, branch, targetBranch, author, authorAssociation, revisionId } = request
  return (
    <section
      id={`fork-${pipelineName}-${actionName}-${revisionId}`}
      class="wait tone-person"
      aria-label={`Pull request from ${repository} for ${pipelineName}`}
    >
      <header class="wait-head">
        <h3>
          <StateMark
            state={{ name: 'person', words: `A pull request from a fork waits for ${mayAnswer ? 'you' : 'a person'}` }}
          />
        </h3>
        <span class="quiet">
          <a href={to.pipeline(pipelineName)}>{pipelineName}</a>, {actionName}, since <Ago at={request.asked} />
        </span>
      </header>
      <p class="break">
        <code>{repository}</code>
        {branch && <> {branch}</>}
        {targetBranch && <> into {targetBranch}</>}
        {author && <>, by {author}</>}
        {authorAssociation && <span class="quiet"> ({authorAssociation.toLowerCase().replaceAll('_', ' ')})</span>}
      </p>
      <p class="break">
        <External href={request.revisionUrl}>
          <code title={revisionId}>{shortRevision(revisionId)}</code>
        </External>{' '}
        {request.revisionSummary && summaryOf(request.revisionSummary)}
      </p>
      <p class="quiet">
        Just this commit would run, without secrets and without a cache that other builds read. A new push asks again.
      </p>
      {mayAnswer ? (
        <div class="buttons">
          <Answer to="approve" fork={request} csrf={csrf} />
          <Answer to="reject" fork={request} csrf={csrf} />
        </div>
      ) : (
        <p class="quiet">You may not answer (codepipeline:StartPipelineExecution).</p>
      )}
    </section>
  )
}

interface AnswerProps {
  readonly to: 'approve' | 'reject'
  readonly fork: PullRequest
  readonly csrf: string
}

function Answer({ to: answer, fork: { pipelineName, actionName, revisionId }, csrf }: AnswerProps) {
  return (
    <Post action={to.pipeline(pipelineName, 'forks', actionName, answer)} csrf={csrf}>
      <input type="hidden" name="commit" value={revisionId} />
      <button type="submit" class={answer === 'approve' ? 'button primary' : 'button'}>
        {answer === 'approve' ? `Run ${shortRevision(revisionId)}` : 'Reject'}
      </button>
    </Post>
  )
}
