import { join } from 'node:path'
import { type ActionJob, type JobContext, JobFailed, readInside } from '@penstock/core'

/** A file of an input artifact, and the property that names it. */
export interface ArtifactFile {
  readonly property: string
  readonly artifact: string
  readonly file: string
}

/** `ARTIFACT::FILE`, as validate has found it right. */
export function artifactFile(property: string, text: string): ArtifactFile {
  const at = text.indexOf('::')
  return { property, artifact: text.slice(0, at), file: text.slice(at + 2) }
}

/** Errors: JobFailed ConfigurationError naming the property, for an artifact or a file that is not there. */
export async function readArtifactFile(
  { property, artifact, file }: ArtifactFile,
  job: Pick<ActionJob, 'inputNames'>,
  ctx: JobContext,
): Promise<string> {
  if (!job.inputNames.includes(artifact)) {
    const known = job.inputNames.join(', ') || 'none'
    throw new JobFailed(`${property}: ${artifact} is no input artifact of this action (${known})`, 'ConfigurationError')
  }
  const { folder } = await ctx.input(artifact)
  try {
    return readInside(ctx, join(folder, file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EISDIR') throw error
    throw new JobFailed(`${property}: the artifact ${artifact} has no file ${file}`, 'ConfigurationError')
  }
}

/** The same, as a JSON object. Errors: JobFailed ConfigurationError, with line and column of what is no JSON. */
export async function readArtifactJson(
  from: ArtifactFile,
  job: Pick<ActionJob, 'inputNames'>,
  ctx: JobContext,
): Promise<Readonly<Record<string, unknown>>> {
  const text = await readArtifactFile(from, job, ctx)
  const where = `${from.property}: ${from.artifact}::${from.file}`
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new JobFailed(`${where} is no JSON: ${(error as Error).message}`, 'ConfigurationError')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new JobFailed(`${where} must be a JSON object`, 'ConfigurationError')
  return value as Record<string, unknown>
}
