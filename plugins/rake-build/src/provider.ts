import { realpath, stat } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type ActionProvider, defineAction, defined, type JobContext, JobFailed } from '@penstock/core'
import { findBrokenGem } from './broken-gems.js'
import { checkRakefile, findRake, type RakeCommand } from './find-rake.js'
import { installGems, isAddress, parseGems } from './gems.js'
import { findMissingTask } from './missing-task.js'
import { outputGlobs, parseEnvironment, properties, splitTasks, validate } from './properties.js'

/**
 * Build/Custom/Rake and Test/Custom/Rake: runs rake in the input artifact's folder. Only when rake succeeded is anything put
 * out: a Rakefile that failed may have left a half-written page behind.
 */
export function rake(category: 'Build' | 'Test'): ActionProvider<typeof properties> {
  return defineAction({
    category,
    provider: 'Rake',
    description: 'Runs rake',
    inputArtifacts: 1,
    outputArtifacts: [0, 5],
    configuration: properties,
    validate,
    async run(job, ctx) {
      const { Task, WorkingDirectory, Bundler, Environment, Gems, GemSource, Timeout, OutputFiles } = job.configuration
      const source = await ctx.input(undefined, { outwardLinks: 'keep' })
      const cwd = await folderInside(source.folder, WorkingDirectory, 'WorkingDirectory')
      await checkRakefile(cwd, WorkingDirectory)
      const given = parseEnvironment(Environment)
      const declared = Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value]))
      const gems = parseGems(Gems)
      const hasGems = Object.keys(gems).length > 0
      const command = await findRake(ctx, cwd, hasGems ? 'never' : Bundler, { ...declared, ...given })
      const vendored = GemSource === undefined || isAddress(GemSource) ? undefined : GemSource
      const wanted = { gems, folder: await folderInside(source.folder, vendored, 'GemSource') }
      const env = {
        ...given,
        ...(await installGems(ctx, { ...wanted, ...defined({ source: GemSource }) }, { ...declared, ...given })),
      }
      const tasks = splitTasks(Task ?? '')
      const limit = Timeout === undefined ? {} : { timeout: Timeout * 60_000 }
      try {
        await ctx.exec([...command, ...tasks], { cwd, env, ...limit })
      } catch (error) {
        ctx.signal.throwIfAborted()
        throw (await explain(ctx, { command, tasks, cwd, env }, error as Error)) ?? error
      }
      const globs = outputGlobs(OutputFiles)
      for (const { name, files } of job.outputs) {
        const selected = files ?? globs
        await ctx.output(source.folder, { name, ...(selected === undefined ? {} : { files: selected }) })
      }
      return { summary: [...command, ...tasks].join(' ') }
    },
  })
}

/** How rake was called. */
interface Call {
  readonly command: RakeCommand
  readonly tasks: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** A failure whose cause can be told, with the remedy. */
async function explain(ctx: JobContext, call: Call, error: Error): Promise<JobFailed | undefined> {
  const { command, tasks, cwd, env } = call
  const missing = await findMissingTask(ctx, command, tasks, { cwd, env })
  if (missing !== undefined) {
    return new JobFailed(`${missing}; rake -T -A lists those that are there`, 'ConfigurationError')
  }
  const broken = await findBrokenGem(ctx, cwd, env)
  return broken === undefined ? undefined : new JobFailed(`${error.message}: ${broken}`)
}

/** Errors: JobFailed ConfigurationError when it leaves the input artifact, or is missing. */
async function folderInside(root: string, path: string | undefined, property: string): Promise<string> {
  if (path === undefined || path === '') return root
  const folder = resolve(root, path)
  const real = await realpath(folder).catch(() => undefined)
  const isFolder = real !== undefined && (await stat(real)).isDirectory()
  const base = await realpath(root)
  if (isFolder && (real === base || real.startsWith(base + sep))) return folder
  const right = 'a folder of the input artifact, relative to its top, is right'
  throw new JobFailed(`${property} is "${path}": ${right}`, 'ConfigurationError')
}
