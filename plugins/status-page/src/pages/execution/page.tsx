import type { LiveSection } from '../../live/live-page.js'
import { Live, section } from '../../live/section.js'
import { Pop, Trail } from '../../view/form.js'
import { ExecutionLink, shortId, to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { StateMark } from '../../view/status.js'
import { Ago, duration, Moment } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'
import { StopForm } from '../pipeline/head.js'
import type { ExecutionModel } from './model.js'
import { Needs, Rules } from './needs.js'
import { workedMs } from './time-scale.js'
import { Timeline, workOf } from './timeline.js'

export interface ExecutionProps {
  readonly model: ExecutionModel
  readonly csrf: string
  readonly now: number
}

/** One execution: what it carries, when what ran, and each stage's actions. */
export function ExecutionPage({ model, csrf, now }: ExecutionProps) {
  const { pipelineName, pipelineExecutionId } = model.execution
  return (
    <Live from={to.execution(pipelineName, pipelineExecutionId, 'events')}>
      <HeadSection model={model} csrf={csrf} now={now} />
      <StagesSection model={model} csrf={csrf} now={now} />
      <TimelineSection model={model} csrf={csrf} now={now} />
      <RulesSection model={model} csrf={csrf} now={now} />
    </Live>
  )
}

/** The same in pieces. */
export function executionSections(props: ExecutionProps): LiveSection[] {
  return [
    section('execution-head', props.now, <HeadSection {...props} />),
    section('execution-timeline', props.now, <TimelineSection {...props} />),
    section('execution-stages', props.now, <StagesSection {...props} />),
    section('execution-rules', props.now, <RulesSection {...props} />),
  ]
}

/** For the tab: how it stands, and of what. */
export function titleOf({ state, execution }: ExecutionModel): string {
  return `${state.words} · ${execution.pipelineName} ${shortId(execution.pipelineExecutionId)}`
}

function HeadSection({ model, csrf, now }: ExecutionProps) {
  const { execution } = model
  const name = execution.pipelineName
  const running = execution.status === 'InProgress' || execution.status === 'Stopping'
  return (
    <header
      class="page-head"
      id="execution-head"
      data-tab-state={model.state.name}
      data-tab-title={`${titleOf(model)} · Penstock`}
    >
      <Trail
        steps={[
          { href: '/', label: 'Pipelines' },
          { href: to.pipeline(name), label: name },
          { href: to.pipeline(name, 'history'), label: 'History' },
        ]}
      />
      <div class="page-title">
        <h1>
          Execution <span class="mono">{shortId(execution.pipelineExecutionId)}</span>
        </h1>
        <StateMark state={model.state} />
        {execution.executionType === 'ROLLBACK' && <span class="badge">rollback</span>}
      </div>
      {execution.statusSummary && <p class="lead">{execution.statusSummary}</p>}
      <Facts model={model} now={now} />
      {running && model.may.stop && (
        <div class="toolbar">
          <Pop label="Stop" icon="stopped">
            <StopForm
              pipeline={name}
              executions={[{ id: execution.pipelineExecutionId, words: model.state.words }]}
              csrf={csrf}
            />
          </Pop>
        </div>
      )}
    </header>
  )
}

function Facts({ model, now }: Omit<ExecutionProps, 'csrf'>) {
  const { execution, summary } = model
  const target = execution.rollbackMetadata?.rollbackTargetPipelineExecutionId
  return (
    <dl class="fact-list">
      <Fact term="Started">
        <Trigger trigger={execution.trigger} />{' '}
        {summary && (
          <span class="quiet">
            <Ago at={summary.startTime} />, <Moment at={summary.startTime} />
          </span>
        )}
      </Fact>
      <Fact term="Worked">
        <Worked model={model} now={now} />
      </Fact>
      {summary?.stopTrigger?.reason && <Fact term="Stopped because">{summary.stopTrigger.reason}</Fact>}
      {target && (
        <Fact term="Goes back to">
          <ExecutionLink pipeline={execution.pipelineName} id={target} />
        </Fact>
      )}
      <Fact term="Revisions">{revisions(model)}</Fact>
      <Fact term="Runs on">
        version {execution.pipelineVersion}, {execution.executionMode.toLowerCase()} mode
      </Fact>
      {execution.variables && execution.variables.length > 0 && (
        <Fact term="Variables">
          <ul class="pairs">
            {execution.variables.map((variable) => (
              <li key={variable.name}>
                <code>{variable.name}</code> = <code>{variable.resolvedValue}</code>
              </li>
            ))}
          </ul>
        </Fact>
      )}
      <Fact term="Id">
        <code class="id">{execution.pipelineExecutionId}</code>
      </Fact>
    </dl>
  )
}

/** what worked, apart from what waited for workers, for people, or for somebody to retry. */
function Worked({ model, now }: Omit<ExecutionProps, 'csrf'>) {
  const { runs, summary } = model
  const worked = workedMs(workOf(model, now))
  const started = Number(summary?.startTime ?? runs[0]?.started ?? now)
  const end = model.live ? now : Number(summary?.lastUpdateTime ?? runs.at(-1)?.updated ?? now)
  const waited = Math.max(0, end - started - worked)
  return (
    <>
      {duration(worked)}
      {waited > 1_000 && <span class="quiet">, waited {duration(waited)}</span>}
    </>
  )
}

function revisions({ execution, past }: ExecutionModel) {
  const authorOf = (revisionId: string | undefined) =>
    past?.sourceRevisions.find((one) => one.revisionId === revisionId)?.author
  if (execution.artifactRevisions.length === 0) return <span class="quiet">none yet</span>
  return execution.artifactRevisions.map((each) => (
    <Revision
      key={each.name}
      id={each.revisionId}
      summary={each.revisionSummary}
      url={each.revisionUrl}
      of={each.name}
      author={authorOf(each.revisionId)}
    />
  ))
}

function Fact({ term, children }: { readonly term: string; readonly children: preact.ComponentChildren }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function TimelineSection({ model, now }: ExecutionProps) {
  return (
    <section class="panel" id="execution-timeline" aria-labelledby="timeline-title">
      <header class="panel-head">
        <h2 id="timeline-title">Timeline</h2>
      </header>
      {model.runs.length === 0 ? <p class="quiet pad">Nothing has run yet.</p> : <Timeline model={model} now={now} />}
    </section>
  )
}

function StagesSection({ model, csrf }: ExecutionProps) {
  return (
    <div id="execution-stages">
      <Needs model={model} csrf={csrf} />
    </div>
  )
}

function RulesSection({ model }: ExecutionProps) {
  return (
    <div id="execution-rules">
      <Rules rules={model.rules} />
    </div>
  )
}
