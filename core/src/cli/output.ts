import { isFault } from '../domain/faults.js'
import { table as fitted } from './terminal/table.js'

/** What commands end with, besides 0. */
export const exitStatus = { ok: 0, failed: 1, usage: 2, interrupted: 130, brokenPipe: 141 } as const

/** What people can do something about is said in words; anything else with its stack. Sets the exit status. */
export function fail(error: unknown): void {
  process.exitCode = error instanceof UsageError ? exitStatus.usage : exitStatus.failed
  process.stderr.write(`penstock: ${describe(error)}\n`)
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const explained = isFault(error) || explainedErrors.includes(error.name)
  return explained ? error.message : (error.stack ?? error.message)
}

/** Errors whose message names what is wrong and what would be right. */
const explainedErrors = [
  'ConfigError',
  'DataFolderRefused',
  'NewerSchema',
  'ListenFailed',
  'PluginRefused',
  'CommandFailed',
  'PipelineTextError',
  'Error',
  'SyntaxError',
]

/** A command that did not do what it was asked, and why. */
export class CommandFailed extends Error {
  override readonly name: string = 'CommandFailed'
}

/** A command that was called wrongly: exit status 2. */
export class UsageError extends CommandFailed {}

/** JSON for programs, lines for people. */
export function print(format: string | undefined, value: unknown, lines: () => readonly string[]): void {
  const text = format === 'json' ? JSON.stringify(value, null, 2) : lines().join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
}

/** Rows in columns as wide as they must be, and on a terminal no wider than it is. */
export function table(rows: readonly (readonly string[])[]): string[] {
  return fitted(rows)
}
