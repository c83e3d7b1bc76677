import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import { blazeMeter } from '../src/provider.js'
import { account, type Behaviour, type BlazeMeterServer, startBlazeMeter } from './blazemeter-server.js'

jest.setTimeout(30_000)

let server: BlazeMeterServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const credentials = { ApiKeyId: account.apiKeyId, ApiKeySecret: account.apiKeySecret }

async function run(
  behaviour: Behaviour,
  options: RunActionOptions = {},
): Promise<ActionRun & { readonly seen: string[] }> {
  server = await startBlazeMeter(behaviour)
  const provider = blazeMeter({ baseUrl: server.url, pollSeconds: 0.02 })
  const configuration = { TestId: '12', ...credentials, ...options.configuration }
  return { ...(await runAction(provider, { ...options, configuration })), seen: server.seen }
}

function count(seen: readonly string[], route: string): number {
  return seen.filter((entry) => entry === route).length
}

describe('a test on BlazeMeter', () => {
  it('is found, started, followed to its end, judged and summed up', async () => {
    const done = await run({}, { configuration: { Note: 'release 7' } })
    expect(done).toMatchObject({
      outcome: 'succeeded',
      result: {
        externalExecutionId: '77',
        externalExecutionUrl: `${server?.url}/app/?public-token=tok#/masters/77/summary`,
        summary: 'BlazeMeter: 2000 hits, 20/s, 0.5 % errors, avg 120.5 ms, p90 250 ms',
        outputVariables: { Hits: '2000', HitsPerSecond: '20', ErrorsPercent: '0.5', AverageMs: '120.5', P90Ms: '250' },
      },
    })
    expect(done.seen.slice(0, 4)).toEqual([
      'GET /tests/12',
      'POST /tests/12/start',
      'PATCH /masters/77',
      'POST /masters/77/public-token',
    ])
    expect(server?.bodies).toMatchObject({
      'PATCH /masters/77': '{"note":"release 7"}',
      'POST /masters/77/public-token': '{"publicToken":"None"}',
      'POST /tests/12/start': '',
    })
    expect(count(done.seen, 'GET /masters/77/status?events=false')).toBe(4)
    expect(done.checkpoints[0]).toMatchObject({ masterId: '77', kind: 'load' })
  })

  it('may be a multi-test, found when there is no single one of that id', async () => {
    const done = await run({ multi: true })
    expect(done.outcome).toBe('succeeded')
    expect(done.seen.slice(0, 3)).toEqual(['GET /tests/12', 'GET /multi-tests/12', 'POST /multi-tests/12/start'])
  })

  it('is looked for where the suffix says', async () => {
    const done = await run({ multi: true }, { configuration: { TestId: '12.multi' } })
    expect(done.seen[0]).toBe('GET /multi-tests/12')
  })

  it('leaves the report private when asked to', async () => {
    const done = await run({}, { configuration: { PublicLink: 'false' } })
    expect(done.result?.externalExecutionUrl).toBe(`${server?.url}/app/#/masters/77/summary`)
    expect(count(done.seen, 'POST /masters/77/public-token')).toBe(0)
  })

  it('goes on without a public link when the plan has none', async () => {
    const done = await run({
      override: (route) =>
        route.endsWith('public-token')
          ? { status: 403, error: { code: 403, message: 'Public reports are off' } }
          : undefined,
    })
    expect(done.outcome).toBe('succeeded')
    expect(done.result?.externalExecutionUrl).toBe(`${server?.url}/app/#/masters/77/summary`)
  })

  it('is followed again after a restart, not started again', async () => {
    const checkpoint = { masterId: '77', kind: 'load', started: Date.now() }
    const done = await run({}, { checkpoint })
    expect(done.outcome).toBe('succeeded')
    expect(count(done.seen, 'POST /tests/12/start')).toBe(0)
  })

  it('puts out a report for machines, with what it was judged by', async () => {
    const done = await run({}, { outputs: ['Report'], configuration: { Thresholds: 'p95<=400, errors<1%' } })
    const folder = done.outputs.Report ?? ''
    expect(JSON.parse(readFileSync(join(folder, 'load-report.json'), 'utf8'))).toMatchObject({
      engine: 'BlazeMeter',
      label: 'ALL',
      hits: 2000,
      failed: 10,
      p95: 400,
      p99: 800,
      thresholds: [
        { rule: 'p95<=400ms', actual: 400, success: true },
        { rule: 'errors<1%', success: true },
      ],
    })
    expect(readFileSync(join(folder, 'load-report.xml'), 'utf8')).toContain('tests="2" failures="0"')
  })

  it('fails when a threshold of the action does not hold, naming each', async () => {
    const done = await run({}, { configuration: { Thresholds: 'avg<100, p90<300, hits/s>=50' } })
    expect(done.failure).toMatchObject({
      type: 'JobFailed',
      message: 'Thresholds: avg<100ms does not hold: it was 120.5 ms; hits/s>=50/s does not hold: it was 20 /s',
    })
  })

  it('never shows the key', async () => {
    const done = await run({
      override: (route) =>
        route === 'GET /masters/77' ? { status: 500, raw: `oops ${account.apiKeySecret}` } : undefined,
    })
    expect(done.outcome).toBe('failed')
    expect(done.log).not.toContain(account.apiKeySecret)
    expect(done.failure?.message).not.toContain(account.apiKeySecret)
  })
})

