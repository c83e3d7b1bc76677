import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Parts } from '../app/container.js'
import { withPlugins } from '../app/offline.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { lookup } from '../engine/define-pipeline.js'
import { reason } from '../host/contain.js'
import { convert } from './import/convert.js'
import { findPipeline } from './import/find-pipeline.js'
import type { KnownProperties } from './import/map-action.js'
import { type Note, Report } from './import/report.js'
import type { WhereOptions } from './main.js'
import { CommandFailed } from './output.js'
import { configOf } from './where.js'

export interface ImportOptions extends WhereOptions {
  readonly resource?: string
  /** `Name=value`. */
  readonly parameter?: readonly string[]
  readonly create?: boolean
  readonly outputFile?: string
}

/**
 * `penstock import FILE`: the pipeline goes to standard output (or into a file), what is to be known of it to standard
 * error. Status 1 when the result is not valid here yet. Errors: CommandFailed.
 */
export async function importPipeline(file: string, options: ImportOptions): Promise<void> {
  const config = configOf(options)
  const { region, accountId } = config.server
  const report = new Report()
  const around = { region, accountId, parameters: parametersOf(options.parameter ?? []) }
  const found = inWords(file, () => findPipeline(read(file), around, report, options.resource))
  const { pipeline, problems } = await withPlugins(config, async (parts) => {
    const pipeline = inWords(file, () => convert(found.pipeline, region, knownIn(parts), report))
    return { pipeline, problems: validatePipeline(pipeline, lookup(parts.engine)) }
  })
  const text = `${JSON.stringify({ pipeline, ...(found.tags.length > 0 ? { tags: found.tags } : {}) }, null, 2)}\n`
  const target = options.create ? join(config.pipelines, `${pipeline.name}.json`) : options.outputFile
  if (target === undefined) process.stdout.write(text)
  else if (problems.length === 0 || !options.create) write(target, text)
  for (const note of report.notes) process.stderr.write(`${lineOf(note)}\n`)
  for (const { path, message } of problems) process.stderr.write(`INVALID ${path || 'pipeline'}: ${message}\n`)
  if (problems.length > 0) process.exitCode = 1
}

function lineOf({ kind, path, message }: Note): string {
  return `${kind.toUpperCase()} ${path || 'pipeline'}: ${message}`
}

function knownIn({ registry }: Parts): KnownProperties {
  return (id) => {
    const provider = registry.action(id)?.provider
    if (!provider) return undefined
    return new Map(
      Object.entries(provider.configuration).map(([name, { secret }]) => [name, { secret: secret === true }]),
    )
  }
}

function parametersOf(given: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    given.map((text) => {
      const at = text.indexOf('=')
      if (at < 1) throw new CommandFailed(`--parameter is '${text}', but must be Name=value`)
      return [text.slice(0, at), text.slice(at + 1)]
    }),
  )
}

function read(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8')
  } catch (error) {
    throw new CommandFailed(`${file} cannot be read (${(error as NodeJS.ErrnoException).code})`)
  }
}

function write(file: string, text: string): void {
  try {
    mkdirSync(join(file, '..'), { recursive: true })
    writeFileSync(file, text)
  } catch (error) {
    throw new CommandFailed(`${file} cannot be written (${(error as NodeJS.ErrnoException).code})`)
  }
  process.stderr.write(`WRITTEN ${file}\n`)
}

/** What is wrong with the file is said with its name. */
function inWords<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    if (error instanceof CommandFailed) throw error
    throw new CommandFailed(`${file} ${reason(error)}`)
  }
}
