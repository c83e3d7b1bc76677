/** Pipelines kept as files: each is created, or updated when its file changed since it was last applied. */

import { createHash } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defined } from '../../domain/defined.js'
import { isFault } from '../../domain/faults.js'
import { reason } from '../../host/contain.js'
import type { PrincipalOperations } from '../../operations/serve.js'
import type { MetaStore } from '../../store/meta-store.js'
import { type PipelineFile, parsePipelineText, pipelineFileName } from '../pipeline-text.js'
import { isKept } from './as-kept.js'

/** What became of one file. */
export interface AppliedFile {
  readonly file: string
  /** `gone`: the file is not there any more, and the pipeline that it made is. */
  readonly result: 'created' | 'updated' | 'unchanged' | 'failed' | 'gone'
  readonly problem?: string
  /** Of the pipeline whose definition was refused, when the file could be read so far. */
  readonly name?: string
}

export interface PipelineFilesParts {
  /** The operations, for whoever is named in the audit log, which tells the file, too. */
  readonly operationsFor: (
    detail: string,
  ) => Pick<PrincipalOperations, 'createPipeline' | 'updatePipeline' | 'getPipeline'>
  readonly meta: Pick<MetaStore, 'get' | 'set' | 'withPrefix' | 'delete'>
  /** What the folder was fetched of: links in it are not followed, for they may lead anywhere on this machine. */
  readonly commit?: string
  /** The folder was asked for by name: it must be there. */
  readonly required?: boolean
}

/** Applies every *.json, *.yaml and *.yml of a folder. A file that is wrong is told of and the others are applied. */
export async function applyPipelineFiles(folder: string, parts: PipelineFilesParts): Promise<AppliedFile[]> {
  const applied: AppliedFile[] = []
  const owners = new Map<string, string>()
  const failed = (file: string, problem: string, name?: string) =>
    applied.push({ file, result: 'failed', problem, ...defined({ name }) })
  for (const name of list(folder, parts.required ?? false, (problem) => failed(folder, problem))) {
    const file = join(folder, name)
    let refused: string | undefined
    try {
      const read = readPipelineFile(file, parts.commit !== undefined)
      const owner = owners.get(read.pipeline.name)
      if (owner !== undefined) throw new TypeError(`has the pipeline '${read.pipeline.name}', as ${owner} has already`)
      owners.set(read.pipeline.name, file)
      refused = read.pipeline.name
      applied.push({ file, result: await applyFile(file, read, parts) })
    } catch (error) {
      failed(file, named(file, reason(error)), refused)
    }
  }
  const unread = applied.some(({ result, name }) => result === 'failed' && name === undefined)
  return unread ? applied : [...applied, ...(await filesThatAreGone(owners, parts))]
}

/** Pipelines that a file made which is not there any more. Nothing is deleted: a file may be missed by accident. */
async function filesThatAreGone(
  owners: ReadonlyMap<string, string>,
  { meta, operationsFor }: PipelineFilesParts,
): Promise<AppliedFile[]> {
  const gone: AppliedFile[] = []
  for (const key of await meta.withPrefix(marks)) {
    const { file, name } = fromKey(key)
    const owner = owners.get(name)
    if (owner !== undefined && basename(owner) === file) continue
    const exists = owner === undefined && (await existing(operationsFor(`from ${file}`), name)) !== undefined
    if (exists) gone.push({ file, result: 'gone', name, problem: goneText(file, name) })
    else await meta.delete(key)
  }
  return gone
}

function goneText(file: string, name: string): string {
  return `pipelines: ${file} is gone, and the pipeline ${name} that it made is as it was: penstock delete ${name} removes it`
}

/** What is wrong with the text says the file itself. */
function named(file: string, problem: string): string {
  return problem.startsWith(file) ? problem : `${file}: ${problem}`
}

/** A folder that is not there is empty, unless it was asked for. */
function list(folder: string, required: boolean, failed: (problem: string) => void): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => pipelineFileName.test(name))
      .sort()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' || required) failed(`pipelines: the folder ${folder} cannot be read (${code})`)
    return []
  }
}

interface ReadFile extends PipelineFile {
  /** Tells whether the file changed. */
  readonly digest: string
}

function readPipelineFile(file: string, strange: boolean): ReadFile {
  if (strange && !lstatSync(file).isFile()) throw new TypeError('is a link or a folder: it must be a file')
  const text = readFileSync(file, 'utf8')
  return { ...parsePipelineText(text, file), digest: createHash('sha256').update(text).digest('hex') }
}

async function applyFile(
  file: string,
  { pipeline, tags, digest }: ReadFile,
  { operationsFor, meta, commit }: PipelineFilesParts,
): Promise<'created' | 'updated' | 'unchanged'> {
  // By the file's own text: what somebody changed on the page meanwhile is undone only when the file changes, too.
  const key = keyOf(basename(file), pipeline.name)
  const operations = operationsFor(`from ${basename(file)}${commit === undefined ? '' : ` at ${commit.slice(0, 12)}`}`)
  const known = await existing(operations, pipeline.name)
  if (known && (await meta.get(key)) === digest) return 'unchanged'
  const same = known !== undefined && isKept(pipeline, known)
  if (!known) await operations.createPipeline({ pipeline, tags })
  else if (!same) await operations.updatePipeline({ pipeline })
  await meta.set(key, digest)
  if (same) return 'unchanged'
  return known ? 'updated' : 'created'
}

/** What was applied last of a file, by the file's and the pipeline's name. */
const marks = 'pipeline-file '

function keyOf(file: string, name: string): string {
  return `${marks}${file} ${name}`
}

/** A file's name may have spaces, a pipeline's has none. */
function fromKey(key: string): { readonly file: string; readonly name: string } {
  const at = key.lastIndexOf(' ')
  return { file: key.slice(marks.length, at), name: key.slice(at + 1) }
}

function existing({ getPipeline }: Pick<PrincipalOperations, 'getPipeline'>, name: string) {
  return getPipeline({ name }).then(({ pipeline }) => pipeline, ignoreMissing)
}

function ignoreMissing(error: unknown): undefined {
  if (isFault(error) && error.code === 'PipelineNotFoundException') return undefined
  throw error
}
