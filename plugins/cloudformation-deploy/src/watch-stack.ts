import type { Stack, StackEvent } from '@aws-sdk/client-cloudformation'
import { JobFailed } from '@penstock/core'
import { awsWatch } from '@penstock/core/aws'
import type { Operation, Step } from './operation.js'

/** What is said of a stack that is gone. */
const gone = { StackStatus: 'DELETE_COMPLETE' } as const

/** A call is answered before the stack is seen to move: so often it may still look as before. */
const settlingLooks = 4

/** Ends that are what was asked for. */
const goodEnds: Readonly<Record<Exclude<Step, 'change-set'>, readonly string[]>> = {
  create: ['CREATE_COMPLETE'],
  update: ['UPDATE_COMPLETE'],
  execute: ['CREATE_COMPLETE', 'UPDATE_COMPLETE', 'IMPORT_COMPLETE'],
  delete: ['DELETE_COMPLETE'],
}

/**
 * Waits for the end of what a step began, and tells the stack's events in the log meanwhile.
 * Errors: JobFailed with the stack's status and the reasons of the resources that failed first.
 */
export async function watchStack(on: Operation, step: Exclude<Step, 'change-set'>, stackId: string): Promise<Stack> {
  const token = on.token(step)
  const told = new Set<string>()
  let looks = 0
  let events: readonly StackEvent[] = []
  const stack = await awsWatch<Stack>(on.ctx, on.pollMs, async () => {
    const found: Partial<Stack> = (await on.stacks.find(stackId)) ?? gone
    const all = await on.stacks.events(stackId)
    events = all.filter(({ ClientRequestToken }) => ClientRequestToken === token).reverse()
    for (const event of events) tell(on, event, told)
    if (/_IN_PROGRESS$/.test(found.StackStatus ?? '')) return undefined
    const unmoved = events.length === 0 && found.StackStatus !== gone.StackStatus
    return unmoved && ++looks < settlingLooks ? undefined : (found as Stack)
  })
  if (goodEnds[step].includes(stack.StackStatus ?? '')) return stack
  const { StackName } = on.job.configuration
  throw new JobFailed(`StackName ${StackName}: ${stack.StackStatus}${reasons(stack, events)}`, 'JobFailed', stackId)
}

function tell({ ctx }: Operation, event: StackEvent, told: Set<string>): void {
  const { EventId = '', ResourceStatus, ResourceType, LogicalResourceId, ResourceStatusReason: why } = event
  if (told.has(EventId)) return
  told.add(EventId)
  ctx.log.line(`${ResourceStatus}  ${ResourceType} ${LogicalResourceId}${why === undefined ? '' : `: ${why}`}`)
}

/** What failed by itself, oldest first: the rest was only taken along. */
function reasons(stack: Stack, events: readonly StackEvent[]): string {
  const failed = events
    .filter(({ ResourceStatus = '', ResourceStatusReason = '' }) => {
      return /_FAILED$/.test(ResourceStatus) && !/cancelled/i.test(ResourceStatusReason)
    })
    .map(
      (event) =>
        `${event.LogicalResourceId} (${event.ResourceType}): ${event.ResourceStatusReason ?? 'no reason given'}`,
    )
  const own = stack.StackStatusReason === undefined ? [] : [stack.StackStatusReason]
  const all = [...new Set([...failed.slice(0, 5), ...(failed.length === 0 ? own : [])])]
  return all.length === 0 ? '' : `: ${all.join('; ')}`
}
