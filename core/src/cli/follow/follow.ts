/** Follows one execution to its end, with a line for whatever happens. */
import { setTimeout as pause } from 'node:timers/promises'
import { defined } from '../../domain/defined.js'
import type { ExecutionStatus } from '../../domain/execution.js'
import type { ActionExecutionDetail } from '../../engine/views.js'
import { actionExecutionsOf } from '../api/action-executions.js'
import type { Client } from '../api/client.js'
import { actionLine, noteLine, outcomeLine } from './lines.js'
import { LogLines } from './log-lines.js'
import { patient } from './patient.js'
import { whyWaiting } from './why-waiting.js'

export interface FollowOptions {
  /** Gets every line. */
  readonly write: (line: string) => void
  /** Lines of the actions' logs, too. */
  readonly logs?: boolean
  /** Called once for each approval that is asked for; without it the line says how to answer. */
  readonly onApproval?: (action: ActionExecutionDetail) => void
  /** Ends the following; the execution goes on. */
  readonly signal?: AbortSignal
}

const ended: readonly ExecutionStatus[] = ['Succeeded', 'Failed', 'Stopped', 'Superseded', 'Cancelled']
/** Between two looks, milliseconds. */
const interval = 500

/**
 * Resolves with the execution's last status; `undefined` when the signal came first. Outlives a server that is away for
 * minutes. Errors: CommandFailed.
 */
export async function follow(
  client: Client,
  pipelineName: string,
  pipelineExecutionId: string,
  options: FollowOptions,
): Promise<ExecutionStatus | undefined> {
  const steady = patient(client, {
    note: (text) => options.write(noteLine(text)),
    ...defined({ signal: options.signal }),
  })
  const watch = new Watch(steady, { pipelineName, pipelineExecutionId }, options)
  try {
    while (!options.signal?.aborted) {
      // First the execution, then its actions: when it has ended, they are all as they stay.
      const { pipelineExecution: now } = await steady.getPipelineExecution({ pipelineName, pipelineExecutionId })
      await watch.look(ended.includes(now.status))
      if (ended.includes(now.status)) {
        options.write(outcomeLine(now.status, now.statusSummary))
        return now.status
      }
      if (options.signal?.aborted) break
      await pause(interval, undefined, options.signal ? { signal: options.signal } : {}).catch(() => {})
    }
    return undefined
  } finally {
    watch.close()
  }
}

class Watch {
  readonly #seen = new Map<string, string>()
  readonly #logs: LogLines
  #note = ''

  constructor(
    readonly client: Client,
    readonly ref: { readonly pipelineName: string; readonly pipelineExecutionId: string },
    readonly options: FollowOptions,
  ) {
    this.#logs = new LogLines(client, options.write)
  }

  async look(last: boolean): Promise<void> {
    const { pipelineName, pipelineExecutionId } = this.ref
    const actions = await actionExecutionsOf(this.client, pipelineName, pipelineExecutionId)
    actions.reverse() // oldest first
    for (const action of actions) await this.#tell(action)
    if (!last && !actions.some(({ status }) => status === 'InProgress')) await this.#tellWhy()
    else this.#note = ''
  }

  close(): void {
    this.#logs.close()
  }

  async #tell(action: ActionExecutionDetail): Promise<void> {
    const { actionExecutionId: id, status } = action
    const before = this.#seen.get(id)
    if (before === status) return
    this.#seen.set(id, status)
    const approval = action.input.actionTypeId.category === 'Approval'
    if (before === undefined && !approval && this.options.logs) this.#logs.begin(this.ref.pipelineName, action)
    if (status !== 'InProgress') await this.#logs.ended(id)
    const asks = status === 'InProgress' && approval
    this.options.write(actionLine(action, asks ? this.#howToAnswer(action) : undefined))
    if (asks) this.options.onApproval?.(action)
  }

  #howToAnswer({ actionName, input }: ActionExecutionDetail): string {
    const { CustomData: what, ExternalEntityLink: link } = input.resolvedConfiguration
    const how = this.options.onApproval ? '' : `penstock approve ${this.ref.pipelineName} ${actionName}`
    return ['waits for an approval', what, link, how].filter((part) => part).join(' - ')
  }

  /** Said once for each reason. */
  async #tellWhy(): Promise<void> {
    const state = await this.client.getPipelineState({ name: this.ref.pipelineName })
    const note = whyWaiting(state, this.ref.pipelineExecutionId) ?? ''
    if (note !== '' && note !== this.#note) this.options.write(noteLine(note))
    this.#note = note
  }
}
