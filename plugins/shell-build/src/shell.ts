import { type ActionProvider, type ConfigurationOf, commandProperties, defineAction, JobFailed } from '@penstock/core'
import { folderInside, inputVariables, openSources, writeOwn } from './source.js'
import {
  keepVariables,
  outputVariableNames,
  parseEnvironment,
  prepareVariables,
  readVariables,
  unixLines,
} from './variables.js'

const properties = {
  Command: {
    description:
      "What to run, as a shell script; stops at the first command that fails. The declaration's `commands` otherwise",
    example: 'make test',
    format: 'shell',
  },
  Shell: {
    description: 'What runs it: sh, bash, another program on the PATH, or an absolute path',
    default: 'sh',
    pattern: '[\\w./+-]+',
  },
  WorkingDirectory: { description: 'Where it runs, relative to the first input artifact' },
  Timeout: { type: 'number', description: 'Minutes until it is ended' },
  Environment: {
    description: 'More variables, as JSON: {"NAME": "value"}',
    example: '{"RAILS_ENV": "test"}',
  },
  ...commandProperties,
} as const

type Configuration = ConfigurationOf<typeof properties>

function validate(configuration: Configuration): string[] {
  const { Timeout, Environment } = configuration
  const environment = Environment === undefined ? {} : parseEnvironment(Environment, 'Environment')
  return [
    ...(Timeout !== undefined && !(Timeout > 0 && Timeout <= 1440)
      ? [`Timeout is ${Timeout}: more than 0 and up to 1440 minutes are right`]
      : []),
    ...(typeof environment === 'string' ? [environment] : []),
  ]
}

/**
 * Build/Custom/Shell and Test/Custom/Shell: a script in the first input artifact's folder. Output artifacts are what their
 * `files` select of that folder (all of it when absent), once the script succeeded.
 */
export function shell(category: 'Build' | 'Test'): ActionProvider<typeof properties> {
  return defineAction({
    category,
    provider: 'Shell',
    description: 'Runs a shell script',
    inputArtifacts: [0, 5],
    outputArtifacts: [0, 5],
    configuration: properties,
    validate,
    async run(job, ctx) {
      const { Command, Shell, WorkingDirectory, Timeout, Environment } = job.configuration
      const script = unixLines(Command ?? job.commands.join('\n'))
      if (script.trim() === '') {
        throw new JobFailed('Command is missing: what to run, such as "make test"', 'ConfigurationError')
      }
      const names = outputVariableNames(job)
      const sources = await openSources(job, ctx)
      const cwd = await folderInside(sources.folder, WorkingDirectory, 'WorkingDirectory')
      const environment = Environment === undefined ? {} : parseEnvironment(Environment, 'Environment')
      const keep = names.length === 0 ? '' : keepVariables(names, await prepareVariables(ctx))
      const file = writeOwn(ctx, 'script', `${script}\n${keep}`)
      await ctx.exec([Shell, '-e', file], {
        cwd,
        label: oneLine(script),
        env: {
          ...inputVariables('PENSTOCK_INPUT_', sources, true),
          ...(typeof environment === 'string' ? {} : environment),
        },
        ...(Timeout === undefined ? {} : { timeout: Timeout * 60_000 }),
      })
      for (const { name } of job.outputs) await ctx.output(sources.folder, { name })
      return { outputVariables: await readVariables(ctx, names) }
    },
  })
}

/** A script's first line, for the log's headings and for errors. */
function oneLine(script: string): string {
  const [first = '', ...more] = script.trim().split('\n')
  const shown = first.length > 120 ? `${first.slice(0, 119)}…` : first
  return more.length > 0 ? `${shown} …` : shown
}
