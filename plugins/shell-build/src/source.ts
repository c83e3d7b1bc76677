import { lstatSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { type ActionJob, type JobContext, JobFailed } from '@penstock/core'

/** Where a build runs: the primary input's folder, or an empty one, and the other inputs beside it. */
export interface Sources {
  readonly folder: string
  /** All inputs by their names. */
  readonly folders: ReadonlyMap<string, string>
  readonly primary?: string
  readonly revisionId?: string
}

/** Unpacks all inputs. `primary` names the one that the build runs in; the first when absent. Errors: JobFailed ConfigurationError. */
export async function openSources(job: ActionJob<unknown>, ctx: JobContext, primary?: string): Promise<Sources> {
  if (primary !== undefined && !job.inputNames.includes(primary)) {
    const message = `PrimarySource is "${primary}": one of the action's input artifacts is right (${job.inputNames.join(', ')})`
    throw new JobFailed(message, 'ConfigurationError')
  }
  const folders = new Map<string, string>()
  for (const name of job.inputNames) folders.set(name, (await ctx.input(name, { outwardLinks: 'keep' })).folder)
  const name = primary ?? job.inputNames[0]
  if (name === undefined) {
    const folder = join(ctx.workspace, 'source')
    mkdirSync(folder, { recursive: true })
    return { folder, folders }
  }
  const { folder, revisionId } = await ctx.input(name)
  return { folder, folders, primary: name, ...(revisionId === undefined ? {} : { revisionId }) }
}

/** Variables that tell where each input lies: `<prefix><name>`, with what no variable's name can hold as `_`. */
export function inputVariables(prefix: string, sources: Sources, withPrimary: boolean): Record<string, string> {
  const others = [...sources.folders].filter(([name]) => withPrimary || name !== sources.primary)
  return Object.fromEntries(others.map(([name, folder]) => [prefix + name.replace(/\W/g, '_'), folder]))
}

/** A folder below `root`, links followed. Errors: JobFailed ConfigurationError naming the property. */
export async function folderInside(root: string, written: string | undefined, property: string): Promise<string> {
  // A line's end behind a path belongs to the file that the pipeline was written in.
  const path = written?.replace(/[\r\n]+$/, '')
  if (path === undefined || path === '') return root
  const wrong = (why: string) => new JobFailed(`${property} is "${path}": ${why}`, 'ConfigurationError')
  const folder = resolve(root, path)
  const found = await realpath(folder).catch(() => undefined)
  const base = await realpath(root)
  if (
    !(folder === root || folder.startsWith(root + sep)) ||
    (found && !(found === base || found.startsWith(base + sep)))
  ) {
    throw wrong('a folder inside the input artifact is right, relative to its top')
  }
  if (found === undefined || !(await stat(found)).isDirectory()) throw wrong('the input artifact has no such folder')
  return folder
}

/**
 * Writes a file of the plugin's own into the workspace. One that is there already is replaced by rename, since a shell may
 * be reading it from before a restart. At once: another thread would cost more than so small a file.
 */
export function writeOwn(ctx: JobContext, name: string, content: string): string {
  const path = join(ctx.workspace, `.penstock-${name}`)
  const draft = `${path}.new`
  // What is at either place may be a link that a build made: it is replaced, never followed.
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined)
    writeFileSync(path, content, { mode: 0o600, flag: 'wx' })
  else {
    rmSync(draft, { force: true, recursive: true })
    writeFileSync(draft, content, { mode: 0o600, flag: 'wx' })
    renameSync(draft, path)
  }
  return path
}
