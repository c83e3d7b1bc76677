import { isFault } from '../domain/faults.js'

/** What people can do something about is said in words; anything else with its stack. Sets the exit status. */
export function fail(error: unknown): void {
  process.exitCode = 1
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
  'Error',
  'SyntaxError',
]

/** A command that did not do what it was asked, and why. */
export class CommandFailed extends Error {
  override readonly name = 'CommandFailed'
}

/** JSON for programs, lines for people. */
export function print(format: string | undefined, value: unknown, lines: () => readonly string[]): void {
  const text = format === 'json' ? JSON.stringify(value, null, 2) : lines().join('\n')
  if (text !== '') process.stdout.write(`${text}\n`)
}

/** Rows in columns as wide as they must be. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}
