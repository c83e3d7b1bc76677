/** A job whose plugin's process ends under it: over the worker's own parts, with a real process and real steps. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { systemClock } from '../../src/domain/clock.js'
import { discoverPlugins } from '../../src/host/discover.js'
import { createHooks } from '../../src/host/hooks.js'
import { PluginHost } from '../../src/host/plugin-host.js'
import { ProviderRegistry } from '../../src/host/registry.js'
import { FolderArtifacts } from '../../src/testkit/folder-artifacts.js'
import { jobData } from '../../src/testkit/job-data.js'
import { Launcher } from '../../src/worker/launcher.js'
import { ActionLogs } from '../../src/worker/log-service.js'
import { providersOf } from '../../src/worker/provider-lookup.js'
import { JobRun } from '../../src/worker/run-job.js'
import { StepRunner } from '../../src/worker/step.js'

jest.setTimeout(120_000) // a process that runs from source starts slowly on a busy machine

let folder: string
let host: PluginHost
let registry: ProviderRegistry
const launcher = new Launcher()
const aborts: AbortController[] = []

/** Runs two steps; after the first it says so, keeps its place, and dies as often as the file `deaths` says. */
const plugin = `import { readFileSync, writeFileSync } from 'node:fs'
import { definePlugin } from '@penstock/core'
export default definePlugin({ name: 'mortal', apiVersion: '^1.0', register(api) {
  api.provideAction({ category: 'Build', provider: 'Mortal', outputArtifacts: 1, configuration: { Folder: { description: 'where', required: true } },
    validate: (c) => c.Folder === 'bad' ? ['Folder is "bad"'] : [],
    async run(job, ctx) {
      const { Folder } = job.configuration
      ctx.log.line('begins')
      const die = () => {
        const left = Number(readFileSync(Folder + '/deaths', 'utf8'))
        if (left > 0) { writeFileSync(Folder + '/deaths', String(left - 1)); process.exit(9) }
      }
      const step = ctx.exec(['sh', '-c', 'echo one >> "$0/ran"; while ! [ -e "$0/go" ]; do sleep 0.05; done; echo built > site.txt', Folder])
      while (!readFileSync(Folder + '/ran', 'utf8')) await new Promise((done) => setTimeout(done, 10))
      die()
      writeFileSync(Folder + '/go', '')
      await step
      ctx.log.line('ends')
      await ctx.output('.', { files: ['site.txt'] })
      return { summary: 'done' }
    } })
} })
`

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-isolated-'))
  writeFileSync(join(folder, 'mortal.ts'), plugin)
  writeFileSync(join(folder, 'ran'), '')
  const references = await discoverPlugins({
    configured: { './mortal.ts': null },
    baseFolder: folder,
    pluginsFolder: join(folder, 'plugins'),
    bundled: [],
  })
  registry = new ProviderRegistry()
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  host = new PluginHost({
    references,
    clock: systemClock,
    hooks: createHooks(),
    registry,
    states: { disabled: async () => new Set(), setEnabled: async () => {} },
    state: () => ({}) as never, // this plugin keeps none
    dataFolder: join(folder, 'plugin-data'),
    log: () => log,
    services: () => ({}) as never,
    isolation: { load: 90_000, register: 60_000, start: 60_000 },
  })
  await host.register()
  await host.start()
})
afterEach(async () => {
  for (const abort of aborts.splice(0)) abort.abort()
  await host.stop()
  rmSync(folder, { recursive: true, force: true })
})
afterAll(() => launcher.close())

function prepare(configuration = { Folder: folder }) {
  const type = { category: 'Build', provider: 'Mortal', version: '1' }
  const data = jobData(type, { configuration, outputs: ['Site'] })
  const providers = providersOf(registry)
  const provider = providers.find(data.actionTypeId)
  if (!provider) throw new Error(host.list()[0]?.problems.join())
  const abort = new AbortController()
  aborts.push(abort)
  const logs = new ActionLogs(join(folder, 'data'))
  const artifacts = new FolderArtifacts({}, join(folder, 'outputs'))
  const run = new JobRun({
    provider,
    again: () => providers.find(data.actionTypeId),
    jobId: 'job',
    data,
    dataFolder: logs.dataFolder,
    logs,
    steps: new StepRunner({ launcher, clock: systemClock, grace: 500 }),
    artifacts,
    clock: systemClock,
    signal: abort.signal,
    secrets: async () => undefined,
    checkpoint: async () => {},
    progress: async () => {},
    jobApi: async () => undefined,
  })
  const log = async () => {
    await logs.finish(data.actionExecutionId)
    const text = (await logs.read(data.actionExecutionId, 0))?.text ?? ''
    await logs.close()
    return text
  }
  return { run, log, artifacts }
}

const file = (name: string) => readFileSync(join(folder, name), 'utf8')

test('its step runs on and is adopted, nothing is said twice, and the result is as if nothing had been', async () => {
  writeFileSync(join(folder, 'deaths'), '2')
  const { run, log, artifacts } = prepare()
  expect(await run.run()).toEqual({ outcome: 'succeeded', result: { summary: 'done' } })
  expect(file('ran')).toBe('one\n')
  expect(file('deaths')).toBe('0')
  expect(readFileSync(join(artifacts.outputs.Site ?? '', 'site.txt'), 'utf8')).toBe('built\n')
  const lines = (await log()).split('\n')
  const ended = "the process of plugin 'mortal' ended by itself with exit code 9; the action goes on in a new one"
  const stored = expect.stringMatching(/^output artifact "Site": \d+ bytes$/)
  const notices = [`${ended} (2 of 3)`, `${ended} (3 of 3)`]
  expect(lines.filter((line) => !line.startsWith('$'))).toEqual(['begins', ...notices, 'ends', stored, ''])
  expect(host.list()).toMatchObject([
    { state: 'started', problems: [expect.stringContaining('1 s'), expect.stringContaining('2 s')] },
  ])
})

test('the third end of the process within one action is its failure', async () => {
  writeFileSync(join(folder, 'deaths'), '9')
  const { run, log } = prepare()
  expect(await run.run()).toEqual({
    outcome: 'failed',
    failure: {
      type: 'SystemUnavailable',
      message: "the process of plugin 'mortal' ended by itself with exit code 9, 3 times during this action",
    },
  })
  expect(file('ran')).toBe('one\n')
  expect(await log()).toContain('3 times during this action')
  writeFileSync(join(folder, 'go'), '') // lets the step end
})

test('validate is asked there before run', async () => {
  const { run, log } = prepare({ Folder: 'bad' })
  expect(await run.run()).toMatchObject({
    outcome: 'failed',
    failure: { type: 'ConfigurationError', message: 'Folder is "bad"' },
  })
  await log()
})

test('a job that was let go of stays so when the process ends: nobody reports it', async () => {
  writeFileSync(join(folder, 'deaths'), '0')
  rmSync(join(folder, 'ran'))
  writeFileSync(join(folder, 'ran'), '')
  const { run } = prepare()
  let over = false
  const done = run.run().then(() => {
    over = true
  })
  run.detach()
  await host.stop()
  await Promise.race([done, delay(200)])
  expect(over).toBe(false)
  writeFileSync(join(folder, 'go'), '')
})
