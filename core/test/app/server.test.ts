/** A whole server, with plugins of the test's own instead of the bundled ones. */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Metrics } from '../../src/app/metrics.js'
import { type RunningServer, type StartOptions, startServerWith } from '../../src/app/server.js'
import { systemClock } from '../../src/domain/clock.js'
import { serverFolder } from './support/server-folder.js'
import { twoStages } from './support/two-stages.js'

jest.setTimeout(60_000) // real processes and ports, on machines that are busy

const { at, lines, ...own } = serverFolder()
const start = (options: StartOptions = {}, yaml = '') => own.start(yaml, options)
const eventually = (holds: () => Promise<boolean>) => own.eventually(holds, 'it', 15_000)

function plugin(name: string, body: string): void {
  const code = `import { definePlugin } from '@penstock/core'\nexport default definePlugin({ name: '${name}', apiVersion: '^1.0', register(api) { ${body} } })\n`
  writeFileSync(at(`${name}.ts`), code)
}

const source = `api.provideSource({ category: 'Source', provider: 'Quiet', outputArtifacts: 1, configuration: {},
  async latestRevision() { return undefined },
  async run(job, ctx) { const { writeFileSync } = require('node:fs'); writeFileSync(ctx.workspace + '/a.txt', 'a'); await ctx.output(ctx.workspace); return { revision: { revisionId: 'r1' } } } })`
const build = `api.provideAction({ category: 'Build', provider: 'Echo', inputArtifacts: 1, configuration: { Say: { description: 'what', required: true } },
  async run(job, ctx) { ctx.log.line('said ' + job.configuration.Say); return { summary: job.configuration.Say } } })`

function pipeline(name: string, say = 'hello'): string {
  return JSON.stringify({
    pipeline: twoStages(name, 'Say', 'Echo', { Say: say }),
    metadata: { pipelineArn: 'arn:aws:codepipeline:us-east-1:000000000000:x', created: '2026-01-01T00:00:00Z' },
  })
}

function pipelineFile(name: string, text: string): void {
  mkdirSync(at('pipelines'), { recursive: true })
  writeFileSync(at('pipelines', `${name}.json`), text)
}

/** But for the warning that these builds run without a sandbox, which machines with Node alone do not have. */
const problemsOf = ({ problems }: RunningServer) => problems.filter((one) => !one.includes('run without isolation'))

const get = async (server: RunningServer, path: string, init: RequestInit = {}) => {
  const response = await fetch(`${server.address}${path}`, init)
  return { status: response.status, body: await response.text(), headers: response.headers }
}

test('it is healthy and ready, says so, and stops', async () => {
  const server = await start()
  expect(problemsOf(server)).toEqual([])
  expect(await get(server, '/health')).toMatchObject({ status: 200, body: expect.stringContaining('"ok"') })
  expect(await get(server, '/ready')).toMatchObject({ status: 200 })
  expect(await get(server, '/nothing')).toMatchObject({ status: 404 })
  await server.stop()
  await expect(get(server, '/health')).rejects.toThrow()
})

test("a test may put a service of its own in the place of a server's", async () => {
  const metrics = { scrape: async () => ({ type: 'text/plain', text: 'mine' }), answered: () => {} }
  const options = { dataDir: at('data'), port: 0, env: {}, bundled: [], writeLog: () => {} }
  const server = await startServerWith(options, (register) => register(Metrics, metrics as unknown as Metrics))
  try {
    expect(await get(server, '/metrics')).toMatchObject({ status: 200, body: 'mine' })
  } finally {
    await server.stop()
  }
})

test('two servers in one process share nothing, and one data folder takes one server', async () => {
  const one = await start()
  const two = await start({ dataDir: at('other') })
  await one.services.access.createAccessKey('ci', [])
  expect(await two.services.access.listAccessKeys()).toEqual([])
  expect(one.services.identity.bucket).not.toBe(two.services.identity.bucket)
  await expect(start()).rejects.toThrow(`in use by the server with pid ${process.pid}`)
})

test('a port in use is named, with what to do, and nothing is left running', async () => {
  const one = await start()
  const dataDir = at('other')
  await expect(start({ port: one.port, dataDir })).rejects.toThrow(`port ${one.port} on 127.0.0.1 is in use`)
  expect(existsSync(join(dataDir, 'server.lock'))).toBe(false)
  await start({ dataDir })
})

test('the first start writes a password that signs in; the second start writes none; the bucket stays', async () => {
  const first = await start()
  const password = readFileSync(first.initialAdminPasswordFile ?? '', 'utf8').trim()
  expect(await first.services.access.signIn('admin', password, 'here')).toMatchObject({ name: 'admin' })
  expect(lines.join('')).not.toContain(password)
  await first.stop()
  const second = await start()
  expect(second.initialAdminPasswordFile).toBeUndefined()
  expect(second.services.identity.bucket).toBe(first.services.identity.bucket)
})

