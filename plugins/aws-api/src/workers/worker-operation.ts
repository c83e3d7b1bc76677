import type { LongPoll, WorkerCaller, WorkerService } from '@penstock/core'
import type { InputOf, Shape, StructureShape } from '../model/shape.js'

/** One operation of Penstock's own, for `penstock worker`: as an Operation, but on the server's queue itself. */
export interface WorkerOperation<S extends Shape = StructureShape> {
  /** As in `X-Amz-Target` after `Penstock_20240101.`; the IAM action is `penstock:` and this. */
  readonly name: string
  readonly input: S
  /** Action types that the caller must be allowed to work for; any when absent. */
  readonly typeKeys?: (input: InputOf<S>) => readonly string[]
  /** Set when every call is to be in the audit log. */
  readonly changes?: true
  /** Errors: the engine's Faults. */
  call(workers: WorkerService, caller: WorkerCaller, input: InputOf<S>, wait: LongPoll): Promise<object | void>
}

/** Gives an operation its types: `input` follows from the schema. */
export function workerOperation<S extends Shape>(definition: WorkerOperation<S>): WorkerOperation<S> {
  return definition
}
