import type { Views } from '@penstock/core'
import type { Excerpt } from '../../log/excerpt.js'
import { Lines } from '../../log/lines.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import { Approval, type Asked } from './approval.js'
import type { PipelineModel } from './model.js'
import { Retry } from './retry.js'
import { aboutThis } from './told.js'
import { newerThan } from './truth.js'

interface WaitsProps {
  readonly model: PipelineModel
  readonly csrf: string
}

/** What needs somebody, before all else: approvals, then what failed with the lines that say why. */
export function Waits({ model, csrf }: WaitsProps) {
  const asked = askedOf(model)
  const failed = failuresOf(model)
  if (asked.length + failed.length === 0) return <News model={model} />
  return (
    <section class="waits" aria-label="What needs somebody">
      <News model={model} />
      {asked.map((one) => (
        <Approval key={one.action.actionExecutionId} asked={one} csrf={csrf} />
      ))}
      {failed.map((failure) => (
        <Failed key={failure.id} model={model} failure={failure} csrf={csrf} />
      ))}
    </section>
  )
}

/** Answers that are told of. */
const mostNews = 5

/** what became of approvals, for whoever was still typing an answer when somebody else gave theirs. */
function News({ model: { runs } }: Pick<WaitsProps, 'model'>) {
  const answered = [...runs.values()].filter(
    ({ status, input }) => input.actionTypeId.category === 'Approval' && status !== 'InProgress',
  )
  return (
    <>
      {answered.slice(0, mostNews).map(({ actionExecutionId, actionName, status, updatedBy, output }) => (
        <p key={actionExecutionId} hidden data-news={actionExecutionId}>
          {actionName}: {status === 'Succeeded' ? 'approved' : 'rejected'}
          {updatedBy && ` by ${personOf(updatedBy)}`}
          {output?.executionResult?.externalExecutionSummary && `: ${output.executionResult.externalExecutionSummary}`}
        </p>
      ))}
    </>
  )
}

/** The pipeline's approvals with what each is about. */
export function askedOf(model: PipelineModel): Asked[] {
  const { standing, declaration, deployed, past, stages } = model
  return standing.live.flatMap((execution) =>
    execution.actions
      .filter(({ approval }) => approval)
      .map((action) => {
        const at = declaration.stages.findIndex(({ name }) => name === action.stageName)
        const behind = declaration.stages.slice(at + 1).map(({ name }) => name)
        const live = deployed.find(({ stageName }) => behind.includes(stageName))
        const held = stages.stageStates.find(
          ({ stageName, inboundTransitionState }) => stageName === behind[0] && !inboundTransitionState.enabled,
        )
        return {
          execution,
          action,
          answerable: model.may.approve(action),
          digests: model.digests.get(action.actionExecutionId),
          told: aboutThis(model.told, execution, action),
          mayTell: model.may.tell,
          ...(live && {
            liveIn: live.stageName,
            changes: newerThan(past, live.execution).filter(({ started }) => started <= execution.started),
          }),
          heldAfter: held?.stageName,
        }
      }),
  )
}

interface Failure {
  readonly id: string
  readonly stage: string
  readonly action: string
  readonly execution: string
  readonly latest: Views.ActionExecution
  readonly attempt: number
  /** Its stage has ended, so that it can be retried. */
  readonly ended: boolean
}

/** Actions whose last run failed, of the execution that is still in their stage. */
function failuresOf({ stages, runs }: PipelineModel): Failure[] {
  return stages.stageStates.flatMap(({ stageName, latestExecution, actionStates }) => {
    if (!latestExecution) return []
    const ended = latestExecution.status === 'Failed' || latestExecution.status === 'Stopped'
    return actionStates.flatMap(({ actionName, latestExecution: latest }) => {
      const id = latest?.actionExecutionId
      if (!latest || !id || latest.status !== 'Failed') return []
      const run = runs.get(id)
      if (run && run.pipelineExecutionId !== latestExecution.pipelineExecutionId) return []
      const same = [...runs.values()].filter(
        (one) =>
          one.actionName === actionName &&
          one.stageName === stageName &&
          one.pipelineExecutionId === latestExecution.pipelineExecutionId,
      )
      const execution = latestExecution.pipelineExecutionId
      return [{ id, stage: stageName, action: actionName, execution, latest, attempt: Math.max(1, same.length), ended }]
    })
  })
}

function Failed({ model, failure, csrf }: WaitsProps & { readonly failure: Failure }) {
  const { id, stage, action, execution, latest, attempt, ended } = failure
  const excerpt = model.excerpts.get(id)
  const rejected = latest.errorDetails?.code === 'Rejected'
  const words = rejected ? `${action} was rejected` : `${action} failed in ${stage}`
  return (
    <section class="wait tone-failed" aria-label={words}>
      <header class="wait-head">
        <h3>
          <StateMark state={{ name: 'failed', words }} />
        </h3>
        <span class="quiet">
          {attempt > 1 && `attempt ${attempt}, `}
          <Ago at={latest.lastStatusChange} />
        </span>
      </header>
      <ErrorText latest={latest} excerpt={excerpt} />
      {excerpt && <Excerpted excerpt={excerpt} log={to.action(model.name, id, 'log')} />}
      <div class="buttons">
        {ended && model.may.retry(stage) && (
          <Retry pipeline={model.name} stage={stage} execution={execution} csrf={csrf} />
        )}
        <a class="button quiet" href={to.action(model.name, id)} data-panel>
          Details<span class="sr"> of {action}</span>
        </a>
      </div>
    </section>
  )
}

/** what the worker says, without a script's first line and its colours, when the log says it better. */
function ErrorText({
  latest,
  excerpt,
}: {
  readonly latest: Views.ActionExecution
  readonly excerpt: Excerpt | undefined
}) {
  const { errorDetails: error } = latest
  if (!error?.message) return null
  const message = withoutEscapes(error.message)
  const code = /failed with (exit code \d+)$/.exec(message)?.[1]
  if (code && excerpt) return <p class="quiet">The command ended with {code}.</p>
  return (
    <p class="error-text">
      {error.code && error.code !== 'Rejected' && <code>{error.code}</code>} {message}
    </p>
  )
}

/** Colours that a message carries for terminals say nothing on a page; nor do they as a shell writes them. */
export function withoutEscapes(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what is looked for
  return text.replace(/(\u001b|\\033|\\e|\\x1b)\[[0-9;]*m/gi, '')
}

/** The lines, of which one is marked, and the way to them. */
export function Excerpted({ excerpt, log }: { readonly excerpt: Excerpt; readonly log: string }) {
  return (
    <div class="excerpt">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section class="excerpt-lines" tabIndex={0} aria-label="Last lines of the log">
        <Lines lines={excerpt.lines} find={undefined} target={excerpt.marked} base={log} />
      </section>
      <a href={`${log}?line=${excerpt.marked}#L${excerpt.marked}`}>
        <Icon name="log" />
        Open the log at line {excerpt.marked}
      </a>
    </div>
  )
}
