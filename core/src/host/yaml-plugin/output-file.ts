import { existsSync } from 'node:fs'
import { defined } from '../../domain/defined.js'
import { JobFailed } from '../job-failed.js'
import type { JobContext } from '../provider-context.js'
import { readInside } from '../read-inside.js'

/** What a command wrote to $PENSTOCK_OUTPUT, and what it means. */
export interface CommandOutput {
  readonly variables: Readonly<Record<string, string>>
  /** `::summary`, `::url` and `::id`: shown with the action. */
  readonly summary?: string
  readonly url?: string
  readonly id?: string
}

/**
 * Reads `KEY=value` lines; `KEY<<END` begins a value of several lines that ends at a line `END`. `::summary=`, `::url=`
 * and `::id=` are not variables: they are shown with the action. Errors: JobFailed naming the line.
 */
export async function readCommandOutput(ctx: Pick<JobContext, 'workspace'>, path: string): Promise<CommandOutput> {
  const text = existsSync(path) ? readInside(ctx, path) : ''
  const all = parse(text)
  const { '::summary': summary, '::url': url, '::id': id, ...variables } = all
  const stranger = Object.keys(variables).find((name) => name.startsWith('::'))
  if (stranger !== undefined)
    throw new JobFailed(`PENSTOCK_OUTPUT has ${stranger}: ::summary, ::url and ::id are known`)
  return {
    variables,
    ...defined({ summary, url, id }),
  }
}

function parse(text: string): Record<string, string> {
  const values: Record<string, string> = {}
  const lines = text.split('\n')
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? ''
    if (line.trim() === '') continue
    const [, name, mark, rest = ''] = /^((?:::)?[\w-]+)(=|<<)(.*)$/.exec(line) ?? []
    if (name === undefined)
      throw new JobFailed(`line ${at + 1} of PENSTOCK_OUTPUT is "${line.slice(0, 80)}": KEY=value is right`)
    if (mark === '=') {
      values[name] = rest
      continue
    }
    const end = lines.indexOf(rest, at + 1)
    if (rest === '' || end < 0)
      throw new JobFailed(`line ${at + 1} of PENSTOCK_OUTPUT begins ${name}<<${rest}, and no line "${rest}" ends it`)
    values[name] = lines.slice(at + 1, end).join('\n')
    at = end
  }
  return values
}
