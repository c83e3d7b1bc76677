import { setTimeout as pause } from 'node:timers/promises'
import type { ActionExecutionDetail } from '../../engine/views.js'
import type { Client } from '../api/client.js'
import { ask } from '../terminal/ask.js'
import { clean } from '../terminal/clean.js'

/** Answers a run's approvals: by itself, or as the person at the terminal says, one question at a time. */
export class Approvals {
  #last: Promise<void> = Promise.resolve()

  constructor(
    readonly client: Client,
    readonly pipelineName: string,
    readonly options: { readonly approve: boolean; readonly signal: AbortSignal },
  ) {}

  /** Takes one up; errors are told, and the approval goes on waiting. */
  take(action: ActionExecutionDetail): void {
    this.#last = this.#last
      .then(() => this.#answer(action))
      .catch((error: Error) => void process.stderr.write(`${error.message}\n`))
  }

  async #answer(action: ActionExecutionDetail): Promise<void> {
    const { stageName, actionName, output } = action
    const status = this.options.approve ? 'Approved' : await this.#question(action)
    if (status === undefined) return
    await this.client.putApprovalResult({
      pipelineName: this.pipelineName,
      stageName,
      actionName,
      token: output?.executionResult?.externalExecutionId ?? '',
      result: { status, summary: this.options.approve ? 'penstock run --approve' : 'answered at the terminal' },
    })
  }

  /** `undefined` when the run is stopped meanwhile; an input that ends is no approval. */
  async #question({
    stageName,
    actionName,
    input,
  }: ActionExecutionDetail): Promise<'Approved' | 'Rejected' | undefined> {
    const what = clean(input.resolvedConfiguration.CustomData ?? '')
    const question = `${stageName}/${actionName} asks for an approval${what === '' ? '' : `: ${what}`}\nApprove? [y/n] `
    for (;;) {
      const said = await ask(question, this.options.signal)
      if (said === undefined) await pause(100) // Ctrl-C ends the input, too, and its signal comes a little later
      if (this.options.signal.aborted) return undefined
      if (said === undefined || /^n(o)?$/i.test(said)) return 'Rejected'
      if (/^y(es)?$/i.test(said)) return 'Approved'
    }
  }
}
