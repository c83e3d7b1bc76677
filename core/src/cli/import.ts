import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Config, loadConfig } from '../app/config.js'
import { lockHolder } from '../app/folder-lock.js'
import { withPlugins } from '../app/offline.js'
import { defined } from '../domain/defined.js'
import { validatePipeline } from '../domain/validation/structure.js'
import { reason } from '../host/contain.js'
import type { Client } from './api/client.js'
import { type ConnectOptions, withClient } from './api/connect.js'
import { regionOf } from './endpoint.js'
import { buildProject } from './import/build-project.js'
import { type Lookup, ofPlugins, ofServer, withTypes } from './import/catalogue.js'
import { convert } from './import/convert.js'
import { create } from './import/create.js'
import { findPipeline } from './import/find-pipeline.js'
import type { Found } from './import/found.js'
import { readTexts } from './import/read-text.js'
import { type Imported, type Note, Report } from './import/report.js'
import { CommandFailed } from './output.js'
import { dataOverride } from './where.js'

export interface ImportOptions extends ConnectOptions {
  readonly resource?: string
  /** `Name=value`. */
  readonly parameter?: readonly string[]
  readonly create?: boolean
  readonly update?: boolean
  readonly dryRun?: boolean
  readonly outputFile?: string
  /** Where the CodeBuild projects are written; beside the pipeline unless given. */
  readonly projectsFile?: string
}

/**
 * `penstock import FILE...`: the pipeline goes to standard output or into a file; with --create to the server that
 * --endpoint names or that runs on the data folder, and into the folder of pipelines when none runs. What is to be known
 * of it goes to standard error. Status 1 when there is nothing that works yet, 3 when the pipeline was made and something
 * beside it was not. Errors: CommandFailed.
 */
export async function importPipeline(files: readonly string[], options: ImportOptions): Promise<void> {
  const file = files.join(', ')
  const config = loadConfig({
    ...defined({ file: options.config }),
    overrides: { ...dataOverride(options.data), 'server.region': regionOf(options) },
  })
  const report = new Report()
  const around = { ...config.server, parameters: parametersOf(options.parameter ?? []) }
  const texts = files.map((one) => ({ file: one, text: read(one) }))
  const documents = texts.flatMap(({ file, text }) => inWords(file, () => readTexts(text)))
  const found = inWords(file, () => findPipeline(documents, around, report, options.resource))
  const job = { file, options, config, report, found }
  if (meansServer(options, config)) await withClient(options, (client) => toServer(job, client))
  else await withPlugins(config, async (parts) => toFile(job, ofPlugins(parts)))
}

/** One that is named, or, for what is to be created, the one that runs on the data folder. */
function meansServer(
  { endpoint, profile, data, config: file, create, update }: ImportOptions,
  config: Config,
): boolean {
  const { PENSTOCK_ENDPOINT, AWS_ENDPOINT_URL_CODEPIPELINE } = process.env
  if (endpoint !== undefined) return true
  if (!create && !update) return false
  const isNamed = profile ?? PENSTOCK_ENDPOINT ?? AWS_ENDPOINT_URL_CODEPIPELINE
  const isHere = data !== undefined || file !== undefined
  return (isNamed !== undefined && !isHere) || lockHolder(config.dataDir) !== undefined
}

interface ImportJob {
  readonly file: string
  readonly options: ImportOptions
  readonly config: Config
  readonly report: Report
  readonly found: Found
}

async function toServer(job: ImportJob, client: Client): Promise<void> {
  const { options, report, found } = job
  const imported = converted(job, await ofServer(client, job.config.server.region))
  if (!(options.create || options.update)) return print(job, imported)
  tell(report, imported)
  if (imported.problems.length > 0) return
  const { pipeline } = imported
  const update = options.update === true
  const told = report.notes.length
  const { done, failed } = await create(
    client,
    { found, pipeline, tags: imported.tags, projects: imported.projects, update, dryRun: options.dryRun === true },
    report,
  )
  for (const note of report.notes.slice(told)) process.stderr.write(`${lineOf(note)}\n`)
  for (const line of done) process.stdout.write(`${line}\n`)
  for (const line of failed) process.stderr.write(`FAILED ${line}\n`)
  if (failed.length > 0) process.exitCode = 3
}

