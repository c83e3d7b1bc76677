import type { ActionDeclaration, LiveAction, Views } from '@penstock/core'
import { Icon } from '../../view/icons.js'
import { External, to } from '../../view/link.js'
import { personOf } from '../../view/person.js'
import { Revision } from '../../view/revision.js'
import { actionState, stateOfStatus } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { withoutEscapes } from './waits.js'

interface ActionProps {
  readonly pipeline: string
  readonly stage: string
  readonly declaration: ActionDeclaration
  readonly state: Views.ActionState | undefined
  /** The run that the state speaks of, where it is among the newest. */
  readonly run: Views.ActionExecutionDetail | undefined
  /** The execution inside the stage, to tell when the state is of an older one. */
  readonly current: string | undefined
  /** What lives of it. */
  readonly living: LiveAction | undefined
  /** How long it takes as a rule, milliseconds. */
  readonly usual: number | undefined
  readonly now: number
}

/** One action: what it is, how it stands, and the ways to its details, its log and the system that does it. */
export function Action(props: ActionProps) {
  const { declaration, state, run, current, living, usual, now } = props
  const latest = state?.latestExecution
  const older = run !== undefined && current !== undefined && run.pipelineExecutionId !== current
  const shown = living ? actionState(living, now, usual) : stateOfStatus(latest?.status)
  return (
    <li class={`action tone-${shown.name}${older ? ' older' : ''}`}>
      <div class="action-head">
        <h3>{declaration.name}</h3>
        <Provider declaration={declaration} entityUrl={state?.entityUrl} />
      </div>
      <div class="action-state">
        <StateMark state={shown} quiet />
        {shown.detail && <span class="quiet">{shown.detail}</span>}
        <When latest={latest} run={run} living={living} />
      </div>
      {older && <p class="quiet">From an earlier execution; not run in this one yet.</p>}
      <Progress latest={latest} name={declaration.name} />
      {declaration.actionTypeId.category === 'Approval' ? (
        <Answered latest={latest} />
      ) : (
        <Says latest={latest} state={state} />
      )}
      {living?.approval && (
        <p>
          <a href="#waits">What is asked, and the answer</a>
        </p>
      )}
      <Declared declaration={declaration} />
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

type Latest = { readonly latest: Views.ActionExecution | undefined }

/** C3: what waits is no work, so that only what worked has taken any time. */
function When({ latest, run, living }: Pick<ActionProps, 'run' | 'living'> & Latest) {
  if (!latest?.lastStatusChange) return null
  if (latest.status === 'InProgress') {
    const since = living?.workStarted ?? living?.started ?? run?.startTime
    return (
      <span class="quiet">
        since <Ago at={since} />
      </span>
    )
  }
  return (
    <span class="quiet">
      <Ago at={latest.lastStatusChange} />
      {run && `, took ${duration(Number(run.lastUpdateTime) - Number(run.startTime))}`}
    </span>
  )
}

function Progress({ latest, name }: Latest & { readonly name: string }) {
  if (latest?.status !== 'InProgress' || latest.percentComplete === undefined) return null
  return (
    <p class="progress">
      <progress value={latest.percentComplete} max={100} aria-label={`Progress of ${name}`} />
      <span>{latest.percentComplete} %</span>
    </p>
  )
}

/** who answered an approval, when, and what they said. */
function Answered({ latest }: Latest) {
  if (!latest?.lastUpdatedBy || latest.status === 'InProgress') return null
  const verb = latest.status === 'Succeeded' ? 'Approved' : 'Rejected'
  return (
    <p class="summary">
      {verb} by {personOf(latest.lastUpdatedBy)}, <Ago at={latest.lastStatusChange} />
      {latest.summary && `: ${latest.summary}`}
    </p>
  )
}

function Says({ latest, state }: Latest & { readonly state: Views.ActionState | undefined }) {
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
          {error.code && <code>{error.code}</code>} {withoutEscapes(error.message ?? '')}
        </p>
      )}
    </>
  )
}

/** what it is to do, also before it ever ran. Secrets come masked. */
function Declared({
  declaration: { configuration = {}, inputArtifacts = [], outputArtifacts = [], ...rest },
}: Pick<ActionProps, 'declaration'>) {
  const rows = [
    ...Object.entries(configuration),
    ...(inputArtifacts.length > 0 ? [['Input artifacts', inputArtifacts.map(({ name }) => name).join(', ')]] : []),
    ...(outputArtifacts.length > 0 ? [['Output artifacts', outputArtifacts.map(({ name }) => name).join(', ')]] : []),
    ...(rest.namespace ? [['Variables’ namespace', rest.namespace]] : []),
    ...(rest.timeoutInMinutes ? [['Timeout', `${rest.timeoutInMinutes} min`]] : []),
  ]
  if (rows.length === 0) return null
  return (
    <details class="declared">
      <summary>Configuration</summary>
      <dl class="pairs">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="value">{value}</dd>
          </div>
        ))}
      </dl>
    </details>
  )
}

function Links({ declaration, state, pipeline }: ActionProps) {
  const latest = state?.latestExecution
  const id = latest?.actionExecutionId
  if (!id) return null
  const { name, actionTypeId } = declaration
  return (
    <p class="action-links">
      <a href={to.action(pipeline, id)} data-panel>
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
