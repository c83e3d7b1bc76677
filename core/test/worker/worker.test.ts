import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock'
import { Fault } from '../../src/domain/faults'
import { ProviderRegistry } from '../../src/host/registry'
import { type DummyScript, dummyProvider } from '../../src/testkit/dummy-provider'
import { FakeClock } from '../../src/testkit/fake-clock'
import { FolderArtifacts } from '../../src/testkit/folder-artifacts'
import { ActionLogs } from '../../src/worker/log-service'
import { readStat } from '../../src/worker/process-table'
import { providersOf } from '../../src/worker/provider-lookup'
import { Worker } from '../../src/worker/worker'
import type { WorkerParts } from '../../src/worker/worker-parts'
import { MemoryJobClient } from './fixtures/memory-job-client'
import { testJob } from './fixtures/test-job'
import { until } from './fixtures/until'

jest.setTimeout(30_000)

let data: string
let client: MemoryJobClient
let workers: Worker[]
let said: string[]
let allLogs: ActionLogs[]

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'penstock-loop-'))
  client = new MemoryJobClient()
  workers = []
  said = []
  allLogs = []
})

afterEach(async () => {
  for (const worker of workers) await worker.stop(0)
  for (const logs of allLogs) await logs.close()
  rmSync(data, { recursive: true, force: true })
})

async function start(scripts: readonly DummyScript[], more: Partial<WorkerParts> = {}): Promise<Worker> {
  const registry = new ProviderRegistry()
  for (const script of scripts) registry.addAction('test', dummyProvider(script))
  const say = (message: string, details?: unknown) => said.push(`${message} ${JSON.stringify(details ?? {})}`)
  const logs = new ActionLogs(data)
  allLogs.push(logs)
  const artifacts = new FolderArtifacts({}, join(data, 'outputs'))
  const worker = new Worker({
    workerId: 'w',
    client,
    providers: providersOf(registry),
    dataFolder: data,
    logs,
    artifactsOf: () => artifacts,
    clock: systemClock,
    log: { debug: say, info: say, warn: say, error: say },
    secretsOf: () => async (name) => (name === 'known' ? 'v3rysecret' : undefined),
    grace: 300,
    ...more,
  })
  workers.push(worker)
  await worker.start()
  return worker
}

function queue(provider = 'Dummy', ...rest: Parameters<typeof testJob> extends [string, ...infer R] ? R : never) {
  const job = testJob(provider, ...rest)
  client.add(job)
  return job
}

test.each([
  { it: 'a push keeps its cache', data: {}, kept: [true] },
  { it: "a pull request's build gets none to write", data: { pullRequest: true }, kept: [false] },
  { it: "a fork's neither", data: { untrusted: true, pullRequest: true }, kept: [false] },
])('$it', async ({ data: more, kept }) => {
  const asked: boolean[] = []
  const of = (_pipeline: string, _wish: unknown, mayKeep: boolean) => {
    asked.push(mayKeep)
    return { level: 'sandbox', network: true, readOnly: [], writable: [], limits: {} }
  }
  await start([{}], { isolation: { of } as never })
  const job = queue('Dummy', more as never)
  expect(await result(job.id)).toEqual({ success: {} })
  expect(asked).toEqual(kept)
})

const result = async (id: string) => {
  await until(
    () => client.results.has(id),
    10_000,
    () => `a result: ${said.join('\n')}`,
  )
  return client.results.get(id)
}

const isRunning = (pid: number) => ![undefined, 'Z'].includes(readStat(pid)?.state)

const finalLog = (id: string) => join(data, 'logs', id.slice(0, 2), `${id}.log`)

test('claims what waits at the start and what comes later, reports, and leaves nothing but the log', async () => {
  const first = queue()
  await start([{ log: 'hello', outputVariables: { k: 'v' }, summary: 'done' }])
  expect(await result(first.id)).toEqual({
    success: { outputVariables: { k: 'v' }, executionDetails: { summary: 'done' } },
  })
  const second = queue()
  await result(second.id)
  await until(() => readdirSync(join(data, 'work')).length === 0, 5_000, 'the work folders to go')
  expect(readFileSync(finalLog(second.data.actionExecutionId), 'utf8')).toBe('hello\n')
})

test('runs no more jobs at a time than it may', async () => {
  const clock = new FakeClock()
  const worker = await start([{ after: 1_000 }], { concurrency: 2, clock })
  const jobs = [queue(), queue(), queue()]
  await until(() => worker.running.length === 2, 5_000, 'two jobs')
  expect(client.jobs.get(jobs[2]?.id ?? '')?.status).toBe('Queued')
  await clock.advance(1_000)
  await until(() => client.results.size === 2 && worker.running.length === 1, 5_000, 'the third job')
})

