/** A plugin in a process of its own in a whole server: reloaded, disabled and killed while its action runs. */
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { askServer } from '../../src/app/control-socket.js'
import type { RunningServer } from '../../src/app/server.js'
import { systemPrincipal } from '../../src/app/system-principal.js'
import { serverFolder } from './support/server-folder.js'
import { twoStages } from './support/two-stages.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

let server: RunningServer
const { at, ...own } = serverFolder()
const eventually = (holds: () => Promise<boolean>, what: string) => own.eventually(holds, what, 60_000)

/** `Wait` says which code runs it, waits in a step for the file `go`, and says it again. */
const code = (version: string) => `import { existsSync, writeFileSync } from 'node:fs'
import { definePlugin } from '@penstock/core'
export default definePlugin({ name: 'waits', apiVersion: '^1.0', register(api) {
  api.provideSource({ category: 'Source', provider: 'Quiet', outputArtifacts: 1, configuration: {},
    async latestRevision() { return undefined },
    async run(job, ctx) { writeFileSync(ctx.workspace + '/a.txt', 'a'); await ctx.output(ctx.workspace); return { revision: { revisionId: 'r1' } } } })
  api.provideAction({ category: 'Build', provider: 'Wait', inputArtifacts: 1, configuration: { Folder: { description: 'where', required: true } },
    validate: (c) => c.Folder === 'bad' ? ['Folder is "bad": a path is right'] : [],
    async run(job, ctx) {
      const { Folder } = job.configuration
      writeFileSync(Folder + '/pid', String(process.pid))
      await ctx.exec(['sh', '-c', 'echo ran >> "$0/ran"; while ! [ -e "$0/go" ]; do sleep 0.05; done', Folder])
      return { summary: '${version}' }
    } })
} })
`

/** Its section: what runs from source would be compiled anew in every sandbox; the attacks' test has plugins in sandboxes. */
const waits = '{ isolation: { sandbox: false } }'

async function start(yaml: string): Promise<void> {
  writeFileSync(at('waits.ts'), code('old'))
  server = await own.start(yaml)
}

async function startPipeline(where = at()): Promise<void> {
  const pipeline = twoStages('shop', 'Wait', 'Wait', { Folder: where })
  await server.services.operations.createPipeline(systemPrincipal('000000000000'), { pipeline })
  await eventually(async () => existsSync(at('ran')), 'the step')
}

async function build() {
  const { stageStates } = await server.services.operations.getPipelineState(systemPrincipal('000000000000'), {
    name: 'shop',
  })
  return stageStates[1]?.actionStates[0]?.latestExecution
}

const finish = async () => {
  writeFileSync(at('go'), '')
  await eventually(async () => (await build())?.status !== 'InProgress', 'the end')
  return build()
}
const file = (name: string) => readFileSync(at(name), 'utf8')
const dataDir = () => at('data')

test('a reload from the command line: the running action ends with the old code, its step runs once, and new ones have the new', async () => {
  await start(`plugins:\n  ./waits.ts: ${waits}\n`)
  await startPipeline()
  expect(Number(file('pid'))).not.toBe(process.pid)
  writeFileSync(at('waits.ts'), code('new'))
  expect(await askServer(dataDir(), { command: 'plugin reload', name: 'waits' })).toMatchObject({
    state: 'started',
    problems: [],
    isolation: 'process',
  })
  expect(await finish()).toMatchObject({ status: 'Succeeded', summary: 'old' })
  expect(file('ran')).toBe('ran\n')
  await server.services.operations.startPipelineExecution(systemPrincipal('000000000000'), { name: 'shop' })
  await eventually(async () => (await build())?.summary === 'new', 'the new code')
  const audit = await server.services.access.auditLog({ limit: 50 })
  expect(audit).toContainEqual(
    expect.objectContaining({
      operation: 'ReloadPlugin',
      target: expect.stringMatching(/:plugin:waits$/),
      result: 'ok',
    }),
  )
})

test.each([
  { it: 'in a process of its own', isolation: 'process' },
  { it: 'inside the server', isolation: 'none' },
])('a plugin $it that is switched off and on again loses no running action', async ({ isolation }) => {
  await start(`plugins:\n  ./waits.ts: ${isolation === 'none' ? '{ isolation: none }' : waits}\n`)
  await startPipeline()
  expect(Number(file('pid')) === process.pid).toBe(isolation === 'none')
  expect(await askServer(dataDir(), { command: 'plugin disable', name: 'waits' })).toMatchObject({ state: 'disabled' })
  expect(await askServer(dataDir(), { command: 'plugin enable', name: 'waits' })).toMatchObject({ state: 'started' })
  expect(await finish()).toMatchObject({ status: 'Succeeded', summary: 'old' })
  expect(file('ran')).toBe('ran\n')
})

test('its process is killed under a running step: the step goes on, the plugin comes back, the action succeeds', async () => {
  await start(`plugins:\n  ./waits.ts: ${waits}\n`)
  await startPipeline()
  const killed = file('pid')
  process.kill(Number(killed), 'SIGKILL')
  await eventually(async () => server.plugins.list()[0]?.problems.length === 1, 'the problem')
  expect(server.plugins.list()).toMatchObject([
    { state: 'started', problems: ["the process of plugin 'waits' was ended by SIGKILL; it is started again in 1 s"] },
  ])
  await eventually(async () => file('pid') !== killed, 'the second run')
  expect(await finish()).toMatchObject({ status: 'Succeeded', summary: 'old' })
  expect(file('ran')).toBe('ran\n')
})

test('a plugin that was added to penstock.yaml comes with a reload; what is wrong is said', async () => {
  await start(`plugins:\n  ./waits.ts: ${waits}\n`)
  const yaml = `plugins:\n  ./waits.ts: ${waits}\n  ./shop.plugin.yaml: {}\n`
  writeFileSync(at('shop.plugin.yaml'), "actions: [{ category: Build, provider: Shop, run: 'true' }]")
  await expect(askServer(dataDir(), { command: 'plugin reload', name: 'shop' })).rejects.toThrow(
    "no plugin is called 'shop'",
  )
  writeFileSync(at('penstock.yaml'), yaml)
  expect(await askServer(dataDir(), { command: 'plugin reload', name: 'shop' })).toMatchObject({
    state: 'started',
    provides: ['action Build/Custom/Shop/1'],
  })
  await expect(askServer(dataDir(), { command: 'plugin explode' as never, name: 'shop' })).rejects.toThrow(
    "does not know the command 'plugin explode'",
  )
})

test('the socket is for the owner of the data folder, and no server is said so', async () => {
  await start('plugins: {}\n')
  expect(statSync(join(dataDir(), 'control')).mode & 0o777).toBe(0o700)
  await server.stop()
  await expect(askServer(dataDir(), { command: 'plugin reload', name: 'x' })).rejects.toThrow(
    `no server runs on ${dataDir()}`,
  )
})

test('what its validate says of a configuration refuses the pipeline', async () => {
  await start(`plugins:\n  ./waits.ts: ${waits}\n`)
  await expect(startPipeline('bad')).rejects.toMatchObject({
    code: 'InvalidActionDeclarationException',
    message: expect.stringContaining('Folder is "bad": a path is right'),
  })
})
