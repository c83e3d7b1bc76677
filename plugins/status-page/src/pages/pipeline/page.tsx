import { Live, section } from '../../live/section.js'
import type { LiveSection } from '../../live/stream.js'
import { to } from '../../view/link.js'
import { ExecutionTable } from '../history/table.js'
import { Head } from './head.js'
import type { PipelineModel } from './model.js'
import { Sources } from './sources.js'
import { Stage, stageId } from './stage.js'
import { Warnings } from './warnings.js'

interface PageProps {
  readonly model: PipelineModel
  readonly csrf: string
}

/** The pipeline as it is now: what stands above, the stages with their doors, and the newest executions. */
export function PipelinePage({ model, csrf }: PageProps) {
  return (
    <Live from={to.pipeline(model.name, 'events')}>
      <HeadSection model={model} csrf={csrf} />
      <SourceSection model={model} />
      {model.declaration.executionMode === 'PARALLEL' && <ParallelNote />}
      <ol class="stages" aria-label="Stages, in order">
        {model.declaration.stages.map((stage, index) => (
          <Stage key={stage.name} model={model} index={index} stage={stage} csrf={csrf} />
        ))}
      </ol>
      <RecentSection model={model} />
    </Live>
  )
}

/** The same in pieces, each as it stands in the page. */
export function pipelineSections({ model, csrf }: PageProps, now: number): LiveSection[] {
  return [
    section('pipeline-head', now, <HeadSection model={model} csrf={csrf} />),
    section('pipeline-sources', now, <SourceSection model={model} />),
    ...model.declaration.stages.map((stage, index) =>
      section(stageId(index), now, <Stage model={model} index={index} stage={stage} csrf={csrf} />),
    ),
    section('pipeline-recent', now, <RecentSection model={model} />),
  ]
}

function HeadSection({ model, csrf }: PageProps) {
  return (
    <div id="pipeline-head">
      <Head model={model} csrf={csrf} />
    </div>
  )
}

function SourceSection({ model }: Pick<PageProps, 'model'>) {
  return (
    <div id="pipeline-sources">
      <Sources sources={model.sources} />
      <Warnings warnings={model.warnings} />
    </div>
  )
}

function RecentSection({ model }: Pick<PageProps, 'model'>) {
  return (
    <section id="pipeline-recent" class="panel" aria-labelledby="recent-title">
      <header class="panel-head">
        <h2 id="recent-title">Newest executions</h2>
        <a href={to.pipeline(model.name, 'history')}>All of them</a>
      </header>
      <ExecutionTable pipeline={model.name} executions={model.executions} />
    </section>
  )
}

/** Why a PARALLEL pipeline's stages show nothing (X6). */
function ParallelNote() {
  return (
    <p class="notice calm">
      Executions of this pipeline run side by side and do not share stages: follow each one on its own page, below.
    </p>
  )
}
