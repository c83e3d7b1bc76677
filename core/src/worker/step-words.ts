import { limitNames, limitWords, type StepLimits } from './sandbox/limits.js'
import type { StepOutcome } from './step-watch.js'
import { shellQuote } from './supervisor.js'

type Exited = StepOutcome & { kind: 'exited' }

/** What goes behind a failed step's title, in words for the pipeline's owner. `timeout` in milliseconds. */
export function howItFailed(outcome: Exited, timeout: number | undefined, limits: StepLimits = {}): string {
  if (outcome.killed === 'timeout') {
    return `took longer than ${timeout === undefined ? 'its time' : `${timeout / 1000} s`} and was ended`
  }
  const exceeded = exceededWords(outcome, limits)
  if (exceeded !== undefined) return `${outcome.exitCode === 0 ? 'failed' : 'was ended'}: it used more than ${exceeded}`
  const memory = outcome.outOfMemory ? ': the kernel ended processes meanwhile, for the machine was out of memory' : ''
  if (outcome.signal !== undefined) return `was ended by ${outcome.signal} (exit code ${outcome.exitCode})${memory}`
  const hint = outcome.exitCode === 127 ? ': command not found' : outcome.exitCode === 126 ? ': not executable' : ''
  return `failed with exit code ${outcome.exitCode}${hint}${memory}`
}

/** Which limit ended the step, if one did: ours that looked at all of it, or the kernel's of one process. */
export function exceededWords({ killed, signal }: Exited, limits: StepLimits): string | undefined {
  const name = limitNames.find((each) => each === killed) ?? (signal === 'SIGXCPU' ? 'cpuSeconds' : undefined)
  const value = name === undefined ? undefined : limits[name]
  if (name !== undefined && value !== undefined) return limitWords(name, value)
  if (signal !== 'SIGXFSZ' || limits.workspace === undefined) return undefined
  return `${limitWords('workspace', limits.workspace)} in one file`
}

/** A command as one would type it: quoted only where the shell would need it. */
export function commandLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word))).join(' ')
}
