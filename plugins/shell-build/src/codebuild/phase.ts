import { defined } from '@penstock/core'
import type { Reader } from './reader.js'

/** The phases with commands, in their order. */
export const phaseNames = ['install', 'pre_build', 'build', 'post_build'] as const
export type PhaseName = (typeof phaseNames)[number]

/** The build is run again when the phase failed and the failure's sentence matches. */
export interface Retry {
  /** How many more runs there may be. */
  readonly times: number
  /** A regular expression. */
  readonly pattern: string
}

/** One phase: its commands, and those that run whether they succeed or not. */
export interface Phase {
  readonly name: PhaseName
  readonly commands: readonly string[]
  readonly finally: readonly string[]
  /** What follows on a failure, when the buildspec says so itself. */
  readonly onFailure?: 'ABORT' | 'CONTINUE' | Retry
  readonly runAs?: string
  /** By language: the version that is wanted. */
  readonly runtimeVersions: Readonly<Record<string, string>>
}

const retriesUnlessSaid = 3

/** Errors: JobFailed ConfigurationError, naming the key. */
export function readPhase(name: PhaseName, phase: Reader | undefined): Phase[] {
  if (phase === undefined) return []
  const read = {
    name,
    commands: phase.texts('commands'),
    finally: phase.texts('finally'),
    runtimeVersions: name === 'install' ? phase.variables('runtime-versions') : {},
    ...defined({ onFailure: readOnFailure(phase), runAs: phase.text('run-as') }),
  }
  const isEmpty = read.commands.length === 0 && read.finally.length === 0
  return isEmpty && Object.keys(read.runtimeVersions).length === 0 ? [] : [read]
}

/** ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex. */
function readOnFailure(phase: Reader): Phase['onFailure'] {
  const value = phase.text('on-failure')
  if (value === undefined || value === 'ABORT' || value === 'CONTINUE') return value
  const right = 'ABORT, CONTINUE, RETRY, RETRY-count, RETRY-regex or RETRY-count-regex'
  const [whole, count, pattern = '.*'] = /^RETRY(?:-(\d+))?(?:-(.+))?$/.exec(value) ?? []
  if (whole === undefined || count === '0') throw phase.wrong('on-failure', value, right)
  try {
    new RegExp(pattern)
  } catch (error) {
    throw phase.wrong('on-failure', value, `a regular expression behind RETRY- (${(error as Error).message})`)
  }
  return { times: count === undefined ? retriesUnlessSaid : Number(count), pattern }
}
