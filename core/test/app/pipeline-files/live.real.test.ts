/** A whole server whose pipeline files change: in a folder, and in a real git repository. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { askServer } from '../../../src/app/control-socket.js'
import { startGitServer } from '../../../src/testkit/git-server.js'
import { serverFolder } from '../support/server-folder.js'

jest.setTimeout(60_000) // real processes and ports, on machines that are busy

const { at, start, eventually } = serverFolder()
const by = { name: 'test', arn: '', policies: ['AWSCodePipeline_FullAccess'] as const }
const type = (category: string, provider: string) => ({ category, owner: 'Custom', provider, version: '1' })
const pipeline = (name: string, say: string) =>
  JSON.stringify({
    name,
    stages: [
      {
        name: 'Source',
        actions: [{ name: 'S', actionTypeId: type('Source', 'Here'), outputArtifacts: [{ name: 'a' }] }],
      },
      {
        name: 'Build',
        actions: [{ name: say, actionTypeId: type('Build', 'Echo'), inputArtifacts: [{ name: 'a' }] }],
      },
    ],
  })
const plugin = `import { definePlugin } from '@penstock/core'
export default definePlugin({ name: 'two', apiVersion: '^1.0', register(api) {
  api.provideSource({ category: 'Source', provider: 'Here', outputArtifacts: 1, configuration: {}, async latestRevision() {}, async run() { return {} } })
  api.provideAction({ category: 'Build', provider: 'Echo', inputArtifacts: 1, configuration: {}, async run() { return {} } })
} })`
const plugins = 'worker: { enabled: false }\nplugins:\n  ./two.ts: { isolation: none }\n'

test('a changed file is applied while the server runs, and a reload does it at once', async () => {
  writeFileSync(at('two.ts'), plugin)
  mkdirSync(at('pipelines'))
  writeFileSync(at('pipelines/site.json'), pipeline('site', 'One'))
  const { services } = await start(plugins)
  const action = async () =>
    (await services.operations.getPipeline(by, { name: 'site' })).pipeline.stages[1]?.actions[0]?.name
  expect(await action()).toBe('One')
  writeFileSync(at('pipelines/site.json'), pipeline('site', 'Two'))
  await eventually(async () => (await action()) === 'Two', 'the changed pipeline', 20_000)
  rmSync(at('pipelines/site.json'))
  expect(await askServer(at('data'), { command: 'pipelines reload', name: '' })).toEqual([
    expect.objectContaining({ file: 'site.json', result: 'gone', name: 'site' }),
  ])
})

test('pipelines of a repository: those of its newest commit, and of the one before while it cannot be asked', async () => {
  writeFileSync(at('two.ts'), plugin)
  const git = await startGitServer()
  const url = await git.createRepository('acme/ci')
  await git.commit('acme/ci', { 'live/site.json': pipeline('site', 'One'), 'README.md': 'x' }, 'First')
  const yaml = `pipelines: { git: '${url}', path: live }\n${plugins}`
  const first = await start(yaml)
  const names = async (services: typeof first.services) =>
    (await services.operations.listPipelines(by, {})).pipelines.map(({ name }) => name)
  expect(await names(first.services)).toEqual(['site'])
  const id = await git.commit('acme/ci', { 'live/shop.json': pipeline('shop', 'One') }, 'Second')
  await first.reload()
  expect(await names(first.services)).toEqual(['shop', 'site'])
  expect((await first.services.access.auditLog({ limit: 1 }))[0]?.detail).toBe(`from shop.json at ${id.slice(0, 12)}`)
  await first.stop()
  await git.stop()
  const next = await start(yaml)
  expect(next.problems.filter((problem) => problem.includes(url))).toHaveLength(1)
  expect(await names(next.services)).toEqual(['shop', 'site'])
})
