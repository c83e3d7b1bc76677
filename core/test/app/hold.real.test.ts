/** A restored data folder: its server shows everything, and starts nothing until somebody says so. */
import { existsSync, writeFileSync } from 'node:fs'
import { askServer } from '../../src/app/control-socket.js'
import { holdFolder } from '../../src/app/hold.js'
import { systemPrincipal } from '../../src/app/system-principal.js'
import { resume } from '../../src/cli/resume.js'
import { serverFolder } from './support/server-folder.js'
import { twoStages } from './support/two-stages.js'

jest.setTimeout(90_000) // real servers, on machines that are busy

const { at, lines, start, eventually } = serverFolder()
const yaml = 'plugins:\n  ./two.ts: { isolation: none }\n'
const code = `import { definePlugin } from '@penstock/core'
export default definePlugin({ name: 'two', apiVersion: '^1.0', register(api) {
  api.provideSource({ category: 'Source', provider: 'Quiet', outputArtifacts: 1, configuration: {},
    async latestRevision() { return undefined },
    async run(job, ctx) { await ctx.output(ctx.workspace); return { revision: { revisionId: 'r1' } } } })
  api.provideAction({ category: 'Build', provider: 'Echo', inputArtifacts: 1, configuration: {}, async run() {} })
  api.provideNotifier({ name: 'log', async notify({ subject }) { api.log.info('told: ' + subject) } })
} })
`

test('no job is handed out and nobody is told, whoever asks; then all of it goes on, and the next start is as any', async () => {
  writeFileSync(at('two.ts'), code)
  const first = await start(yaml)
  const me = systemPrincipal(first.config.server.accountId)
  await first.services.operations.createPipeline(me, { pipeline: twoStages('site', 'Make', 'Echo', {}) })
  const states = async ({ services } = first) =>
    (await services.operations.listPipelineExecutions(me, { pipelineName: 'site' })).pipelineExecutionSummaries?.map(
      ({ status }) => status,
    )
  await eventually(async () => (await states())?.[0] === 'Succeeded', 'the first execution', 30_000)
  await first.stop()

  holdFolder(at('data'))
  const held = await start(yaml)
  expect(held.problems).toContainEqual(expect.stringContaining('until penstock resume'))
  lines.length = 0
  await held.services.operations.startPipelineExecution(me, { name: 'site' })
  const claim = { workerName: 'w-1', typeKeys: ['Source/Custom/Quiet/1'], limit: 5, held: [] }
  expect(await held.services.operations.claimJobs(me, claim)).toMatchObject({ jobs: [] })
  expect(await states(held)).toEqual(['InProgress', 'Succeeded'])
  expect(lines.join('')).not.toContain('told: site started')

  const print = jest.spyOn(process.stdout, 'write').mockReturnValue(true)
  await resume({ data: at('data') })
  expect(print.mock.calls.join('')).toBe('the server begins to work\n')
  await eventually(async () => (await states(held))?.[0] === 'Succeeded', 'the second execution', 30_000)
  await eventually(async () => lines.join('').includes('told: site started'), 'the news', 30_000)
  expect(await askServer(at('data'), { command: 'resume', name: '' })).toBe(false)
  expect(existsSync(at('data', 'held'))).toBe(false)
  await held.stop()

  holdFolder(at('data'))
  await resume({ data: at('data') })
  expect(print.mock.calls.at(-1)?.[0]).toBe('the next start of the server begins to work\n')
  print.mockRestore()
})
