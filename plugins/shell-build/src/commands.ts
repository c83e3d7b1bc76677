import { type ActionProvider, commandProperties, defineAction, JobFailed } from '@penstock/core'
import { commandVariables } from './codebuild/environment.js'
import { openSources, writeOwn } from './source.js'
import { keepVariables, outputVariableNames, prepareVariables, quote, readVariables, unixLines } from './variables.js'

/** Every command is shown before it runs, and the first that fails ends them all. */
function script(commands: readonly string[]): string {
  const shown = commands.map(unixLines).map((command) => `printf '%s\\n' ${quote(`$ ${command}`)}\n${command}\n`)
  return `set -e\n${shown.join('')}`
}

/**
 * Compute/AWS/Commands: the declaration's `commands`, one after the other in one shell, in the primary input's folder.
 * Its `outputVariables` are read from that shell afterwards; output artifacts are what their `files` select.
 */
export function commands(): ActionProvider {
  return defineAction({
    category: 'Compute',
    owner: 'AWS',
    provider: 'Commands',
    description: 'Runs shell commands',
    inputArtifacts: [0, 10],
    outputArtifacts: [0, 5],
    configuration: {
      PrimarySource: { description: 'The input artifact that the commands run in; the first one unless given' },
      ...commandProperties,
    },
    async run(job, ctx) {
      if (job.commands.length === 0) {
        const message = 'commands is missing in the action declaration: a list of shell commands, such as ["make test"]'
        throw new JobFailed(message, 'ConfigurationError')
      }
      const names = outputVariableNames(job)
      const sources = await openSources(job, ctx, job.configuration.PrimarySource)
      const keep = names.length === 0 ? '' : keepVariables(names, await prepareVariables(ctx))
      const file = writeOwn(ctx, 'commands', `${script(job.commands)}${keep}`)
      await ctx.exec(['sh', file], {
        cwd: sources.folder,
        label: `${job.commands.length} command${job.commands.length === 1 ? '' : 's'}`,
        env: commandVariables(job, ctx, sources),
      })
      for (const { name } of job.outputs) await ctx.output(sources.folder, { name })
      return { outputVariables: await readVariables(ctx, names) }
    },
  })
}