test('asks for the types it has, rules among them and approvals not', () => {
  const registry = new ProviderRegistry()
  registry.addAction('test', dummyProvider({ provider: 'A' }))
  registry.addAction('test', { ...dummyProvider({ provider: 'Manual', category: 'Approval' }), owner: 'AWS' })
  registry.addRule('test', { provider: 'VariableCheck', configuration: {}, run: async () => {} })
  const lookup = providersOf(registry)
  expect(lookup.keys()).toEqual(['Build/Custom/A/1', 'Invoke/AWS/Rule:VariableCheck/1'])
  const id = { category: 'Invoke', owner: 'AWS', provider: 'Rule:VariableCheck', version: '1' } as const
  expect(lookup.find(id)).toBeDefined()
  expect(lookup.find({ ...id, provider: 'VariableCheck' })).toBeUndefined()
})

test('reports until the queue has the result', async () => {
  client.failNext.push({ call: 'succeed', error: new Error('connection lost') })
  client.failNext.push({ call: 'claim', error: new Error('connection lost') })
  await start([{}])
  expect(await result(queue().id)).toEqual({ success: {} })
  expect(said.filter((line) => line.includes('connection lost'))).toHaveLength(2)
})

test('a result that the queue refuses is the action’s failure', async () => {
  const message = 'output variables of 200000 bytes: at most 122880'
  client.failNext.push({ call: 'succeed', error: new Fault('OutputVariablesSizeExceededException', message) })
  await start([{}])
  expect(await result(queue().id)).toEqual({ failure: { type: 'JobFailed', message } })
})

test('a plugin may refuse an action', async () => {
  await start([{ log: 'ran' }], { beforeAction: async ({ actionName }) => `${actionName} is frozen` })
  const job = queue()
  expect(await result(job.id)).toEqual({ failure: { type: 'JobFailed', message: 'a plugin refused it: A is frozen' } })
  expect(existsSync(finalLog(job.data.actionExecutionId))).toBe(false)
})

test('a configuration that cannot be is told before anything runs', async () => {
  await start([{ configuration: { N: { type: 'number', description: 'n', required: true } } }])
  const job = queue('Dummy', { configuration: { N: '{{secret:unknown}}' } })
  expect(await result(job.id)).toEqual({
    failure: {
      type: 'ConfigurationError',
      message:
        'N names the secret "unknown", which no secret store has: penstock secret set unknown, with its value on standard input, makes it',
    },
  })
})

test('secrets are in no message', async () => {
  const configuration = { T: { description: 'token', secret: true } }
  await start([{ configuration, exec: [['sh', '-c', 'echo v3rysecret; exit 1', 'v3rysecret']] }])
  const job = queue('Dummy', { configuration: { T: '{{secret:known}}' } })
  expect(await result(job.id)).toEqual({
    failure: { type: 'JobFailed', message: `"sh -c 'echo ****; exit 1' ****" failed with exit code 1` },
  })
  await until(() => !existsSync(join(data, 'work', job.data.actionExecutionId)), 5_000, 'the folder to go')
  expect(readFileSync(finalLog(job.data.actionExecutionId), 'utf8')).not.toContain('v3ry')
})

describe('a job that is to end', () => {
  test.each([
    { how: 'stop' as const, message: 'the execution was stopped' },
    { how: 'timeout' as const, message: 'the action took longer than its time limit' },
  ])('$how: its steps end and it reports why', async ({ how, message }) => {
    await start([{ exec: [['sleep', '986']] }])
    const job = queue()
    await until(
      () => existsSync(join(data, 'work', job.data.actionExecutionId, 'steps/0001/status')),
      5_000,
      'the step',
    )
    client.cancel(job.id, how)
    expect(await result(job.id)).toEqual({ failure: { type: 'JobFailed', message } })
  })

  test('learns of it with the next heartbeat when nobody tells it', async () => {
    const clock = new FakeClock()
    await start([{ after: 3_600_000 }], { clock })
    const job = queue()
    await until(() => clock.pending > 1, 5_000, 'the job to wait')
    client.cancel(job.id, 'stop', false)
    await clock.advance(9_999)
    expect(client.results.size).toBe(0)
    await clock.advance(1)
    await result(job.id)
    expect(client.heartbeats).toEqual([[{ jobId: job.id, fence: 1 }]])
  })

  test('is given up when its provider does not listen', async () => {
    const clock = new FakeClock()
    const worker = await start([{ after: 3_600_000, ignoresAbort: true }], { clock, patience: 5_000 })
    const job = queue()
    await until(() => clock.pending > 1, 5_000, 'the job to wait')
    client.cancel(job.id, 'abandon')
    await until(() => clock.pending > 2, 5_000, 'the abort')
    await clock.advance(5_000)
    expect(await result(job.id)).toEqual({
      failure: {
        type: 'JobFailed',
        message: expect.stringMatching(/abandoned, and the provider did not end within 5 s$/),
      },
    })
    await until(() => worker.running.length === 0, 5_000, 'the job to go')
  })

  test('is not reported when somebody else has it', async () => {
    const clock = new FakeClock()
    const worker = await start([{ after: 3_600_000 }], { clock })
    const job = queue()
    await until(() => clock.pending > 1, 5_000, 'the job to wait')
    client.takeAway(job.id)
    await clock.advance(10_000)
    await until(() => worker.running.length === 0, 5_000, 'the job to go')
    expect(client.results.size).toBe(0)
  })
})

