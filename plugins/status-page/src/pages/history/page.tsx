import type { PastExecution, PipelineStanding, Views } from '@penstock/core'
import { Trail } from '../../view/form.js'
import { to } from '../../view/link.js'
import { wordsFor } from '../../view/status.js'
import { triggerWords } from '../../view/trigger.js'
import type { HistoryFilter } from './routes.js'
import { ExecutionTable } from './table.js'

interface HistoryProps {
  readonly pipeline: string
  readonly filter: HistoryFilter
  readonly stages: readonly string[]
  readonly parallel: boolean
  readonly executions: readonly Views.PipelineExecutionSummary[]
  readonly next: string | undefined
  readonly standing: PipelineStanding | undefined
  readonly past: readonly PastExecution[]
  readonly now: number
}

const statuses = ['InProgress', 'Succeeded', 'Failed', 'Stopping', 'Stopped', 'Superseded', 'Cancelled']

/** The executions that fit the filter, and the way to the older ones. */
export function HistoryPage({ pipeline, filter, stages, parallel, executions, next, ...rest }: HistoryProps) {
  const { standing, past, now } = rest
  const entries = Object.entries(filter).filter(([, value]) => value !== '')
  const older = new URLSearchParams([...entries, ...(next ? [['page', next]] : [])])
  return (
    <>
      <header class="page-head">
        <Trail
          steps={[
            { href: '/', label: 'Pipelines' },
            { href: to.pipeline(pipeline), label: pipeline },
          ]}
        />
        <h1>History</h1>
      </header>
      <Filter pipeline={pipeline} filter={filter} stages={stages} />
      <section class="panel" aria-label="Executions">
        {executions.length === 0 ? (
          <p class="empty">
            {entries.length > 0 ? 'No execution fits this filter so far.' : 'This pipeline has not run yet.'}
          </p>
        ) : (
          <ExecutionTable
            pipeline={pipeline}
            executions={executions}
            rollback={!parallel}
            standing={standing}
            past={past}
            now={now}
          />
        )}
      </section>
      {next && (
        <p class="pager">
          <a class="button" href={`${to.pipeline(pipeline, 'history')}?${older.toString()}`}>
            Older executions
          </a>
        </p>
      )}
    </>
  )
}

function Filter({ pipeline, filter, stages }: Pick<HistoryProps, 'pipeline' | 'filter' | 'stages'>) {
  return (
    <search>
      <form class="filter" action={to.pipeline(pipeline, 'history')} aria-label="Filter executions">
        <label>
          Status
          <select name="status">
            <option value="">any</option>
            {statuses.map((status) => (
              <option key={status} value={status} selected={status === filter.status}>
                {wordsFor(status)}
              </option>
            ))}
          </select>
        </label>
        <label>
          Started by
          <select name="trigger">
            <option value="">anything</option>
            {triggerWords.map(([type, words]) => (
              <option key={type} value={type} selected={type === filter.trigger}>
                {words}
              </option>
            ))}
          </select>
        </label>
        <label>
          Succeeded in
          <select name="stage">
            <option value="">any stage or none</option>
            {stages.map((stage) => (
              <option key={stage} value={stage} selected={stage === filter.stage}>
                {stage}
              </option>
            ))}
          </select>
        </label>
        <label class="grow">
          Commit, message, id or person
          <input type="search" name="text" value={filter.text} />
        </label>
        <button type="submit" class="button">
          Filter
        </button>
      </form>
    </search>
  )
}
