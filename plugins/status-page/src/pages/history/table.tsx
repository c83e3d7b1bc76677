import type { PastExecution, PipelineStanding, Views } from '@penstock/core'
import { ExecutionLink, to } from '../../view/link.js'
import { Revision } from '../../view/revision.js'
import { executionState } from '../../view/state.js'
import { StateMark, Status } from '../../view/status.js'
import { Ago, duration } from '../../view/time.js'
import { Trigger } from '../../view/trigger.js'

interface TableProps {
  readonly pipeline: string
  readonly executions: readonly Views.PipelineExecutionSummary[]
  /** Shows a way to roll back to executions that succeeded. */
  readonly rollback?: boolean
  /** What lives, for what each waits for. */
  readonly standing: PipelineStanding | undefined
  /** The same executions with their revisions' authors. */
  readonly past: readonly PastExecution[]
  readonly now: number
}

/** Executions, one a row; on narrow screens one a card. */
export function ExecutionTable({ executions, ...rest }: TableProps) {
  const { rollback } = rest
  if (executions.length === 0) return <p class="quiet pad">No executions.</p>
  return (
    <table class="table cards">
      <thead>
        <tr>
          <th scope="col">Execution</th>
          <th scope="col">Status</th>
          <th scope="col">Revision</th>
          <th scope="col">Started by</th>
          <th scope="col">Started</th>
          <th scope="col">Duration</th>
          {rollback && <th scope="col">Roll back</th>}
        </tr>
      </thead>
      <tbody>
        {executions.map((execution) => (
          <Row key={execution.pipelineExecutionId} execution={execution} {...rest} />
        ))}
      </tbody>
    </table>
  )
}

type RowProps = Omit<TableProps, 'executions'> & { readonly execution: Views.PipelineExecutionSummary }

function Row({ pipeline, execution, rollback, standing, past, now }: RowProps) {
  const id = execution.pipelineExecutionId
  const live = standing?.live.find((one) => one.pipelineExecutionId === id)
  const known = past.find((one) => one.pipelineExecutionId === id)
  const running = execution.status === 'InProgress' || execution.status === 'Stopping'
  const mayReturn = execution.status === 'Succeeded' && execution.executionType !== 'ROLLBACK'
  const took = Number(execution.lastUpdateTime) - Number(execution.startTime)
  return (
    <tr>
      <td data-label="Execution">
        <ExecutionLink pipeline={pipeline} id={execution.pipelineExecutionId} />{' '}
        {execution.executionType === 'ROLLBACK' && <span class="badge">rollback</span>}
      </td>
      <td data-label="Status">
        {live ? <StateMark state={executionState(live, now)} quiet /> : <Status status={execution.status} />}
        {(execution.stopTrigger?.reason ?? execution.statusSummary) && (
          <span class="quiet block">{execution.stopTrigger?.reason ?? execution.statusSummary}</span>
        )}
      </td>
      <td data-label="Revision" class="revisions">
        {execution.sourceRevisions.map((each) => (
          <Revision
            key={each.actionName}
            id={each.revisionId}
            summary={each.revisionSummary}
            url={each.revisionUrl}
            of={execution.sourceRevisions.length > 1 ? each.actionName : undefined}
            author={known?.sourceRevisions.find(({ actionName }) => actionName === each.actionName)?.author}
          />
        ))}
      </td>
      <td data-label="Started by">
        <Trigger trigger={execution.trigger} />
      </td>
      <td data-label="Started">
        <Ago at={execution.startTime} />
      </td>
      <td data-label="Duration" class="nowrap">
        {running ? <span class="quiet">running</span> : duration(took)}
      </td>
      {rollback && (
        <td data-label={mayReturn ? 'Roll back' : undefined}>
          {mayReturn && (
            <a
              href={`${to.pipeline(pipeline, 'rollback')}?target=${encodeURIComponent(execution.pipelineExecutionId)}`}
            >
              Roll back to this<span class="sr"> execution {execution.pipelineExecutionId}</span>
            </a>
          )}
        </td>
      )}
    </tr>
  )
}