test('metrics are for this machine, unless a proxy stands before it, or the configuration says otherwise', async () => {
  const server = await start()
  expect((await get(server, '/metrics')).body).toContain('penstock_pipelines{kind="all"} 0')
  expect(await get(server, '/metrics', { headers: { 'x-forwarded-for': '10.0.0.1' } })).toMatchObject({ status: 403 })
  await server.stop()
  const off = await start({}, 'server:\n  metrics: "off"\n')
  expect(await get(off, '/metrics')).toMatchObject({ status: 404 })
})

test('a pipeline file is applied once, its execution runs on a plugin in one file, and a change of the file updates it', async () => {
  plugin('two', `${source}\n${build}`)
  pipelineFile('hello', pipeline('hello'))
  const yaml = 'plugins:\n  ./two.ts: { isolation: none }\n'
  const server = await start({}, yaml)
  expect(problemsOf(server)).toEqual([])
  const by = {
    name: 'test',
    arn: 'arn:aws:iam::000000000000:user/test',
    policies: ['AWSCodePipeline_FullAccess'] as const,
  }
  const { operations } = server.services
  await eventually(
    async () =>
      (await operations.listPipelineExecutions(by, { pipelineName: 'hello' })).pipelineExecutionSummaries[0]?.status ===
      'Succeeded',
  )
  const [run] = (await operations.listPipelineExecutions(by, { pipelineName: 'hello' })).pipelineExecutionSummaries
  expect(run).toMatchObject({
    trigger: { triggerType: 'CreatePipeline' },
    sourceRevisions: [{ actionName: 'Fetch', revisionId: 'r1' }],
  })
  const actions = await operations.listActionExecutions(by, { pipelineName: 'hello' })
  const said = actions.actionExecutionDetails.find(({ actionName }) => actionName === 'Say')
  const log = await server.services.logs.read(said?.actionExecutionId ?? '', 0)
  expect(log?.text).toContain('said hello')
  await server.stop()
  pipelineFile('hello', pipeline('hello', 'goodbye'))
  const again = await start({}, yaml)
  const { pipeline: now } = await again.services.operations.getPipeline(by, { name: 'hello' })
  expect(now).toMatchObject({ version: 2, stages: [{}, { actions: [{ configuration: { Say: 'goodbye' } }] }] })
  await again.stop()
  const third = await start({}, yaml)
  expect((await third.services.operations.getPipeline(by, { name: 'hello' })).pipeline.version).toBe(2)
})

test('X11 history that is too old is forgotten, with its logs and artifacts; what is young stays', async () => {
  plugin('two', `${source}\n${build}`)
  pipelineFile('old', pipeline('old'))
  let later = 0
  const clock = { now: () => Date.now() + later, after: systemClock.after }
  const server = await start({ clock }, 'plugins:\n  ./two.ts: { isolation: none }\nretention:\n  historyDays: 30\n')
  const by = { name: 'test', arn: '', policies: ['AWSCodePipeline_FullAccess'] as const }
  const { operations } = server.services
  const history = async () =>
    (await operations.listPipelineExecutions(by, { pipelineName: 'old' })).pipelineExecutionSummaries
  const files = () =>
    ['logs', 'artifacts']
      .filter((name) => existsSync(at('data', name)))
      .flatMap((name) =>
        readdirSync(at('data', name), { recursive: true }).filter((file) =>
          /\.(log|zip|idx)$|[A-Za-z0-9]{7}$/.test(String(file)),
        ),
      )
  await eventually(async () => (await history())[0]?.status === 'Succeeded')
  await eventually(async () => files().some((file) => String(file).endsWith('.log')))
  later = 29 * 24 * 3_600_000
  // What was last good, and what was before it, are kept for rollbacks however old they are.
  for (const count of [2, 3]) {
    await operations.startPipelineExecution(by, { name: 'old' })
    await eventually(async () => (await history()).filter(({ status }) => status === 'Succeeded').length === count)
  }
  await eventually(async () => files().filter((file) => String(file).endsWith('.log')).length >= 3)
  const before = files().length
  later += 2 * 24 * 3_600_000
  await eventually(async () => (await history()).length === 2)
  await eventually(async () => files().length < before)
  expect(files().some((file) => String(file).endsWith('.log'))).toBe(true)
})

test('a broken plugin, pipeline file and schedule are told of, and the rest works', async () => {
  plugin('two', `${source}\n${build}`)
  plugin('bad', `throw new Error('no luck')`)
  pipelineFile('broken', '{ "pipeline": ')
  pipelineFile('empty', '{}')
  pipelineFile('good', `\uFEFF${pipeline('good')}`)
  pipelineFile('twin', pipeline('good', 'something else'))
  const server = await start(
    {},
    "plugins:\n  ./bad.ts: { isolation: none }\n  ./two.ts: { isolation: none }\nschedules:\n  good: '0 0 31 2 *'\n",
  )
  const told = problemsOf(server).join('\n')
  expect(told).toContain('plugin bad: register: no luck')
  expect(told).toContain("schedules.good: schedule '0 0 31 2 *' never fires")
  expect(told).toMatch(/broken\.json: is not JSON/)
  expect(told).toMatch(/empty\.json: has no "pipeline"/)
  expect(told).toMatch(/twin\.json: has the pipeline 'good', as \S+good\.json has already/)
  expect(problemsOf(server)).toHaveLength(5)
  const by = { name: 'test', arn: '', policies: ['AWSCodePipeline_FullAccess'] as const }
  expect((await server.services.operations.listPipelines(by, {})).pipelines.map(({ name }) => name)).toEqual(['good'])
})

