import type { DeployTarget } from '@penstock/core'
import { list, structure, text, timestamp } from '../model/shape.js'
import { job } from './schemas.js'
import { workerOperation } from './worker-operation.js'

const word = text({ min: 1, max: 1024 })
const span = { startTime: timestamp, endTime: timestamp }
const event = structure({ name: word, status: word }, { ...span, message: text({ max: 5000 }) })
const target = structure(
  { targetId: word, targetType: word, status: word, events: list(event, { max: 1000 }) },
  { ...span },
)

/** What a deploy action is doing to each of its targets, each time the whole list. */
export const reportTargets = workerOperation({
  name: 'ReportTargets',
  input: structure({ ...job, targets: list(target, { max: 5000 }) }),
  call: (workers, caller, input) => workers.targets(caller, input, input.targets.map(targetOf)),
})

interface Span {
  readonly startTime?: Date
  readonly endTime?: Date
}

function targetOf({
  events,
  ...about
}: Omit<DeployTarget, 'startTime' | 'endTime' | 'events'> &
  Span & {
    readonly events: readonly (Span & Omit<DeployTarget['events'][number], 'startTime' | 'endTime'>)[]
  }): DeployTarget {
  return { ...inMilliseconds(about), events: events.map(inMilliseconds) }
}

function inMilliseconds<T extends Span>({ startTime, endTime, ...rest }: T) {
  return {
    ...rest,
    ...(startTime === undefined ? {} : { startTime: startTime.getTime() }),
    ...(endTime === undefined ? {} : { endTime: endTime.getTime() }),
  }
}
