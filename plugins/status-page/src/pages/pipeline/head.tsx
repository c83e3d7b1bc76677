import { Pop, Post, Trail } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { ExecutionLink, shortId, to } from '../../view/link.js'
import { shortRevision, summaryOf } from '../../view/revision.js'
import { executionState } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Ago } from '../../view/time.js'
import { isRunning, type PipelineModel } from './model.js'

/** What a mode means to those who have not met it. */
const modes = {
  SUPERSEDED: 'A newer execution takes the place of an older one that waits between stages.',
  QUEUED: 'Executions wait their turn, one behind the other; none is skipped.',
  PARALLEL: 'Executions run side by side, each on its own.',
} as const

interface HeadProps {
  readonly model: PipelineModel
  readonly csrf: string
}

/** The pipeline's name, how it stands, and what can be done with the whole of it. */
export function Head({ model, csrf }: HeadProps) {
  const latest = model.executions[0]
  const { executionMode, pipelineType, version } = model.declaration
  return (
    <header class="page-head">
      <Trail steps={[{ href: '/', label: 'Pipelines' }]} />
      <div class="page-title">
        <h1>{model.name}</h1>
        <StateMark state={model.state} />
        {model.standing.live.length > 1 && <span class="badge">{model.standing.live.length} running</span>}
        {model.state.name !== 'failed' && latest?.status === 'Failed' && (
          <StateMark state={{ name: 'failed', words: 'the newest failed' }} quiet />
        )}
      </div>
      <p class="facts">
        <span title={modes[executionMode ?? 'SUPERSEDED']}>{(executionMode ?? 'SUPERSEDED').toLowerCase()} mode</span>
        <span>{pipelineType ?? 'V1'}</span>
        <span>
          version {version ?? model.stages.pipelineVersion}, saved <Ago at={model.metadata.updated} />
        </span>
        {latest && (
          <span>
            last execution <ExecutionLink pipeline={model.name} id={latest.pipelineExecutionId} />{' '}
            <Ago at={latest.startTime} />
          </span>
        )}
      </p>
      <Buttons model={model} csrf={csrf} />
    </header>
  )
}

function Buttons({ model, csrf }: HeadProps) {
  const running = model.executions.filter(isRunning)
  return (
    <div class="toolbar">
      {model.may.start && <Release model={model} csrf={csrf} />}
      {running.length > 0 && model.may.stop && <Stop model={model} csrf={csrf} />}
      <a class="button" href={to.pipeline(model.name, 'history')}>
        <Icon name="history" />
        History
      </a>
      {model.may.update && (
        <a class="button" href={to.pipeline(model.name, 'edit')}>
          <Icon name="edit" />
          Edit
        </a>
      )}
      {model.may.remove && (
        <a class="button quiet" href={to.pipeline(model.name, 'delete')}>
          <Icon name="trash" />
          Delete
        </a>
      )}
    </div>
  )
}

/** Release change, with the pipeline's variables (X13) and, for those who want them, other revisions (X14). */
function Release({ model, csrf }: HeadProps) {
  const variables = model.declaration.variables ?? []
  const sources = model.declaration.stages[0]?.actions ?? []
  return (
    <Pop label="Release change" icon="play" kind="primary">
      <Post action={to.pipeline(model.name, 'start')} csrf={csrf}>
        <p class="hint">Starts an execution with the newest revision of every source.</p>
        {variables.map((variable) => (
          <label key={variable.name}>
            {variable.name}
            {variable.description && <span class="quiet"> {variable.description}</span>}
            <input
              name={`variable.${variable.name}`}
              placeholder={variable.defaultValue ?? ''}
              required={variable.defaultValue === undefined}
              maxLength={1000}
            />
          </label>
        ))}
        <details class="more">
          <summary>Other revisions than the newest</summary>
          {sources.map((source) => (
            <label key={source.name}>
              {source.name} <span class="quiet">commit or object version; empty for the newest</span>
              <input name={`revision.${source.name}`} maxLength={1500} spellcheck={false} />
            </label>
          ))}
        </details>
        <button type="submit" class="button primary">
          Release change
        </button>
      </Post>
    </Pop>
  )
}

function Stop({ model, csrf }: HeadProps) {
  const running = model.executions.filter(isRunning)
  return (
    <Pop label="Stop" icon="stopped">
      <StopForm pipeline={model.name} executions={running.map((each) => choiceOf(model, each))} csrf={csrf} />
    </Pop>
  )
}

/** an id alone tells nobody which execution it is. */
function choiceOf({ standing }: PipelineModel, { pipelineExecutionId: id }: { readonly pipelineExecutionId: string }) {
  const live = standing.live.find((one) => one.pipelineExecutionId === id)
  const revision = live?.sourceRevisions[0]
  const words = [
    live && executionState(live, 0).words,
    revision && [shortRevision(revision.revisionId), revision.revisionSummary && summaryOf(revision.revisionSummary)],
  ]
  return { id, words: words.flat().filter(Boolean).join(', ') }
}

interface StopProps {
  readonly pipeline: string
  readonly executions: readonly { readonly id: string; readonly words: string }[]
  readonly csrf: string
}

/** P1, P2: let what runs finish, or abandon it; with a reason (P4). */
export function StopForm({ pipeline, executions, csrf }: StopProps) {
  return (
    <Post action={to.pipeline(pipeline, 'stop')} csrf={csrf}>
      <label>
        Execution
        <select name="execution">
          {executions.map(({ id, words }) => (
            <option key={id} value={id}>
              {[shortId(id), words].filter(Boolean).join(': ')}
            </option>
          ))}
        </select>
      </label>
      <fieldset>
        <legend>Actions that are running</legend>
        <label class="choice">
          <input type="radio" name="abandon" value="false" checked />
          <span>Wait until they end, then stop</span>
        </label>
        <label class="choice">
          <input type="radio" name="abandon" value="true" />
          <span>Abandon them: their work is ended or left where it is</span>
        </label>
      </fieldset>
      <label>
        Reason <span class="quiet">(optional)</span>
        <input name="reason" maxLength={200} />
      </label>
      <button type="submit" class="button danger">
        Stop the execution
      </button>
    </Post>
  )
}
