import { commandProperties, defineRule, JobFailed } from '@penstock/core'

/** C5: holds when all commands succeed, in the first input artifact's folder when there is one. */
export const commands = defineRule({
  provider: 'Commands',
  description: 'Runs shell commands; the rule holds when all of them succeed',
  inputArtifacts: [0, 5],
  configuration: commandProperties,
  async run(job, ctx) {
    if (job.commands.length === 0) throw new JobFailed('the rule has no commands', 'ConfigurationError')
    const [first] = job.inputNames
    const cwd = first === undefined ? ctx.workspace : (await ctx.input(first)).folder
    const script = ['set -e', ...job.commands].join('\n')
    await ctx.exec(['sh', '-c', script], { cwd, label: job.commands.join('; ') })
    return { summary: `${job.commands.length} commands succeeded` }
  },
})
