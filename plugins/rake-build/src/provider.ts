import { realpath, stat } from 'node:fs/promises'
import { resolve, sep } from 'node:path'
import { type ActionProvider, defineAction, JobFailed } from '@penstock/core'
import { checkRakefile, findRake } from './find-rake.js'
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
      const { Task, WorkingDirectory, Bundler, Environment, Timeout, OutputFiles } = job.configuration
      const source = await ctx.input(undefined, { outwardLinks: 'keep' })
      const cwd = await folderInside(source.folder, WorkingDirectory)
      await checkRakefile(cwd, WorkingDirectory)
      const env = parseEnvironment(Environment)
      const declared = Object.fromEntries(job.environmentVariables.map(({ name, value }) => [name, value]))
      const command = await findRake(ctx, cwd, Bundler, { ...declared, ...env })
      const tasks = splitTasks(Task ?? '')
      const limit = Timeout === undefined ? {} : { timeout: Timeout * 60_000 }
      try {
        await ctx.exec([...command, ...tasks], { cwd, env, ...limit })
      } catch (error) {
        ctx.signal.throwIfAborted()
        const missing = await findMissingTask(ctx, command, tasks, { cwd, env })
        throw missing === undefined
          ? error
          : new JobFailed(`${missing}; rake -T -A lists those that are there`, 'ConfigurationError')
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

/** Errors: JobFailed ConfigurationError when it leaves the input artifact, or is missing. */
async function folderInside(root: string, path: string | undefined): Promise<string> {
  if (path === undefined || path === '') return root
  const folder = resolve(root, path)
  const real = await realpath(folder).catch(() => undefined)
  const isFolder = real !== undefined && (await stat(real)).isDirectory()
  const base = await realpath(root)
  if (isFolder && (real === base || real.startsWith(base + sep))) return folder
  const right = 'a folder of the input artifact, relative to its top, is right'
  throw new JobFailed(`WorkingDirectory is "${path}": ${right}`, 'ConfigurationError')
}