describe("BlazeMeter's refusals", () => {
  const answering = (route: string, status: number, code: number, message: string): Behaviour => ({
    override: (asked) => (asked === route ? { status, error: { code, message } } : undefined),
  })

  it.each([
    {
      it: '401 blames the key',
      behaviour: answering('GET /tests/12', 401, 401, 'Unauthorized'),
      failure: { type: 'PermissionError', message: expect.stringContaining('check ApiKeyId and ApiKeySecret') },
    },
    {
      it: '404 everywhere blames the TestId',
      behaviour: { override: () => ({ status: 404, error: { code: 404, message: 'Test not found' } }) },
      failure: { type: 'ConfigurationError', message: expect.stringContaining('neither a test nor a multi-test 12') },
    },
    {
      it: '402, the limit of the plan, is said',
      behaviour: answering('POST /tests/12/start', 402, 402, 'Concurrent tests exceeded'),
      failure: { type: 'PermissionError', message: expect.stringContaining('Concurrent tests exceeded') },
    },
    {
      it: '403, the limit of the plan, is said',
      behaviour: answering('POST /tests/12/start', 403, 403, 'Limit reached'),
      failure: { type: 'PermissionError', message: expect.stringContaining('Limit reached') },
    },
    {
      it: 'an error with HTTP 200 is an error',
      behaviour: answering('POST /tests/12/start', 200, 409, 'Already running'),
      failure: { type: 'JobFailed', message: expect.stringContaining('Already running') },
    },
    {
      it: 'what is not JSON is an error',
      behaviour: {
        override: (route: string) => (route === 'GET /tests/12' ? { status: 200, raw: '<html>Sign in' } : undefined),
      },
      failure: { type: 'JobFailed', message: expect.stringContaining('<html>Sign in') },
    },
  ])('$it', async ({ behaviour, failure }) => {
    const done = await run(behaviour)
    expect(done.failure).toMatchObject(failure)
  })

  it('a 5xx on a question is asked again', async () => {
    const done = await run({
      override: (route, count) =>
        route === 'GET /masters/77/ci-status' && count < 3 ? { status: 503, raw: 'busy' } : undefined,
    })
    expect(done.outcome).toBe('succeeded')
    expect(count(done.seen, 'GET /masters/77/ci-status')).toBe(3)
  })

  it('a 5xx on the start is not: two tests would run', async () => {
    const done = await run({
      override: (route) => (route === 'POST /tests/12/start' ? { status: 503, raw: 'busy' } : undefined),
    })
    expect(done.failure?.type).toBe('SystemUnavailable')
    expect(count(done.seen, 'POST /tests/12/start')).toBe(1)
  })
})

