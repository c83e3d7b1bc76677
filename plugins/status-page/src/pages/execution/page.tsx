import type { Views } from '@penstock/core'
import { Live, section } from '../../live/section.js'
import type { LiveSection } from '../../live/stream.js'
import { Pop, Trail } from '../../view/form.js'
import { ExecutionLink, shortId, to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { Status } from '../../view/status.js'
import { Ago, duration, Moment } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'
import { StopForm } from '../pipeline/head.js'
import type { ExecutionModel } from './model.js'
import { Stages } from './stages.js'
import { Timeline } from './timeline.js'

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
      <TimelineSection model={model} csrf={csrf} now={now} />
      <StagesSection model={model} csrf={csrf} now={now} />
    </Live>
  )
}

/** The same in pieces. */
export function executionSections(props: ExecutionProps): LiveSection[] {
  return [
    section('execution-head', props.now, <HeadSection {...props} />),
    section('execution-timeline', props.now, <TimelineSection {...props} />),
    section('execution-stages', props.now, <StagesSection {...props} />),
  ]
}

function HeadSection({ model, csrf }: ExecutionProps) {
  const { execution } = model
  const name = execution.pipelineName
  const running = execution.status === 'InProgress' || execution.status === 'Stopping'
  return (
    <header class="page-head" id="execution-head">
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
        <Status status={execution.status} />
        {execution.executionType === 'ROLLBACK' && <span class="badge">rollback</span>}
      </div>
      {execution.statusSummary && <p class="lead">{execution.statusSummary}</p>}
      <Facts model={model} />
      {running && model.may.stop && (
        <div class="toolbar">
          <Pop label="Stop" icon="stopped">
            <StopForm pipeline={name} executions={[execution.pipelineExecutionId]} csrf={csrf} />
          </Pop>
        </div>
      )}
    </header>
  )
}

function Facts({ model }: Pick<ExecutionProps, 'model'>) {
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
      {summary && execution.status !== 'InProgress' && (
        <Fact term="Duration">{duration(Number(summary.lastUpdateTime) - Number(summary.startTime))}</Fact>
      )}
      {summary?.stopTrigger?.reason && <Fact term="Stopped because">{summary.stopTrigger.reason}</Fact>}
      {target && (
        <Fact term="Goes back to">
          <ExecutionLink pipeline={execution.pipelineName} id={target} />
        </Fact>
      )}
      <Fact term="Revisions">{revisions(execution)}</Fact>
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

function revisions(execution: Views.PipelineExecution) {
  if (execution.artifactRevisions.length === 0) return <span class="quiet">none yet</span>
  return execution.artifactRevisions.map((each) => (
    <Revision
      key={each.name}
      id={each.revisionId}
      summary={each.revisionSummary}
      url={each.revisionUrl}
      of={each.name}
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
      {model.actions.length === 0 ? (
        <p class="quiet pad">Nothing has run yet.</p>
      ) : (
        <Timeline pipeline={model.execution.pipelineName} actions={model.actions} now={now} />
      )}
    </section>
  )
}

function StagesSection(props: ExecutionProps) {
  return (
    <div id="execution-stages">
      <Stages {...props} />
    </div>
  )
}
