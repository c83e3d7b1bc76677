import type { LongPoll, Operations, Principal } from '@penstock/core'
import type { Arns } from './arn.js'
import type { InputOf, Shape, StructureShape } from './model/shape.js'

/** What an operation may know of the request besides its input. */
export interface CallContext {
  /** Aborted when the client hangs up: for calls that wait. */
  readonly signal: AbortSignal
  /** How long the call may wait for something to happen: as the client's header says, else not at all. */
  readonly wait: LongPoll
  /** Calls `look` when there may be new jobs, until it finds something or the wait is over. */
  whenJobs<T>(look: () => Promise<T>, found: (answer: T) => boolean): Promise<T>
  header(name: string): string | undefined
}

/** One operation of the service, from its wire name to the engine's method. */
export interface Operation<S extends Shape = StructureShape> {
  /** As in `X-Amz-Target`; the IAM action is `codepipeline:` and this. */
  readonly name: string
  readonly input: S
  /** What the caller must be allowed to use: all of the ARNs. */
  resource(input: InputOf<S>, arns: Arns): string | readonly string[]
  /** Set when it changes something: then every call is in the audit log. */
  readonly changes?: true
  /** Set when the service model gives it no output at all: the answer has no body. */
  readonly silent?: true
  /** Set when a job's own credentials may call it, answering the job that it is about. */
  readonly jobOf?: (input: InputOf<S>) => string
  /** Errors: the engine's Faults. */
  call(operations: Operations, by: Principal, input: InputOf<S>, context: CallContext): Promise<object | void>
}

/** Gives an operation its types: `input` follows from the schema. */
export function operation<S extends Shape>(definition: Operation<S>): Operation<S> {
  return definition
}
