/** One question to a source's provider: with its typed configuration, under a limit, and no secret in what goes wrong. */
import type { Clock } from '../domain/clock.js'
import type { ActionDeclaration, Pipeline } from '../domain/pipeline.js'
import { contain, reason } from '../host/contain.js'
import type { HttpClient } from '../host/http-client.js'
import type { Logger } from '../host/plugin.js'
import { pollExec } from '../host/poll-exec.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { PollContext, SourceProvider } from '../host/source-provider.js'
import { placeOf, sourceConfiguration } from './source-actions.js'
import type { ReadConfiguration } from './source-watch.js'

export interface AskSourceParts {
  readonly clock: Clock
  readonly registry: ProviderRegistry
  readonly readConfiguration: ReadConfiguration
  readonly http: (signal: AbortSignal) => HttpClient
  readonly log: Logger
}

export interface SourceQuestion<T> {
  readonly pipeline: Pipeline
  readonly action: ActionDeclaration
  /** What is asked, for messages: `the poll`. */
  readonly what: string
  /** Milliseconds. */
  readonly timeout: number
  /** Ends the question early. */
  readonly stopping?: AbortSignal
  ask(provider: SourceProvider, configuration: never, context: PollContext): Promise<T>
}

/** The provider's answer; `undefined` when its plugin is not there. Errors: what is wrong with the source. */
export async function askSource<T>(parts: AskSourceParts, question: SourceQuestion<T>): Promise<T | undefined> {
  const { pipeline, action, timeout, stopping } = question
  const found = parts.registry.source(action.actionTypeId)
  if (!found) return undefined
  const { values, secrets } = await parts.readConfiguration(
    found.provider,
    sourceConfiguration(pipeline, action),
    placeOf(pipeline, action),
  )
  const limit = new AbortController()
  const signal = stopping === undefined ? limit.signal : AbortSignal.any([limit.signal, stopping])
  const hide = (text: string) =>
    secrets.reduce((shown, secret) => (secret === '' ? shown : shown.replaceAll(secret, '****')), text)
  const names = { pipelineName: pipeline.name, actionName: action.name }
  const context: PollContext = {
    signal,
    clock: parts.clock,
    http: parts.http(signal),
    exec: (command, options = {}) => pollExec(command, options, signal),
    log: (message: string) => parts.log.debug(hide(message), names),
  }
  try {
    return await contain(parts.clock, found.plugin, question.what, timeout, () =>
      question.ask(found.provider, values as never, context),
    )
  } catch (error) {
    throw new Error(hide(reason(error)))
  } finally {
    limit.abort(new Error(`${question.what} is over`))
  }
}
