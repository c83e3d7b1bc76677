import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type ActionJob,
  type EnvironmentVariable,
  type JobContext,
  JobFailed,
  readInside,
  readJsonTexts,
} from '@penstock/core'

const name = /^[A-Za-z_][A-Za-z0-9_]*$/

/** Text as one word of a shell script. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}

/** A script as Unix writes it: what was edited on Windows has CRLF, or begins with a byte order mark, which a shell takes for letters. */
export function unixLines(script: string): string {
  return script.replace(/^\ufeff|\r+(?=\n|$)/g, '')
}

/** Whether a shell can have a variable of this name. */
export function isVariableName(text: string): boolean {
  return name.test(text)
}

/** Where a script leaves the variables that it puts out: a file for each. */
export function variablesFolder(ctx: JobContext): string {
  return join(ctx.workspace, '.penstock', 'variables')
}

/** Shell lines that keep the values of those of the variables that are set, exported or not. */
export function keepVariables(names: readonly string[], folder: string): string {
  return names
    .map((one) => `if [ -n "\${${one}+set}" ]; then printf '%s' "$${one}" >${quote(`${folder}/${one}`)}; fi\n`)
    .join('')
}

/** Makes the folder that keepVariables writes to. */
export async function prepareVariables(ctx: JobContext): Promise<string> {
  const folder = variablesFolder(ctx)
  await mkdir(folder, { recursive: true })
  return folder
}

/** What the script left; those that it never set are named in the log. */
export async function readVariables(ctx: JobContext, names: readonly string[]): Promise<Record<string, string>> {
  if (names.length === 0) return {}
  const folder = variablesFolder(ctx)
  const kept = new Set(await readdir(folder).catch(() => []))
  const values: Record<string, string> = {}
  for (const one of names) {
    if (kept.has(one)) values[one] = readInside(ctx, join(folder, one))
    else ctx.log.line(`output variable ${one} was never set`)
  }
  return values
}

/** The declaration's `outputVariables`. Errors: JobFailed ConfigurationError for one that no shell can set. */
export function outputVariableNames(job: ActionJob<unknown>): readonly string[] {
  const names = job.outputVariableNames ?? []
  const wrong = names.find((one) => !isVariableName(one))
  if (wrong === undefined) return names
  throw new JobFailed(
    `outputVariables has "${wrong}": letters, digits and _ are right, no digit first`,
    'ConfigurationError',
  )
}

/** One problem, in words, or the variables of a JSON text: `{"A":"b"}`, or CodeBuild's `[{"name","value","type"}]`. */
export function parseEnvironment(text: string, property: string): Record<string, string> | string {
  let parsed: unknown
  try {
    parsed = readJsonTexts(text, property)
  } catch (error) {
    return (error as Error).message
  }
  if (typeof parsed !== 'object' || parsed === null) return `${property} must be an object or a list of name and value`
  const entries: unknown[] = Array.isArray(parsed)
    ? parsed
    : Object.entries(parsed).map(([key, value]) => ({ name: key, value }))
  const variables: Record<string, string> = {}
  for (const entry of entries) {
    const problem = addVariable(variables, entry, property)
    if (problem !== undefined) return problem
  }
  return variables
}

function addVariable(variables: Record<string, string>, entry: unknown, property: string): string | undefined {
  const variable = entry as Partial<Omit<EnvironmentVariable, 'type'>> & { readonly type?: string }
  if (typeof variable?.name !== 'string' || !isVariableName(variable.name)) {
    return `${property} has a variable named ${JSON.stringify(variable?.name)}: letters, digits and _ are right, no digit first`
  }
  const { value, type } = variable as { readonly value: unknown; readonly type?: string }
  if (type !== undefined && type !== 'PLAINTEXT') {
    return `${property}: ${variable.name} has the type ${type}: only PLAINTEXT is supported; write {{secret:NAME}} as its value`
  }
  if (!['string', 'number', 'boolean'].includes(typeof value)) {
    return `${property}: ${variable.name} needs a value, a text`
  }
  variables[variable.name] = String(value)
  return undefined
}
