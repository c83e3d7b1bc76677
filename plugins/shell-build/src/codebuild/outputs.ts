import { copyFile, link, lstat, mkdir, readlink, rm, stat, symlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type ActionJob, isArtifactError, type JobContext, JobFailed, listFiles } from '@penstock/core'
import type { ArtifactSpec } from './artifact-spec.js'
import type { Buildspec } from './buildspec.js'
import { baseFolders, relativeGlob } from './folders.js'

/**
 * Which section of the buildspec each output artifact comes from: the secondary artifact of its name, else, for the only
 * or first output, the primary one. An output without a section stays empty: no artifact is made, as on AWS.
 */
export function assignOutputs(job: ActionJob<unknown>, spec: Buildspec): ReadonlyMap<string, ArtifactSpec | undefined> {
  return new Map(
    job.outputs.map(({ name }, index) => [
      name,
      spec.secondaryArtifacts[name] ?? (index === 0 ? spec.artifacts : undefined),
    ]),
  )
}

/** What the log says of an output that no section of the buildspec fills. */
export function emptyOutput(name: string, file: string, isOnly: boolean): string {
  const section = isOnly ? 'artifacts' : `artifacts.secondary-artifacts.${name}`
  return `output artifact "${name}" is not made: ${file} declares no ${section}; an action that takes it as input will fail`
}

/** Puts out one artifact. Errors: JobFailed when no file matches, or the base directory is missing. */
export async function putOut(ctx: JobContext, root: string, name: string, spec: ArtifactSpec): Promise<void> {
  const bases = await baseFolders(root, spec.baseDirectory)
  const [base] = bases
  if (base !== undefined && bases.length === 1 && !spec.discardPaths) {
    const files = spec.files.map((glob) => relativeGlob(root, base, glob))
    return ctx.output(base, { name, files, exclude: spec.excludePaths })
  }
  const staged = join(ctx.workspace, '.penstock', 'artifacts', name)
  await rm(staged, { recursive: true, force: true })
  await stage(ctx, root, bases, name, spec, staged)
  await ctx.output(staged, { name })
}

/** Gathers what is selected of several folders, or without its folders, in one. Later ones take the place of earlier ones. */
export async function stage(
  ctx: JobContext,
  root: string,
  bases: readonly string[],
  name: string,
  spec: ArtifactSpec,
  staged: string,
): Promise<void> {
  await mkdir(staged, { recursive: true })
  let count = 0
  for (const base of bases) {
    for (const path of await selected(root, base, spec)) {
      const target = join(staged, spec.discardPaths ? basename(path) : path)
      await mkdir(dirname(target), { recursive: true })
      if (await isThere(target)) {
        ctx.log.line(`output artifact "${name}": ${basename(target)} is there more than once; the last counts`)
        await rm(target, { force: true })
      }
      await linkFile(join(base, path), target)
      count++
    }
  }
  if (count === 0) {
    const globs = spec.files.map((glob) => `'${glob}'`).join(', ')
    throw new JobFailed(`output artifact "${name}" could not be stored: no file matches ${globs}`)
  }
}

/** In several folders, one may have nothing to give. */
async function selected(root: string, base: string, spec: ArtifactSpec): Promise<readonly string[]> {
  try {
    const files = spec.files.map((glob) => relativeGlob(root, base, glob))
    return await listFiles(base, { files, exclude: spec.excludePaths })
  } catch (error) {
    if (!isArtifactError(error)) throw error
    if (error.code === 'ArtifactEmpty' && error.message.startsWith('no file matches')) return []
    throw new JobFailed(error.message)
  }
}

/** The same file under another name: it is only read from here on. */
async function linkFile(from: string, to: string): Promise<void> {
  if ((await lstat(from)).isSymbolicLink()) return symlink(await readlink(from), to)
  await link(from, to).catch(() => copyFile(from, to))
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}
