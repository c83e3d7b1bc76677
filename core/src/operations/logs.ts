/** The masked logs of actions. */
import type { Principal } from '../domain/access.js'
import type { Engine } from '../engine/engine.js'
import { listActionExecutions } from '../engine/history.js'
import type { ActionExecutionDetail } from '../engine/views.js'
import type { LogChunk, LogService } from '../host/services.js'
import type { LongPoll } from '../host/worker-service.js'
import { type InputOf, integer, structure } from '../shape/shape.js'
import { operation } from './operation.js'
import { executionId, pipelineName } from './shapes/names.js'
import { logOffset } from './shapes/worker-job.js'

/** What a caller asks for. The execution is named so that the action is found at once, and only where the policies say. */
const input = structure(
  { pipelineName, pipelineExecutionId: executionId, actionExecutionId: executionId, from: logOffset },
  { limit: integer({ min: 1, max: 1_048_576 }) },
)

type Input = InputOf<typeof input>
/**
 * A piece of an action's masked log from a byte offset on: `text`, `next` to go on from, and `complete` once no more can
 * come. With `x-penstock-wait-seconds` it waits for more. Rights: those of ListActionExecutions, as on the page.
 */
export const readLog = operation({
  name: 'ReadLog',
  service: 'penstock',
  action: 'codepipeline:ListActionExecutions',
  input,
  resource: ({ pipelineName }, arns) => arns.pipeline(pipelineName),
  async run({ engine, logs }, by, wanted, { wait }) {
    const action = await find(engine, by, wanted)
    const from = Number(wanted.from)
    if (!action) return { text: '', next: from, complete: true }
    const { text, next, complete } = await whenMore(
      { logs, engine },
      wanted,
      from,
      wait,
      action.status !== 'InProgress',
    )
    return { text, next, complete }
  },
})

/** The action, if it is one of this execution: its id alone would lead round the pipeline's policies. */
async function find(engine: Engine, by: Principal, { pipelineName, ...wanted }: Input) {
  const filter = { pipelineExecutionId: wanted.pipelineExecutionId }
  let nextToken: string | undefined
  do {
    const page: { actionExecutionDetails: ActionExecutionDetail[]; nextToken?: string } = await listActionExecutions(
      engine,
      by,
      { pipelineName, filter, maxResults: 100, nextToken },
    )
    const found = page.actionExecutionDetails.find((one) => one.actionExecutionId === wanted.actionExecutionId)
    if (found) return found
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return undefined
}

async function whenMore(
  { logs, engine: { clock } }: { readonly logs: LogService; readonly engine: Engine },
  { actionExecutionId: id, limit = 65_536 }: Input,
  from: number,
  { milliseconds, signal }: LongPoll,
  ended: boolean,
): Promise<LogChunk> {
  const none = { text: '', from, next: from, complete: ended }
  const look = async () => (await logs.read(id, from, limit)) ?? none
  const deadline = clock.now() + milliseconds
  for (;;) {
    const news = listen(logs, id)
    try {
      const chunk = await look()
      const left = deadline - clock.now()
      if (chunk.next > from || chunk.complete || left <= 0 || signal.aborted) return chunk
      const cancel = clock.after(left, news.wake)
      signal.addEventListener('abort', news.wake, { once: true })
      await news.came
      cancel()
      signal.removeEventListener('abort', news.wake)
    } finally {
      news.stop()
    }
  }
}

/** Listens before the look, so that nothing falls between the two. */
function listen(logs: LogService, id: string) {
  let wake = () => {}
  const came = new Promise<void>((resolve) => {
    wake = resolve
  })
  return { came, wake, stop: logs.follow(id, wake) }
}
