import type { LiveAction, LiveExecution, OperationOutput, PrincipalOperations } from '@penstock/core'
import { Post } from '../../view/form.js'
import { Icon, type IconName } from '../../view/icons.js'
import { Ago } from '../../view/time.js'

/** A notification of an approval, on its way or at its end. */
export type Told = OperationOutput<'listDeliveries'>['deliveries'][number]

/** Deliveries of a pipeline that are looked through. */
const lookedThrough = 100

/** Who was told of an execution's approvals, oldest first; nothing where the reader may not know. */
export async function toldOf(operations: PrincipalOperations, pipelineName: string): Promise<readonly Told[]> {
  if (!operations.may('listDeliveries', { pipelineName })) return []
  const { deliveries } = await operations.listDeliveries({ pipelineName, maxResults: lookedThrough })
  return deliveries.filter(({ kind }) => kind === 'approvalNeeded').reverse()
}

/** Those that tell of this approval: of its execution, since it was asked, by its name. */
export function aboutThis(told: readonly Told[], execution: LiveExecution, action: LiveAction): Told[] {
  const names = (subject: string) => subject.includes(`for action ${action.actionName}`)
  return told.filter(
    ({ pipelineExecutionId, created, subject }) =>
      pipelineExecutionId === execution.pipelineExecutionId && Number(created) >= action.started && names(subject),
  )
}

interface PeopleToldProps {
  readonly told: readonly Told[]
  readonly csrf: string
  readonly mayRetry: boolean
  readonly back: string | undefined
}

/** Who was told, by which way and when; what did not arrive, why, and the button that tries again. */
export function PeopleTold({ told, csrf, mayRetry, back }: PeopleToldProps) {
  if (told.length === 0) return null
  return (
    <ul class="commits told" aria-label="Who was told">
      {told.map((one) => (
        <li key={one.deliveryId}>
          <span class={`status tone-${toneOf(one)}`}>
            <Icon name={iconOf(one)} />
            <span>{wordOf(one)}</span>
          </span>
          <span>
            {one.receiver || 'somebody'} <span class="quiet">by {one.notifier}</span>
          </span>
          <span class="quiet">
            <Ago at={one.ended ?? one.created} />
          </span>
          {one.error && <span class="error-text">{one.error}</span>}
          {mayRetry && !one.inFlight && one.status !== 'Delivered' && (
            <Post action={`/deliveries/${encodeURIComponent(one.deliveryId)}/redeliver`} csrf={csrf}>
              {back && <input type="hidden" name="back" value={back} />}
              <button type="submit" class="button quiet">
                Try again<span class="sr"> to tell {one.receiver}</span>
              </button>
            </Post>
          )}
        </li>
      ))}
    </ul>
  )
}

function toneOf({ status, attempts }: Told): string {
  if (status === 'Delivered') return 'succeeded'
  return status === 'GivenUp' || attempts > 0 ? 'failed' : 'queued'
}

function iconOf({ status, attempts }: Told): IconName {
  if (status === 'Delivered') return 'succeeded'
  return status === 'GivenUp' || attempts > 0 ? 'warning' : 'waiting'
}

function wordOf({ status, attempts, inFlight }: Told): string {
  if (status === 'Delivered') return 'Told'
  if (status === 'GivenUp') return 'Not told'
  if (inFlight) return 'Being told'
  return attempts === 0 ? 'To be told' : `Not told yet, ${attempts === 1 ? 'tried once' : `tried ${attempts} times`}`
}
