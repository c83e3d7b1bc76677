import { setTimeout as pause } from 'node:timers/promises'
import type { ActionExecutionDetail } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { cleanLog } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { byLine, tail } from './tail.js'

/** So long the end of an action's log is waited for before its result is told, milliseconds. */
const patience = 5_000

/** The logs of several actions at a time, each line with the action's name before it. */
export class LogLines {
  readonly #tails = new Map<string, Promise<void>>()
  readonly #end = new AbortController()

  constructor(
    readonly client: Client,
    readonly write: (line: string) => void,
  ) {}

  begin(pipelineName: string, { actionName, actionExecutionId, pipelineExecutionId }: ActionExecutionDetail): void {
    const prefix = paint.dim(`          ${actionName} |`)
    const lines = byLine((line) => this.write(`${prefix} ${process.stdout.isTTY ? cleanLog(line) : line}`))
    const tailing = tail(this.client, { pipelineName, pipelineExecutionId, actionExecutionId }, lines.push, {
      signal: this.#end.signal,
    })
    const settled = tailing.then(lines.end, (error: Error) =>
      this.write(`${prefix} the log cannot be read: ${error.message}`),
    )
    this.#tails.set(actionExecutionId, settled)
  }

  /** Resolves when the action's log is told to its end, or that takes too long. */
  async ended(actionExecutionId: string): Promise<void> {
    const tailing = this.#tails.get(actionExecutionId)
    if (!tailing) return
    const done = new AbortController()
    await Promise.race([tailing, pause(patience, undefined, { signal: done.signal }).catch(() => {})])
    done.abort()
  }

  close(): void {
    this.#end.abort()
  }
}
