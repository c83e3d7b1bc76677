/** Runs an operation; what went wrong that is no Fault of its own but has a declared code is thrown as that. */
import type { Principal } from '../domain/access.js'
import { Busy } from '../domain/busy.js'
import { Fault, type FaultCode, isFault } from '../domain/faults.js'
import { asDeclared } from './declared-errors.js'
import type { AnyOperation, CallContext, OperationServices } from './operation.js'

const messages: Partial<Record<FaultCode, string>> = {
  ConflictException:
    'Your request cannot be handled because the pipeline is busy handling ongoing activities. Try again later.',
  ConcurrentModificationException:
    'Another request was changing the same thing at the same time. Nothing was changed: try again.',
  PipelineNameInUseException: 'A pipeline of this name was created by another request at the same time.',
}

/** A caller that waits for nothing. */
export const atOnce: CallContext = {
  wait: { milliseconds: 0, signal: new AbortController().signal },
  whenJobs: (look) => look(),
}

/** Asks no policy and writes no audit entry: `serve` does. The input is checked already. Errors: Faults, with their cause for the log. */
export async function perform(
  operation: AnyOperation,
  services: OperationServices,
  by: Principal,
  input: unknown,
  call: CallContext = atOnce,
): Promise<object | void> {
  try {
    return await operation.run(services, by, input, call)
  } catch (error) {
    if (isFault(error)) throw operation.service === undefined ? asDeclared(operation.name, error) : error
    const code = codeFor(error, operation)
    if (code === undefined) throw error
    throw new Fault(code, messages[code] ?? messageOf(error), [], { cause: error })
  }
}

function codeFor(error: unknown, { busy, taken, failed }: AnyOperation): FaultCode | undefined {
  return (error instanceof Busy ? { held: busy, taken }[error.why] : undefined) ?? failed
}

/** Nothing of what failed inside, unless it is meant for callers, as a full disk is. */
function messageOf(error: unknown): string {
  const shown = error instanceof Error && 'expose' in error && error.expose === true
  return shown ? error.message : 'The request failed because of an unknown error: try again.'
}
