/** What each verb says when the store lets its change not happen, where its operation declares a code for it. */
import { Busy } from '../domain/busy.js'
import { Fault, type FaultCode, isFault } from '../domain/faults.js'
import type { Operations } from './operations.js'

interface Codes {
  /** What it changes was being changed, for longer than anybody waits. */
  readonly held?: FaultCode
  /** Somebody made a thing of that name at the same moment. */
  readonly taken?: FaultCode
  /** Whatever else went wrong in the server. */
  readonly failed?: FaultCode
}

const busyPipeline: Codes = { held: 'ConflictException', taken: 'ConflictException' }
const twoAtOnce: Codes = { held: 'ConcurrentModificationException', taken: 'ConcurrentModificationException' }

const declared: { readonly [Verb in keyof Operations]?: Codes } = {
  startPipelineExecution: busyPipeline,
  stopPipelineExecution: busyPipeline,
  retryStageExecution: busyPipeline,
  rollbackStage: busyPipeline,
  overrideStageCondition: busyPipeline,
  createPipeline: { ...twoAtOnce, taken: 'PipelineNameInUseException' },
  deletePipeline: twoAtOnce,
  createCustomActionType: twoAtOnce,
  deleteCustomActionType: twoAtOnce,
  putWebhook: twoAtOnce,
  deleteWebhook: twoAtOnce,
  putTags: twoAtOnce,
  removeTags: twoAtOnce,
  updateActionType: { failed: 'RequestFailedException' },
}

const messages: Partial<Record<FaultCode, string>> = {
  ConflictException:
    'Your request cannot be handled because the pipeline is busy handling ongoing activities. Try again later.',
  ConcurrentModificationException:
    'Another request was changing the same thing at the same time. Nothing was changed: try again.',
  PipelineNameInUseException: 'A pipeline of this name was created by another request at the same time.',
}

/** The same operations; what is no Fault of theirs but has a declared code is thrown as that, with its cause for the log. */
export function withDeclaredCodes(operations: Operations): Operations {
  const verbs = Object.entries(operations).map(([name, verb]) => {
    const codes = declared[name as keyof Operations]
    return [name, codes ? inTheirWords(verb as Verb, codes) : verb]
  })
  return Object.fromEntries(verbs) as Operations
}

type Verb = (...args: unknown[]) => Promise<unknown>

function inTheirWords(verb: Verb, codes: Codes): Verb {
  return async (...args) => {
    try {
      return await verb(...args)
    } catch (error) {
      const code = isFault(error) ? undefined : codeFor(error, codes)
      if (code === undefined) throw error
      throw new Fault(code, messages[code] ?? messageOf(error), [], { cause: error })
    }
  }
}

function codeFor(error: unknown, codes: Codes): FaultCode | undefined {
  return (error instanceof Busy ? codes[error.why] : undefined) ?? codes.failed
}

/** Nothing of what failed inside, unless it is meant for callers, as a full disk is. */
function messageOf(error: unknown): string {
  const shown = error instanceof Error && 'expose' in error && error.expose === true
  return shown ? error.message : 'The request failed because of an unknown error: try again.'
}
