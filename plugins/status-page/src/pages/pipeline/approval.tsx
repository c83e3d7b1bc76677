import type { LiveAction, LiveExecution, PastExecution } from '@penstock/core'
import { Pop, Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, External, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { Commit, shortRevision, summaryOf } from '../../view/revision.js'
import { bytes } from '../../view/size.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import type { Digest } from './digests.js'
import type { Answerable } from './may-answer.js'
import { PeopleTold, type Told } from './told.js'

/** An approval that waits, with what its answer is about. */
export interface Asked {
  readonly execution: LiveExecution
  readonly action: LiveAction
  readonly answerable: Answerable
  /** What later actions will use, by content. */
  readonly digests?: readonly Digest[] | undefined
  /** What its execution would bring beyond what is live, newest first; absent where nothing is live yet. */
  readonly changes?: readonly PastExecution[] | undefined
  /** Who was told of it, oldest first. */
  readonly told?: readonly Told[] | undefined
  /** Whether the reader may have somebody told again. */
  readonly mayTell?: boolean
  /** Where it is live that these changes are compared with. */
  readonly liveIn?: string | undefined
  /** What keeps what comes behind it back, whatever the answer: a stage whose transition is disabled. */
  readonly heldAfter?: string | undefined
}

interface ApprovalProps {
  readonly asked: Asked
  readonly csrf: string
  /** Shows which pipeline it is of, where several stand together. */
  readonly named?: boolean
  /** Where the answer leads back to. */
  readonly back?: string | undefined
}

/** What is asked (A4), with all that the answer is about, and the answer's form (A1). */
export function Approval({ asked, csrf, named, back }: ApprovalProps) {
  const { execution, action } = asked
  const { CustomData: question, ExternalEntityLink: link } = action.approval?.configuration ?? {}
  return (
    // By its id the next approval is drawn anew, and what was typed for this one never becomes its answer.
    <section
      id={`ask-${action.actionExecutionId}`}
      class="wait tone-person"
      aria-label={`${action.actionName} of ${execution.pipelineName}`}
    >
      <header class="wait-head">
        <h3>
          <StateMark state={{ name: 'person', words: `${action.actionName} waits for ${whom(asked)}` }} />
        </h3>
        <span class="quiet">
          {named && (
            <>
              <a href={to.pipeline(execution.pipelineName)}>{execution.pipelineName}</a>,{' '}
            </>
          )}
          execution <ExecutionLink pipeline={execution.pipelineName} id={execution.pipelineExecutionId} />, since{' '}
          <Ago at={action.started} />
        </span>
      </header>
      {question && <p class="approval-question">{question}</p>}
      {link && (
        <p class="break">
          To review: <External href={link}>{link}</External>
        </p>
      )}
      <Changes asked={asked} />
      <Used digests={asked.digests} />
      <Quorum action={action} />
      <PeopleTold
        told={asked.told ?? []}
        csrf={csrf}
        mayRetry={asked.mayTell === true}
        back={back === 'inbox' ? back : execution.pipelineName}
      />
      <Deadline action={action} />
      <Answer asked={asked} csrf={csrf} back={back} />
    </section>
  )
}

function whom({ answerable, action: { approval } }: Asked): string {
  if (answerable === 'yes') return 'you'
  const missing = (approval?.standing?.needed ?? 1) - (approval?.standing?.given.length ?? 0)
  return answerable === 'has approved' && missing === 1
    ? 'one more person'
    : missing > 1
      ? `${missing} people`
      : 'a person'
}

/** Characters of a digest that are shown; the whole one is the element's title. */
const shownDigest = 12

/** What the answer is about, byte by byte: another build of it would be another question (A6). */
function Used({ digests = [] }: Pick<Asked, 'digests'>) {
  if (digests.length === 0) return null
  return (
    <p class="quiet approval-digests">
      What comes after uses{' '}
      {digests.map(({ name, size, sha256, revisionId }, index) => (
        <span key={name}>
          {index > 0 && ', '}
          <strong>{name}</strong>{' '}
          {sha256 ? (
            <code title={`SHA-256 ${sha256}`}>sha256:{sha256.slice(0, shownDigest)}</code>
          ) : (
            <span>{size === undefined ? '(not kept any more)' : '(its digest is being worked out)'}</span>
          )}
          {size !== undefined && ` (${bytes(size)}${revisionId ? `, from ${shortRevision(revisionId)}` : ''})`}
        </span>
      ))}
      .
    </p>
  )
}

/** How many people it takes, who may, and who has (A5). */
function Quorum({ action: { approval } }: { readonly action: LiveAction }) {
  const { needed = 1, of, given = [] } = approval?.standing ?? {}
  if (needed === 1 && !of) return null
  const names = of && ` of ${of.join(', ')}`
  return (
    <div class="approval-quorum">
      <p>
        {needed === 1 ? 'One' : needed}
        {names ?? ' different people'} must approve;{' '}
        {given.length === 0 ? 'nobody has yet' : `${given.length} ${given.length === 1 ? 'has' : 'have'} so far`}.
      </p>
      {given.length > 0 && (
        <ul class="commits">
          {given.map(({ by, at, summary }) => (
            <li key={by}>
              <strong>{personOf(by)}</strong>
              <span class="clip">{summary}</span>
              <span class="quiet">
                <Ago at={at} />
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}

function Deadline({ action: { approval } }: { readonly action: LiveAction }) {
  if (approval?.deadline === undefined) return null
  return (
    <p class="quiet">
      <Icon name="clock" /> Fails when nobody has answered <Ago at={approval.deadline} />.
    </p>
  )
}

/** what lies between what is live and this; without anything live, what it carries. */
function Changes({ asked: { changes, liveIn, execution } }: { readonly asked: Asked }) {
  if (!changes || !liveIn) {
    return (
      <div class="approval-revision">
        {execution.sourceRevisions.map((revision) => (
          <Commit key={revision.actionName} revision={revision} />
        ))}
      </div>
    )
  }
  return (
    <div class="since-live">
      <p class="quiet">
        {changes.length === 0
          ? `${liveIn} already runs what this execution carries.`
          : `New since what ${liveIn} runs:`}
      </p>
      <ol class="commits">
        {changes.flatMap(({ pipelineExecutionId, sourceRevisions }) =>
          sourceRevisions.map((revision) => (
            <li key={`${pipelineExecutionId}/${revision.actionName}`}>
              <External href={revision.revisionUrl}>
                <code>{shortRevision(revision.revisionId)}</code>
              </External>
              <span class="clip" title={revision.revisionSummary}>
                {revision.revisionSummary && summaryOf(revision.revisionSummary)}
              </span>
              <span class="quiet">{revision.author}</span>
            </li>
          )),
        )}
      </ol>
    </div>
  )
}

function Answer({ asked, csrf, back }: Pick<ApprovalProps, 'asked' | 'csrf' | 'back'>) {
  const { execution, action, answerable, heldAfter } = asked
  if (!action.approval) return null
  if (answerable === 'no right')
    return <p class="quiet">You may not answer this approval (codepipeline:PutApprovalResult).</p>
  if (answerable === 'not named') return <p class="quiet">Others are named to answer this approval.</p>
  const address = to.pipeline(
    execution.pipelineName,
    'stages',
    action.stageName,
    'actions',
    action.actionName,
    'approval',
  )
  const hidden = (
    <>
      <input type="hidden" name="token" value={action.approval.token} />
      {back && <input type="hidden" name="back" value={back} />}
    </>
  )
  const about = action.actionExecutionId
  return (
    <div class="approval-answer">
      {answerable === 'has approved' ? (
        <p class="quiet">You have approved; somebody else is to approve as well.</p>
      ) : (
        <Post action={address} csrf={csrf} about={about}>
          {hidden}
          <label>
            Comment <span class="quiet">(optional, kept in the history)</span>
            <textarea name="summary" maxLength={512} rows={2} />
          </label>
          <button type="submit" class="button primary" name="status" value="Approved">
            Approve
          </button>
        </Post>
      )}
      <Pop label="Reject" kind="quiet">
        <Post action={address} csrf={csrf} about={about}>
          {hidden}
          <label>
            Why? <span class="quiet">(whoever wrote it will read this)</span>
            <textarea name="summary" maxLength={512} rows={3} required />
          </label>
          <button type="submit" class="button danger" name="status" value="Rejected">
            Reject
          </button>
        </Post>
      </Pop>
      {heldAfter && <p class="quiet">{heldAfter} stays held after it: its transition is disabled.</p>}
    </div>
  )
}
