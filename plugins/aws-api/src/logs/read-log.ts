import type { LogChunk, LogService, LongPoll, Operations, Principal, ServerServices, Views } from '@penstock/core'
import { type InputOf, integer, structure } from '../model/shape.js'
import type { Endpoint } from '../protocol/endpoint.js'
import { executionId, pipelineName } from '../schemas/names.js'
import { logOffset } from '../workers/schemas.js'

/** What a caller asks for. The execution is named so that the action is found at once, and only where the policies say. */
const input = structure(
  { pipelineName, pipelineExecutionId: executionId, actionExecutionId: executionId, from: logOffset },
  { limit: integer({ min: 1, max: 1_048_576 }) },
)

type Input = InputOf<typeof input>
type Services = Pick<ServerServices, 'operations' | 'logs' | 'clock'>

/**
 * A piece of an action's masked log from a byte offset on: `text`, `next` to go on from, and `complete` once no more can
 * come. With `x-penstock-wait-seconds` it waits for more. Rights: those of ListActionExecutions, as on the page.
 */
export const readLog: Endpoint = {
  name: 'ReadLog',
  action: 'codepipeline:ListActionExecutions',
  input,
  resource: (given, arns) => arns.pipeline((given as Input).pipelineName),
  async call(server, by, given, { wait }) {
    const wanted = given as Input
    const action = await find(server.operations, by, wanted)
    const from = Number(wanted.from)
    if (!action) return { text: '', next: from, complete: true }
    const { text, next, complete } = await whenMore(server, wanted, from, wait, action.status !== 'InProgress')
    return { text, next, complete }
  },
}

/** The action, if it is one of this execution: its id alone would lead round the pipeline's policies. */
async function find(operations: Operations, by: Principal, { pipelineName, ...wanted }: Input) {
  const filter = { pipelineExecutionId: wanted.pipelineExecutionId }
  let nextToken: string | undefined
  do {
    const page: { actionExecutionDetails: Views.ActionExecutionDetail[]; nextToken?: string } =
      await operations.listActionExecutions(by, { pipelineName, filter, maxResults: 100, nextToken })
    const found = page.actionExecutionDetails.find((one) => one.actionExecutionId === wanted.actionExecutionId)
    if (found) return found
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return undefined
}

async function whenMore(
  { logs, clock }: Services,
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
