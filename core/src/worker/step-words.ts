import type { StepOutcome } from './step-watch.js'
import { shellQuote } from './supervisor.js'

/** What goes behind a failed step's title, in words for the pipeline's owner. `timeout` in milliseconds. */
export function howItFailed(outcome: StepOutcome & { kind: 'exited' }, timeout: number | undefined): string {
  if (outcome.killed === 'timeout') {
    return `took longer than ${timeout === undefined ? 'its time' : `${timeout / 1000} s`} and was ended`
  }
  if (outcome.signal !== undefined) return `was ended by ${outcome.signal} (exit code ${outcome.exitCode})`
  const hint = outcome.exitCode === 127 ? ': command not found' : outcome.exitCode === 126 ? ': not executable' : ''
  return `failed with exit code ${outcome.exitCode}${hint}`
}

/** A command as one would type it: quoted only where the shell would need it. */
export function commandLine(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : shellQuote(word))).join(' ')
}