describe('after a restart', () => {
  test('a result that was ready is delivered, and nothing is done again', async () => {
    client.failNext.push(...Array.from({ length: 50 }, () => ({ call: 'succeed' as const, error: new Error('away') })))
    const count = join(data, 'count')
    const script: DummyScript = { exec: [['sh', '-c', `echo run >>${count}`]], summary: 'first' }
    const worker = await start([script])
    const job = queue()
    await until(() => existsSync(join(data, 'work', job.data.actionExecutionId, 'report.json')), 5_000, 'the result')
    await worker.stop(0)
    client.failNext.length = 0
    await start([{ fail: 'must not run again' }])
    expect(await result(job.id)).toEqual({ success: { executionDetails: { summary: 'first' } } })
    expect(readFileSync(count, 'utf8')).toBe('run\n')
  })

  test('a continuation is a job of its own, however the job before it ended', async () => {
    const first = await start([{ log: 'first', summary: 'first' }])
    const { actionExecutionId } = queue().data
    await until(() => client.results.size === 1, 5_000, 'the first result')
    await first.stop(0)
    const folder = join(data, 'work', actionExecutionId)
    await until(() => !existsSync(folder), 5_000, 'the folder to go')
    mkdirSync(folder, { recursive: true })
    const report = { outcome: 'succeeded', result: { summary: 'of another job' } }
    writeFileSync(join(folder, 'report.json'), JSON.stringify({ jobId: 'another', report }))
    await start([{ log: 'second', summary: 'second' }])
    const next = queue('Dummy', { actionExecutionId })
    expect(await result(next.id)).toEqual({ success: { executionDetails: { summary: 'second' } } })
    await until(() => !existsSync(folder), 5_000, 'the folder to go')
    expect(readFileSync(finalLog(actionExecutionId), 'utf8')).toBe('first\nsecond\n')
  })

  test('a stopped worker starts nothing, and the next one goes on from the checkpoint', async () => {
    const clock = new FakeClock()
    const first = await start([{ checkpoint: { place: 7 }, after: 1_000, exec: [['true']] }], { clock })
    const job = queue()
    await until(() => client.jobs.get(job.id)?.continuationToken === '{"place":7}', 5_000, 'the checkpoint')
    await first.stop(0)
    await clock.advance(60_000)
    expect(client.results.size).toBe(0)
    await start([{ summary: 'by the second' }])
    expect(await result(job.id)).toEqual({ success: { executionDetails: { summary: 'by the second' } } })
  })

  test('what is nobody’s job any more is ended, its log kept, its folder removed', async () => {
    const first = await start([
      { log: 'v3rysecret', exec: [['sleep', '985']], configuration: { T: { description: 't', secret: true } } },
    ])
    const job = queue('Dummy', { configuration: { T: 'v3rysecret' } })
    const { actionExecutionId } = job.data
    const status = join(data, 'work', actionExecutionId, 'steps/0001/status')
    await until(() => existsSync(status), 5_000, 'the step')
    await until(() => readFileSync(status, 'utf8') !== '', 5_000, 'the start')
    const pid = Number(readFileSync(status, 'utf8').split(' ')[1])
    await first.stop(0)
    client.takeAway(job.id)
    await start([{}])
    await until(() => !existsSync(join(data, 'work', actionExecutionId)), 10_000, 'the folder to go')
    await until(() => !isRunning(pid), 2_000, 'the step to end')
    expect(readFileSync(finalLog(actionExecutionId), 'utf8')).toBe('****\n$ sleep 985\n')
  })

  test('a job whose plugin is gone fails and says so', async () => {
    client.add({ ...testJob('Gone'), status: 'InProgress', workerId: 'w', fence: 1 })
    await start([{}])
    const [job] = client.jobs.values()
    expect(await result(job?.id ?? '')).toEqual({
      failure: { type: 'ConfigurationError', message: 'no plugin provides Build/Custom/Gone/1' },
    })
  })
})

test('what a step leaves in the background ends with its action', async () => {
  const pidFile = join(data, 'pid')
  writeFileSync(pidFile, '')
  await start([{ exec: [['sh', '-c', `setsid sleep 984 & echo $! >${pidFile}`]] }])
  await result(queue().id)
  const pid = Number(readFileSync(pidFile, 'utf8'))
  await until(() => !isRunning(pid), 5_000, 'the background process to end')
})

test('a plugin whose jobs never end keeps no other from its first', async () => {
  const registry = new ProviderRegistry()
  registry.addAction('stuck', { ...dummyProvider(), provider: 'Stuck', run: () => new Promise<never>(() => {}) })
  registry.addAction('quick', { ...dummyProvider(), provider: 'Quick' })
  const clock = new FakeClock()
  await start([], { concurrency: 2, providers: providersOf(registry), clock })
  for (let n = 0; n < 3; n++) queue('Stuck')
  const quick = [queue('Quick'), queue('Quick')]
  const done = () => quick.filter(({ id }) => client.results.has(id)).length
  for (let n = 1; n <= 2; n++) {
    await clock.advance(1_000)
    await until(() => done() >= n, 10_000, `the quick job ${n} to end`)
  }
  expect([...client.jobs.values()].filter(({ status }) => status === 'Queued')).toHaveLength(1)
})
