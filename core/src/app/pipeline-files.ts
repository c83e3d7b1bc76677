/** Pipelines kept as files: each is created, or updated when its file changed since it was last applied. */

import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { defined } from '../domain/defined.js'
import { isFault } from '../domain/faults.js'
import { reason } from '../host/contain.js'
import type { PrincipalOperations } from '../operations/serve.js'
import type { MetaStore } from '../store/meta-store.js'
import { type PipelineFile, parsePipelineText, pipelineFileName } from './pipeline-text.js'

/** What became of one file. */
export interface AppliedFile {
  readonly file: string
  readonly result: 'created' | 'updated' | 'unchanged' | 'failed'
  readonly problem?: string
  /** Of the pipeline whose definition was refused, when the file could be read so far. */
  readonly name?: string
}

export interface PipelineFilesParts {
  /** The operations, for whoever is named in the audit log, which tells the file, too. */
  readonly operationsFor: (
    detail: string,
  ) => Pick<PrincipalOperations, 'createPipeline' | 'updatePipeline' | 'getPipeline'>
  readonly meta: Pick<MetaStore, 'get' | 'set'>
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
      const read = readPipelineFile(file)
      const owner = owners.get(read.pipeline.name)
      if (owner !== undefined) throw new TypeError(`has the pipeline '${read.pipeline.name}', as ${owner} has already`)
      owners.set(read.pipeline.name, file)
      refused = read.pipeline.name
      applied.push({ file, result: await applyFile(file, read, parts) })
    } catch (error) {
      failed(file, named(file, reason(error)), refused)
    }
  }
  return applied
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

function readPipelineFile(file: string): ReadFile {
  const text = readFileSync(file, 'utf8')
  return { ...parsePipelineText(text, file), digest: createHash('sha256').update(text).digest('hex') }
}

async function applyFile(
  file: string,
  { pipeline, tags, digest }: ReadFile,
  { operationsFor, meta }: PipelineFilesParts,
): Promise<AppliedFile['result']> {
  // By the file's own text: what somebody changed on the page meanwhile is undone only when the file changes, too.
  const key = `pipeline-file ${basename(file)} ${pipeline.name}`
  const operations = operationsFor(`from ${basename(file)}`)
  const exists = await operations.getPipeline({ name: pipeline.name }).then(() => true, ignoreMissing)
  if (exists && (await meta.get(key)) === digest) return 'unchanged'
  if (exists) await operations.updatePipeline({ pipeline })
  else await operations.createPipeline({ pipeline, tags })
  await meta.set(key, digest)
  return exists ? 'updated' : 'created'
}

function ignoreMissing(error: unknown): false {
  if (isFault(error) && error.code === 'PipelineNotFoundException') return false
  throw error
}
