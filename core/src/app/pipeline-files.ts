/** Pipelines kept as files: each is created, or updated when its file changed since it was last applied. */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Principal } from '../domain/access.js'
import { isFault } from '../domain/faults.js'
import type { PipelineDeclaration } from '../domain/pipeline.js'
import type { PipelineOperations } from '../engine/operations.js'
import type { Tag } from '../engine/views.js'
import { reason } from '../host/contain.js'
import type { AccessService } from '../host/services.js'
import type { MetaStore } from '../store/meta-store.js'

/** A file in the shape that `aws codepipeline get-pipeline` prints (its metadata is ignored), or the structure alone. */
export interface PipelineFile {
  readonly pipeline: PipelineDeclaration
  readonly tags?: readonly Tag[]
}

/** What became of one file. */
export interface AppliedFile {
  readonly file: string
  readonly result: 'created' | 'updated' | 'unchanged' | 'failed'
  readonly problem?: string
}

export interface PipelineFilesParts {
  readonly operations: Pick<PipelineOperations, 'createPipeline' | 'updatePipeline' | 'getPipeline'>
  readonly meta: Pick<MetaStore, 'get' | 'set'>
  readonly by: Principal
  /** Writes down what was changed, and in whose name. */
  readonly audit: AccessService['audit']
  /** The folder was asked for by name: it must be there. */
  readonly required?: boolean
}

/** Applies every *.json of a folder. A file that is wrong is told of and the others are applied. */
export async function applyPipelineFiles(folder: string, parts: PipelineFilesParts): Promise<AppliedFile[]> {
  const applied: AppliedFile[] = []
  const owners = new Map<string, string>()
  const failed = (file: string, problem: string) => applied.push({ file, result: 'failed', problem })
  for (const name of list(folder, parts.required ?? false, (problem) => failed(folder, problem))) {
    const file = join(folder, name)
    try {
      const read = readPipelineFile(file)
      const owner = owners.get(read.pipeline.name)
      if (owner !== undefined) throw new TypeError(`has the pipeline '${read.pipeline.name}', as ${owner} has already`)
      owners.set(read.pipeline.name, file)
      applied.push({ file, result: await applyFile(file, read, parts) })
    } catch (error) {
      failed(file, `${file}: ${reason(error)}`)
    }
  }
  return applied
}

/** Errors: SyntaxError and TypeError in words that say what is wrong with the text. */
export function parsePipelineFile(text: string): PipelineFile {
  let parsed: unknown
  try {
    parsed = JSON.parse(text.replace(/^\uFEFF/, '')) // some editors begin a file so
  } catch (error) {
    throw new SyntaxError(`is not JSON: ${withLine(text, (error as Error).message)}`)
  }
  if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
    throw new TypeError('must be an object such as get-pipeline prints')
  const { pipeline, tags } = parsed as { pipeline?: unknown; tags?: readonly Tag[] }
  const declaration = (pipeline ?? parsed) as PipelineDeclaration
  if (typeof declaration !== 'object' || typeof declaration.name !== 'string')
    throw new TypeError('has no "pipeline" with a "name", and is no pipeline structure itself')
  return { pipeline: declaration, ...(tags === undefined ? {} : { tags }) }
}

/** A folder that is not there is empty, unless it was asked for. */
function list(folder: string, required: boolean, failed: (problem: string) => void): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
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
  return { ...parsePipelineFile(text), digest: createHash('sha256').update(text).digest('hex') }
}

async function applyFile(
  file: string,
  { pipeline, tags, digest }: ReadFile,
  { operations, meta, by, audit }: PipelineFilesParts,
): Promise<AppliedFile['result']> {
  // By the file's own text: what somebody changed on the page meanwhile is undone only when the file changes, too.
  const key = `pipeline-file ${basename(file)} ${pipeline.name}`
  const exists = await operations.getPipeline(by, { name: pipeline.name }).then(() => true, ignoreMissing)
  if (exists && (await meta.get(key)) === digest) return 'unchanged'
  if (exists) await operations.updatePipeline(by, { pipeline })
  else await operations.createPipeline(by, { pipeline, tags })
  await meta.set(key, digest)
  const operation = exists ? 'UpdatePipeline' : 'CreatePipeline'
  await audit({ principal: by.arn, operation, target: pipeline.name, result: 'ok', detail: `from ${basename(file)}` })
  return exists ? 'updated' : 'created'
}

function ignoreMissing(error: unknown): false {
  if (isFault(error) && error.code === 'PipelineNotFoundException') return false
  throw error
}

/** JSON.parse tells a position; people want a line. */
function withLine(text: string, message: string): string {
  const position = /position (\d+)/.exec(message)?.[1]
  if (position === undefined || message.includes('line')) return message
  const before = text.slice(0, Number(position)).split('\n')
  return `${message} (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`
}
