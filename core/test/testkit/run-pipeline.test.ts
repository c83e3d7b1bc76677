import { defineAction } from '../../src/host/action-provider.js'
import { JobFailed } from '../../src/host/job-failed.js'
import { defineRule } from '../../src/host/rule-provider.js'
import { defineSource } from '../../src/host/source-provider.js'
import { dummyProvider } from '../../src/testkit/dummy-provider.js'
import { runPipelineWith } from '../../src/testkit/run-pipeline.js'
import { startTestServer } from '../../src/testkit/test-server.js'

jest.setTimeout(60_000)

const greet = defineAction({
  category: 'Build',
  provider: 'Greet',
  inputArtifacts: 1,
  configuration: { Name: { description: 'whom', required: true } },
  async run(job, ctx) {
    const { folder } = await ctx.input()
    await ctx.exec(['cat', 'a.txt'], { cwd: folder })
    if (job.configuration.Name === 'nobody') throw new JobFailed('there is nobody')
    return { summary: 'greeted', outputVariables: { Greeted: job.configuration.Name } }
  },
})

test('a pipeline runs with the provider in it', async () => {
  const run = await runPipelineWith(greet, { configuration: { Name: 'World' }, files: { 'a.txt': 'from a file\n' } })
  expect(run).toMatchObject({ status: 'Succeeded', outputVariables: { Greeted: 'World' } })
  expect(run.log).toContain('from a file')
})

test('a failure is told', async () => {
  const run = await runPipelineWith(greet, { configuration: { Name: 'nobody' }, files: { 'a.txt': '' } })
  expect(run).toMatchObject({
    status: 'Failed',
    action: { output: { executionResult: { errorDetails: { message: 'there is nobody' } } } },
  })
})

test('a source and a rule can be tried too', async () => {
  const source = defineSource({
    provider: 'Own',
    configuration: {},
    outputArtifacts: 1,
    latestRevision: async () => ({ revisionId: 'r1' }),
    async run(_job, ctx) {
      await ctx.output('.')
      return { revision: { revisionId: 'r1' } }
    },
  })
  expect(await runPipelineWith(source)).toMatchObject({ status: 'Succeeded' })
  const rule = (holds: boolean) =>
    defineRule({
      provider: 'Own',
      configuration: {},
      async run() {
        if (!holds) throw new JobFailed('it does not hold')
      },
    })
  expect(await runPipelineWith(rule(true))).toMatchObject({ status: 'Succeeded' })
  expect(await runPipelineWith(rule(false))).toMatchObject({ status: 'Failed' })
})

test('a test server has the plugins that were asked for, and no others', async () => {
  const server = await startTestServer({ plugins: [dummyProvider()], bundled: ['stage-rules'] })
  expect(server.plugins.list().map(({ name, state }) => [name, state])).toEqual([
    ['test-1', 'started'],
    ['stage-rules', 'started'],
  ])
  await server.stop()
  await expect(startTestServer({ bundled: ['nothing'] })).rejects.toThrow("no plugin 'nothing' comes with Penstock")
})
