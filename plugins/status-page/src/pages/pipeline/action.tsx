import type { ActionDeclaration, Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { External, to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { Status, toneOf } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { Approval } from './approval.js'

interface ActionProps {
  readonly pipeline: string
  readonly stage: string
  readonly declaration: ActionDeclaration
  readonly state: Views.ActionState | undefined
  /** The run that the state speaks of, where it is among the newest. */
  readonly run: Views.ActionExecutionDetail | undefined
  /** The execution inside the stage, to tell when the state is of an older one. */
  readonly current: string | undefined
  readonly csrf: string
  readonly mayApprove: boolean
}

/** One action: what it is, how it stands, and the ways to its details, its log and the system that does it. */
export function Action(props: ActionProps) {
  const { declaration, state, run, current } = props
  const latest = state?.latestExecution
  const older = run !== undefined && current !== undefined && run.pipelineExecutionId !== current
  const pending = declaration.actionTypeId.category === 'Approval' && latest?.status === 'InProgress' && !older
  const status = pending ? 'Approval' : latest?.status
  return (
    <li class={`action tone-${toneOf(status)}${older ? ' older' : ''}`}>
      <div class="action-head">
        <h3>{declaration.name}</h3>
        <Provider declaration={declaration} entityUrl={state?.entityUrl} />
      </div>
      <div class="action-state">
        <Status status={status} />
        <When latest={latest} run={run} />
      </div>
      {older && <p class="quiet">From an earlier execution; not run in this one yet.</p>}
      <Progress latest={latest} name={declaration.name} />
      <Says latest={latest} state={state} />
      {pending && <Approval {...props} token={latest?.token} />}
      <Links {...props} />
    </li>
  )
}

function Provider({ declaration, entityUrl }: { declaration: ActionDeclaration; entityUrl: string | undefined }) {
  const { category, provider } = declaration.actionTypeId
  return (
    <p class="provider">
      <span class="category">{category}</span>
      {entityUrl ? <External href={entityUrl}>{provider}</External> : provider}
    </p>
  )
}

function When({ latest, run }: Pick<ActionProps, 'run'> & { latest: Views.ActionExecution | undefined }) {
  if (!latest?.lastStatusChange) return null
  if (latest.status === 'InProgress' && run) {
    return (
      <span class="quiet" data-since={Number(run.startTime)}>
        since <Ago at={run.startTime} />
      </span>
    )
  }
  return (
    <span class="quiet">
      <Ago at={latest.lastStatusChange} />
      {run && ` · took ${duration(Number(run.lastUpdateTime) - Number(run.startTime))}`}
    </span>
  )
}

function Progress({ latest, name }: { latest: Views.ActionExecution | undefined; name: string }) {
  if (latest?.status !== 'InProgress' || latest.percentComplete === undefined) return null
  return (
    <p class="progress">
      <progress value={latest.percentComplete} max={100} aria-label={`Progress of ${name}`} />
      <span>{latest.percentComplete} %</span>
    </p>
  )
}

function Says({ latest, state }: { latest: Views.ActionExecution | undefined; state: Views.ActionState | undefined }) {
  const error = latest?.status === 'InProgress' ? undefined : latest?.errorDetails
  return (
    <>
      {state?.currentRevision && (
        <Revision id={state.currentRevision.revisionId} summary={latest?.summary} url={state.revisionUrl} />
      )}
      {!state?.currentRevision && latest?.summary && latest.summary !== error?.message && (
        <p class="summary">{latest.summary}</p>
      )}
      {error && (
        <p class="error-text">
          {error.code && <code>{error.code}</code>} {error.message}
        </p>
      )}
    </>
  )
}

function Links({ declaration, state, pipeline }: ActionProps) {
  const latest = state?.latestExecution
  const id = latest?.actionExecutionId
  if (!id) return null
  const { name, actionTypeId } = declaration
  return (
    <p class="action-links">
      <a href={to.action(pipeline, id)}>
        Details<span class="sr"> of {name}</span>
      </a>
      {actionTypeId.category !== 'Approval' && (
        <a href={to.action(pipeline, id, 'log')}>
          <Icon name="log" />
          Log<span class="sr"> of {name}</span>
        </a>
      )}
      {latest?.externalExecutionUrl && (
        <External href={latest.externalExecutionUrl}>{latest.externalExecutionId ?? actionTypeId.provider}</External>
      )}
    </p>
  )
}
