import { defined } from '../../domain/defined.js'
import { Fault, type FaultCode, type FaultDetail, isFault } from '../../domain/faults.js'
import type { FailureType } from '../../domain/job.js'
import { isJobFailed, JobFailed } from '../job-failed.js'
import { PluginRefused } from '../manifest.js'
import { inSourceLines } from '../source-lines.js'

/** An error as it crosses from one process to another: what the other side needs to throw its like. */
export interface WireError {
  readonly message: string
  readonly name?: string
  readonly stack?: string
  /** Set for a JobFailed: its type. */
  readonly failure?: FailureType
  readonly externalExecutionId?: string
  /** Set for a Fault: its code and its details. */
  readonly fault?: FaultCode
  readonly details?: readonly FaultDetail[]
  /** Set for a PluginRefused: the plugin's state. */
  readonly refused?: PluginRefused['state']
}

/** Any thrown thing, ready to be sent. */
export function toWire(error: unknown): WireError {
  const stack = error instanceof Error && error.stack !== undefined ? inSourceLines(error.stack) : undefined
  if (isJobFailed(error)) {
    const { message, type, externalExecutionId } = error
    return {
      message,
      name: 'JobFailed',
      failure: type,
      ...(stack ? { stack } : {}),
      ...defined({ externalExecutionId }),
    }
  }
  if (isFault(error)) {
    const { message, code, details } = error
    return { message, name: code, fault: code, details, ...(stack ? { stack } : {}) }
  }
  if (!(error instanceof Error)) return { message: wordsOf(error) }
  const { message, name } = error
  const refused = error instanceof PluginRefused ? { refused: error.state } : {}
  return { message: message || name, name, ...(stack ? { stack } : {}), ...refused }
}

/** The like of what was thrown on the other side, with that side's stack. */
export function fromWire(wire: WireError): Error {
  const error = revive(wire)
  if (typeof wire.stack === 'string') error.stack = wire.stack
  return error
}

function revive({ message, name, failure, externalExecutionId, fault, details, refused }: WireError): Error {
  if (failure !== undefined) return new JobFailed(message, failure, externalExecutionId)
  if (fault !== undefined) return new Fault(fault, message, details)
  if (refused !== undefined) return new PluginRefused(message, refused)
  return Object.assign(new Error(message), typeof name === 'string' ? { name } : {})
}

function wordsOf(thrown: unknown): string {
  const { message } = (thrown ?? {}) as { readonly message?: unknown }
  return typeof message === 'string' ? message : String(thrown)
}