function toFile(job: ImportJob, known: Lookup): void {
  const { options, config, report, found } = job
  for (const { id, input } of found.actionTypes)
    report.add(
      'todo',
      id,
      `make the action type with aws codepipeline create-custom-action-type --cli-input-json '${JSON.stringify(input)}'`,
    )
  for (const { id } of found.webhooks)
    report.add('todo', id, 'the webhook is not imported: make one with aws codepipeline put-webhook')
  for (const { stageName, reason } of found.closed)
    report.add(
      'todo',
      'DisableInboundStageTransitions',
      `close the transition into ${stageName} once it is created (${reason})`,
    )
  const imported = converted(job, known)
  const { projects } = imported
  if (projects.length > 0)
    report.add(
      'todo',
      'projects',
      `put ${projects.map(({ name }) => name).join(', ')} at the server before the pipeline: penstock project put ${projectsFile(options, imported)}${(options.projectsFile ?? options.outputFile ?? options.create) ? '' : ' (written with --output-file or --projects-file)'}`,
    )
  const target = join(config.pipelines, `${imported.pipeline.name}.json`)
  if (!options.create && !options.update) print(job, imported)
  else tell(report, imported)
  if (imported.problems.length > 0 || !(options.create || options.update)) return
  if (options.dryRun) process.stdout.write(`WOULD BE WRITTEN ${target}\n`)
  else {
    write(target, textOf(imported))
    writeProjects(job, imported)
  }
}

const projectsFile = (options: ImportOptions, { pipeline }: Pick<Imported, 'pipeline'>) =>
  options.projectsFile ?? join(dirname(options.outputFile ?? ''), `${pipeline.name}.projects.json`)

/** Where no server takes the projects they are a file, for penstock project put. */
function writeProjects({ options }: ImportJob, { projects, pipeline }: Imported): void {
  if (projects.length === 0) return
  write(projectsFile(options, { pipeline }), `${JSON.stringify({ projects }, null, 2)}\n`)
}

function converted({ file, config, report, found }: ImportJob, known: Lookup): Imported {
  const types = withTypes(known, found.actionTypes)
  const projects = found.projects.map(({ id, input }) => buildProject(input, id, report))
  const names = new Set(projects.map(({ name }) => name))
  const pipeline = inWords(file, () => convert(found.pipeline, config.server.region, types, names, report))
  const tags = found.tags.filter(({ key }) => !String(key).startsWith('aws:'))
  if (tags.length < found.tags.length) report.add('dropped', 'tags', "those that begin with aws: are AWS's own")
  return { pipeline, tags, projects, problems: validatePipeline(pipeline, types) }
}

function print(job: ImportJob, imported: Imported): void {
  const { options, report } = job
  if (options.outputFile === undefined || options.dryRun) process.stdout.write(textOf(imported))
  else write(options.outputFile, textOf(imported))
  if (!options.dryRun && (options.projectsFile ?? options.outputFile) !== undefined) writeProjects(job, imported)
  tell(report, imported)
}

function textOf({ pipeline, tags }: Pick<Imported, 'pipeline' | 'tags'>): string {
  return `${JSON.stringify({ pipeline, ...(tags.length > 0 ? { tags } : {}) }, null, 2)}\n`
}

function tell(report: Report, { problems }: Imported): void {
  for (const note of report.notes) process.stderr.write(`${lineOf(note)}\n`)
  for (const { path, message } of problems) process.stderr.write(`INVALID ${path || 'pipeline'}: ${message}\n`)
  if (problems.length > 0) process.exitCode = 1
}

function lineOf({ kind, path, message }: Note): string {
  return `${kind.toUpperCase()} ${path || 'pipeline'}: ${message}`
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
