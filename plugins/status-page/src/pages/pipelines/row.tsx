import type { PastExecution } from '@penstock/core'
import { Post } from '../../view/form.js'
import { Icon } from '../../view/icons.js'
import { to } from '../../view/link.js'
import { Commit } from '../../view/revision.js'
import { Spark } from '../../view/spark.js'
import type { State } from '../../view/state.js'
import { StateMark } from '../../view/status.js'
import { Strip } from '../../view/strip.js'
import { Ago } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'
import type { Row } from './model.js'

interface RowProps {
  readonly id: string
  readonly row: Row
  readonly csrf: string
  readonly now: number
}

/** One pipeline in a line: state, stages, what it carries, when and by whom, its past, and what can be done. */
export function PipelineRow({ id, row, csrf, now }: RowProps) {
  const { name, standing, state, overview } = row
  const shown = standing.live[0] ?? standing.latest
  return (
    <li id={id} class={`row tone-${state.name}`}>
      <div class="row-name">
        <h2 class="clip">
          <a href={to.pipeline(name)} title={name}>
            {name}
          </a>
        </h2>
        <RowState row={row} />
      </div>
      <Strip pipeline={name} stages={overview?.stages ?? []} standing={standing} now={now} />
      <div class="row-revision">
        <Commit revision={shown?.sourceRevisions[0]} more={(shown?.sourceRevisions.length ?? 1) - 1} />
      </div>
      <When shown={shown} />
      <div class="row-spark">
        <Spark executions={row.recent} />
      </div>
      <Deeds row={row} csrf={csrf} />
    </li>
  )
}

/** What moved last, and what started it. */
function When({ shown }: { readonly shown: PastExecution | undefined }) {
  if (!shown) return <div class="row-when" />
  return (
    <div class="row-when">
      <p class="clip">
        <Ago at={shown.started} />
      </p>
      <p class="clip quiet">
        <Trigger trigger={shown.trigger} />
      </p>
    </div>
  )
}

function RowState({ row: { state, standing, overview } }: { readonly row: Row }) {
  const more = standing.live.length - 1
  return (
    <p class="row-state">
      <StateMark state={state} quiet />
      <Since state={state} />
      {more > 0 && <span class="quiet">and {more} more running</span>}
      {overview?.sourceProblem && (
        <span class="badge tone-failed">
          <Icon name="warning" />
          Source problem
        </span>
      )}
    </p>
  )
}

function Since({ state }: { readonly state: State }) {
  return <span class="quiet clip">{state.detail ?? <Ago at={state.since} />}</span>
}

function Deeds({ row: { name, state, mayStart }, csrf }: Pick<RowProps, 'row' | 'csrf'>) {
  return (
    <div class="row-deeds">
      {state.name === 'person' && (
        <a class="button small" href={`/inbox#${encodeURIComponent(name)}`}>
          Review<span class="sr"> {name}</span>
        </a>
      )}
      {mayStart && (
        <Post action={to.pipeline(name, 'start')} csrf={csrf}>
          <input type="hidden" name="back" value="list" />
          <button type="submit" class="icon-button hush" title="Release change">
            <Icon name="play" />
            <span class="sr">Release change of {name}</span>
          </button>
        </Post>
      )}
    </div>
  )
}
