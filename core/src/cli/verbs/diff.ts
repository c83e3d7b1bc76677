import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from 'yaml'
import { asKept, isKept } from '../../app/pipeline-files/as-kept.js'
import { pipelineFileName, readPipelineText } from '../../app/pipeline-text.js'
import type { PipelineDeclaration } from '../../domain/pipeline.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { pages } from '../api/pages.js'
import { exitStatus, print, UsageError } from '../output.js'
import { cleanLog } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { configOf } from '../where.js'
import type { VerbOptions } from './options.js'
import { existing } from './put.js'

export interface DiffOptions extends VerbOptions {
  readonly exitCode?: boolean
}

interface Difference {
  readonly file?: string
  readonly pipelineName: string
  readonly result: 'same' | 'differs' | 'new' | 'only at the server'
  /** Lines as `diff -u` has them; none for `same`. */
  readonly lines: readonly string[]
}

/**
 * `penstock diff [FILE|FOLDER...]`: what `penstock put`, or the server with its folder of pipelines, would change. A folder is taken for all
 * there are: what is only at the server is told, too. With `--exit-code` the status is 1 when something differs.
 */
export async function diff(paths: readonly string[], options: DiffOptions): Promise<void> {
  const given = paths.length > 0 ? paths : [ownFolder(options)]
  const files = given.flatMap(filesOf)
  const differences = await withClient(options, async (client) => {
    const each: Difference[] = []
    for (const file of files) each.push(await differenceOf(client, file))
    const whole = given.some((path) => isFolder(path))
    return whole ? [...each, ...(await onlyThere(client, each))] : each
  })
  print(options.output, differences, () => differences.flatMap(shown))
  const changed = differences.some(({ result }) => result === 'differs' || result === 'new')
  if (options.exitCode && changed) process.exitCode = exitStatus.failed
}

/** Errors: UsageError. */
function ownFolder(options: DiffOptions): string {
  const { pipelines, pipelinesGit } = configOf(options)
  if (!pipelinesGit) return pipelines
  throw new UsageError(
    `the pipelines come from ${pipelinesGit.git}: name the files, or their folder, of a working copy of it`,
  )
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

/** Errors: UsageError. */
function filesOf(path: string): string[] {
  if (path !== '-' && !statSync(path, { throwIfNoEntry: false }))
    throw new UsageError(`${path} is not there: name pipeline files, or a folder of them`)
  if (!isFolder(path)) return [path]
  return readdirSync(path)
    .filter((name) => pipelineFileName.test(name))
    .sort()
    .map((name) => join(path, name))
}

async function differenceOf(client: Client, file: string): Promise<Difference> {
  const { pipeline } = readPipelineText(file)
  const known = await existing(client, pipeline.name)
  const base = { file, pipelineName: pipeline.name }
  if (known && isKept(pipeline, known)) return { ...base, result: 'same', lines: [] }
  const lines = await linesBetween(known, (known && asKept(pipeline, known)) ?? pipeline, file)
  return { ...base, result: known ? 'differs' : 'new', lines }
}

async function linesBetween(known: PipelineDeclaration | undefined, given: PipelineDeclaration, file: string) {
  const [{ createTwoFilesPatch }, { stringify }] = await Promise.all([import('diff'), import('yaml')])
  const text = (pipeline: PipelineDeclaration | undefined) => {
    if (pipeline === undefined) return ''
    const { version: _, ...definition } = pipeline
    return stringify({ pipeline: definition }, { lineWidth: 0, sortMapEntries: byRank })
  }
  const before = known ? `${known.name} at the server, version ${known.version}` : 'not at the server'
  const patch = createTwoFilesPatch(before, file, text(known), text(given), undefined, undefined, { context: 3 })
  return patch.trimEnd().split('\n').slice(1) // without its line of equals signs
}

/** What says which thing it is comes first, what is long last, so that equal definitions have equal lines. */
const ranks = ['name', 'actionTypeId', 'ruleTypeId', 'category', 'owner', 'provider', 'version', 'configuration']

function byRank(a: Pair, b: Pair): number {
  const rank = ({ key }: Pair) => {
    const name = String(key)
    const at = ranks.indexOf(name)
    if (name === 'stages' || name === 'actions') return ranks.length + 1
    return at < 0 ? ranks.length : at
  }
  return rank(a) - rank(b) || String(a.key).localeCompare(String(b.key))
}

async function onlyThere(client: Client, each: readonly Difference[]): Promise<Difference[]> {
  const named = new Set(each.map(({ pipelineName }) => pipelineName))
  const all = await pages(async ({ nextToken }) => {
    const { pipelines: items, ...rest } = await client.listPipelines({ maxResults: 1000, nextToken })
    return { items, ...rest }
  })
  return all
    .filter(({ name }) => !named.has(name))
    .map(({ name }) => ({ pipelineName: name, result: 'only at the server', lines: [] }))
}

function shown({ file, pipelineName, result, lines }: Difference): string[] {
  const head = `${paint.bold(pipelineName)}: ${result}${file === undefined ? '' : ` (${file})`}`
  return [head, ...lines.map((line) => coloured(cleanLog(line)))]
}

function coloured(line: string): string {
  if (line.startsWith('+')) return paint.green(line)
  return line.startsWith('-') ? paint.red(line) : line
}