test('S19: the name of a refused file is kept while the file is there; a limit of pipelines is kept, too', async () => {
  plugin('two', `${source}\n${build}`)
  pipelineFile('kept', pipeline('kept').replace('Echo', 'Nothing'))
  const { services } = await start({}, 'limits:\n  pipelines: 1\nplugins:\n  ./two.ts: { isolation: none }\n')
  const by = { name: 'test', arn: '', policies: ['AWSCodePipeline_FullAccess'] as const }
  const create = (name: string) => services.operations.createPipeline(by, JSON.parse(pipeline(name)))
  await expect(create('kept')).rejects.toMatchObject({
    code: 'PipelineNameInUseException',
    message: expect.stringMatching(/^The name 'kept' belongs to the pipeline file kept\.json, which was refused/),
  })
  rmSync(at('pipelines', 'kept.json'))
  await create('kept')
  await expect(create('kept')).rejects.toMatchObject({ code: 'InvalidStructureException' })
  await expect(create('more')).rejects.toMatchObject({
    code: 'LimitExceededException',
    message: expect.stringContaining('at most 1 pipelines'),
  })
})

test('a folder of pipelines that was named must be there, and what files change is written down', async () => {
  const without = await start({}, 'pipelines: nowhere\n')
  expect(problemsOf(without)).toEqual([`pipelines: the folder ${at('nowhere')} cannot be read (ENOENT)`])
  await without.stop()
  plugin('two', `${source}\n${build}`)
  pipelineFile('good', pipeline('good'))
  const { services } = await start({}, 'plugins:\n  ./two.ts: { isolation: none }\n')
  expect(await services.access.auditLog({ limit: 10 })).toMatchObject([
    {
      operation: 'CreatePipeline',
      target: expect.stringMatching(/^arn:aws:codepipeline:.*:good$/),
      result: 'ok',
      detail: 'from good.json',
      principal: expect.stringMatching(/:root$/),
    },
  ])
})

describe('mounts', () => {
  test('match comes first, then the longest prefix; a disabled plugin answers nothing', async () => {
    const answer = (text: string) => `handle(_, res) { res.end('${text}') }`
    plugin('page', `api.mount({ prefix: '/', ${answer('page')} })`)
    plugin('hooks', `api.mount({ prefix: '/hooks', ${answer('hooks')} })`)
    plugin(
      'api',
      `api.mount({ prefix: '/', match: (req) => req.headers['x-amz-target'] !== undefined, ${answer('api')} })`,
    )
    const server = await start(
      {},
      'plugins:\n  ./page.ts: { isolation: none }\n  ./hooks.ts: { isolation: none }\n  ./api.ts: { isolation: none }\n',
    )
    expect((await get(server, '/')).body).toBe('page')
    expect((await get(server, '/hooks/x?y=1')).body).toBe('hooks')
    expect((await get(server, '/hooksaw')).body).toBe('page')
    expect((await get(server, '/hooks', { headers: { 'x-amz-target': 'x' } })).body).toBe('api')
    expect((await get(server, '/health')).body).toContain('ok')
    await server.plugins.disable('hooks')
    expect((await get(server, '/hooks/x')).body).toBe('page')
  })

  test("a handler that throws answers neutrally under an id that the log has, and is the plugin's problem", async () => {
    plugin('bad', `api.mount({ prefix: '/', handle() { throw new Error('password hunter2 is wrong') } })`)
    const server = await start({}, 'plugins:\n  ./bad.ts: { isolation: none }\n')
    const { status, body, headers } = await get(server, '/')
    expect(status).toBe(500)
    expect(body).not.toContain('hunter2')
    const id = headers.get('x-request-id') ?? ''
    expect(JSON.parse(body)).toEqual({ error: 'internal error', requestId: id })
    expect(lines.some((line) => line.includes(id))).toBe(true)
    expect(server.services.plugins.list()[0]).toMatchObject({
      state: 'started',
      problems: [expect.stringContaining('hunter2')],
    })
  })
})

test('a configuration that is wrong starts nothing', async () => {
  await expect(start({}, 'server:\n  prot: 1\n')).rejects.toThrow("did you mean 'port'?")
  expect(existsSync(at('data'))).toBe(false)
})

test('an artifact store that nobody provides starts nothing, and frees the data folder', async () => {
  await expect(start({}, 'artifacts:\n  store: cloud\n')).rejects.toThrow(
    "artifacts.store is 'cloud', which no plugin provides",
  )
  await start()
})

test('secrets never reach the log', async () => {
  plugin('chatty', `api.log.info('hello', { password: 'hunter2', nested: { secretAccessKey: 'hunter3' } })`)
  await start({}, 'plugins:\n  ./chatty.ts: { isolation: none }\n')
  expect(lines.join('')).toContain('"password":"****"')
  expect(lines.join('')).not.toMatch(/hunter[23]/)
})
