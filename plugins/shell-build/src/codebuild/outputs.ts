import { cp, mkdir } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ActionJob, isArtifactError, type JobContext, JobFailed, listFiles } from '@penstock/core'
import { folderInside } from '../source.js'
import type { ArtifactSpec } from './artifact-spec.js'
import type { Buildspec } from './buildspec.js'

/**
 * Which section of the buildspec each output artifact comes from: the secondary artifact of its name, else, for the only
 * or first output, the primary one. Errors: JobFailed ConfigurationError naming the output that has no section.
 */
export function assignOutputs(
  job: ActionJob<unknown>,
  spec: Buildspec,
  file: string,
): ReadonlyMap<string, ArtifactSpec> {
  const assigned = new Map<string, ArtifactSpec>()
  job.outputs.forEach(({ name }, index) => {
    const section = spec.secondaryArtifacts[name] ?? (index === 0 ? spec.artifacts : undefined)
    if (section === undefined) {
      const missing = index === 0 ? 'artifacts.files' : `artifacts.secondary-artifacts.${name}`
      throw new JobFailed(`${file}: output artifact "${name}" needs ${missing}, which is missing`, 'ConfigurationError')
    }
    assigned.set(name, section)
  })
  return assigned
}

/** Puts out one artifact. Errors: JobFailed when no file matches, or the base directory is missing. */
export async function putOut(ctx: JobContext, root: string, name: string, spec: ArtifactSpec): Promise<void> {
  const base = await folderInside(root, spec.baseDirectory, 'base-directory')
  if (!spec.discardPaths && spec.excludePaths.length === 0) return ctx.output(base, { name, files: spec.files })
  const staged = join(ctx.workspace, '.penstock', 'artifacts', name)
  for (const path of await selected(base, name, spec)) {
    const target = join(staged, spec.discardPaths ? basename(path) : path)
    await mkdir(dirname(target), { recursive: true })
    await cp(join(base, path), target, { verbatimSymlinks: true, preserveTimestamps: true, force: true })
  }
  await ctx.output(staged, { name, files: ['**/*'] })
}

async function selected(base: string, name: string, spec: ArtifactSpec): Promise<readonly string[]> {
  try {
    return await listFiles(base, { files: spec.files, exclude: spec.excludePaths })
  } catch (error) {
    if (!isArtifactError(error)) throw error
    throw new JobFailed(`output artifact "${name}" could not be stored: ${error.message}`)
  }
}