describe("BlazeMeter's verdict", () => {
  it.each([
    {
      it: 'no data is a failure, with what the engines said',
      behaviour: {
        master: {
          hasData: false,
          note: 'engine lost',
          sessions: [{ errors: [{ code: 3, message: 'out of memory' }] }],
        },
      },
      message: 'BlazeMeter run 77 has no data: out of memory (3); engine lost',
    },
    {
      it: 'failures of the CI status',
      behaviour: { ciStatus: { failures: [{ code: 0, message: 'avg above 100' }], errors: [] } },
      message: 'BlazeMeter run 77 failed: avg above 100',
    },
    {
      it: 'an end without a report (70404)',
      behaviour: {
        ciStatus: {
          failures: [],
          errors: [
            { code: 70404, message: 'No report' },
            { code: 0, message: 'x' },
          ],
        },
      },
      message: 'BlazeMeter run 77 failed: No report (70404); x',
    },
    {
      it: 'other errors of the CI status',
      behaviour: { ciStatus: { errors: [{ code: 61700, message: 'engine crashed' }] } },
      message: 'BlazeMeter run 77 ended with errors: engine crashed (61700)',
    },
    {
      it: "the test's own failure criteria",
      behaviour: {
        thresholds: {
          data: [
            { success: true, assertions: [{ field: 'hits.count', label: 'ALL', success: true }] },
            { success: false, assertions: [{ field: 'responseTime.avg', label: 'ALL', success: false }] },
          ],
        },
      },
      message: 'BlazeMeter run 77 missed its failure criteria: responseTime.avg of ALL',
    },
    {
      it: 'a functional test that did not pass',
      behaviour: { testType: 'functionalGui', master: { gridSummary: { definedStatus: 'failed' } } },
      message: 'BlazeMeter run 77 is failed',
    },
  ])('fails for $it', async ({ behaviour, message }) => {
    const done = await run(behaviour)
    expect(done.failure).toMatchObject({ message, externalExecutionId: '77' })
  })

  it('passes when the criteria hold', async () => {
    const done = await run({ thresholds: { data: [{ success: true, assertions: [] }] } })
    expect(done.outcome).toBe('succeeded')
  })

  it('passes a functional test that the grid calls passed', async () => {
    const done = await run({ testType: 'functionalGui', master: { gridSummary: { definedStatus: 'passed' } } })
    expect(done).toMatchObject({ outcome: 'succeeded', result: { summary: 'BlazeMeter: functional test passed' } })
  })
})

describe('ending a run early', () => {
  it('terminates a run that never ends, after the time limit', async () => {
    const done = await run(
      { statuses: [{ progress: 60, status: 'BOOTING' }] },
      { configuration: { TimeLimitMinutes: '0.002' } },
    )
    expect(done.failure?.message).toMatch(/did not end within TimeLimitMinutes 0.002; it was BOOTING \(60\)/)
    expect(count(done.seen, 'POST /masters/77/terminate')).toBe(1)
  })

  it.each([
    { progress: 60, how: 'terminate' },
    { progress: 110, how: 'stop' },
    { progress: 0, how: 'stop' },
  ])('$how at progress $progress when the execution is stopped', async ({ progress, how }) => {
    const stop = new AbortController()
    let polls = 0
    const done = await run(
      {
        statuses: [{ progress, status: 'SOMETHING' }],
        override: (route) => {
          if (route.includes('/status') && ++polls === 2) stop.abort(new Error('stopped'))
          return undefined
        },
      },
      { signal: stop.signal },
    )
    expect(done.outcome).toBe('failed')
    expect(done.seen.filter((route) => /\/(stop|terminate)$/.test(route))).toEqual([`POST /masters/77/${how}`])
  })
})
