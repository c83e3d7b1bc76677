import type { LiveSection } from '../../live/live-page.js'
import { Live, section } from '../../live/section.js'
import { to } from '../../view/link.js'
import { ExecutionTable } from '../history/table.js'
import { Graph } from './graph.js'
import { Head } from './head.js'
import type { PipelineModel } from './model.js'
import { Parallel } from './parallel.js'
import { Sources } from './sources.js'
import { Stage } from './stage.js'
import { stageId } from './stage-id.js'
import { Truth } from './truth.js'
import { Waits } from './waits.js'
import { Warnings } from './warnings.js'

interface PageProps {
  readonly model: PipelineModel
  readonly csrf: string
  readonly now: number
}

/** The pipeline as it is now: the truth in three facts, the stages side by side, what needs somebody, then the rest. */
export function PipelinePage(props: PageProps) {
  const { model } = props
  return (
    <Live from={to.pipeline(model.name, 'events')}>
      <HeadSection {...props} />
      <SourceSection {...props} />
      <GraphSection {...props} />
      <WaitsSection {...props} />
      {!isParallel(model) && (
        <ol class="stages" aria-label="Stages, in order">
          {model.declaration.stages.map((stage, index) => (
            <Stage key={stage.name} {...props} index={index} stage={stage} />
          ))}
        </ol>
      )}
      <RecentSection {...props} />
    </Live>
  )
}

/** The same in pieces, each as it stands in the page. */
export function pipelineSections(props: PageProps): LiveSection[] {
  const { model, now } = props
  return [
    section('pipeline-head', now, <HeadSection {...props} />),
    section('pipeline-sources', now, <SourceSection {...props} />),
    section('pipeline-graph', now, <GraphSection {...props} />),
    // After it the stages, which say what became of an approval.
    ...(isParallel(model) ? [] : model.declaration.stages).map((stage, index) =>
      section(stageId(index), now, <Stage key={stage.name} {...props} index={index} stage={stage} />),
    ),
    section('waits', now, <WaitsSection {...props} />),
    section('pipeline-recent', now, <RecentSection {...props} />),
  ]
}

function isParallel({ declaration }: PipelineModel): boolean {
  return declaration.executionMode === 'PARALLEL'
}

function HeadSection({ model, csrf, now }: PageProps) {
  return (
    <div id="pipeline-head" data-tab-state={model.state.name} data-tab-title={`${model.title} · Penstock`}>
      <Head model={model} csrf={csrf} />
      <Truth model={model} now={now} />
    </div>
  )
}

function SourceSection({ model, csrf }: PageProps) {
  return (
    <div id="pipeline-sources">
      <Sources sources={model.sources} csrf={csrf} mayPoll={model.may.start} />
      <Warnings warnings={model.warnings} />
    </div>
  )
}

function GraphSection({ model, csrf, now }: PageProps) {
  return (
    <div id="pipeline-graph">
      {isParallel(model) ? <Parallel model={model} now={now} /> : <Graph model={model} csrf={csrf} now={now} />}
    </div>
  )
}

function WaitsSection({ model, csrf }: PageProps) {
  return (
    <div id="waits">
      <Waits model={model} csrf={csrf} />
    </div>
  )
}

function RecentSection({ model, now }: PageProps) {
  return (
    <section id="pipeline-recent" class="panel" aria-labelledby="recent-title">
      <header class="panel-head">
        <h2 id="recent-title">Newest executions</h2>
        <a href={to.pipeline(model.name, 'history')}>All of them</a>
      </header>
      <ExecutionTable
        pipeline={model.name}
        executions={model.executions}
        standing={model.standing}
        past={model.past}
        now={now}
      />
    </section>
  )
}
