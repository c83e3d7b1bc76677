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
}

/** Applies every *.json of a folder, which need not be there. A file that is wrong is told of and the others are applied. */
export async function applyPipelineFiles(folder: string, parts: PipelineFilesParts): Promise<AppliedFile[]> {
  const applied: AppliedFile[] = []
  for (const name of list(folder)) {
    const file = join(folder, name)
    try {
      applied.push({ file, result: await applyFile(file, parts) })
    } catch (error) {
      applied.push({ file, result: 'failed', problem: `${file}: ${reason(error)}` })
    }
  }
  return applied
}

/** Errors: SyntaxError and TypeError in words that say what is wrong with the text. */
export function parsePipelineFile(text: string): PipelineFile {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
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

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort()
  } catch {
    return []
  }
}

async function applyFile(file: string, { operations, meta, by }: PipelineFilesParts): Promise<AppliedFile['result']> {
  const text = readFileSync(file, 'utf8')
  const { pipeline, tags } = parsePipelineFile(text)
  // By the file's own text: what somebody changed on the page meanwhile is undone only when the file changes, too.
  const key = `pipeline-file ${basename(file)} ${pipeline.name}`
  const digest = createHash('sha256').update(text).digest('hex')
  const exists = await operations.getPipeline(by, { name: pipeline.name }).then(() => true, ignoreMissing)
  if (exists && (await meta.get(key)) === digest) return 'unchanged'
  if (exists) await operations.updatePipeline(by, { pipeline })
  else await operations.createPipeline(by, { pipeline, tags })
  await meta.set(key, digest)
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
