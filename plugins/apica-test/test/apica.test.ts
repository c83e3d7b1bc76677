import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import { apica } from '../src/provider.js'
import { parseThresholds, performanceOf } from '../src/thresholds.js'

type Answer = readonly [status: number, body: unknown]

const started: Answer = [200, { jobid: 5, exception: '' }]
const report = {
  'Link to testresults': 'https://apica.example.com/5',
  'Performance summary': {
    'Total passed loops': 97,
    'Total failed loops': '3',
    'Average response time per page (s)': '1.25',
    'Web transaction rate (Hits/s)': 40,
  },
}

let server: Server
let seen: string[]
let bodies: string[]
let overrides: Record<string, Answer[]>

/** Apica's API on loopback: preset smoke, file Home.class, job 5 that needs three looks. */
beforeEach(async () => {
  seen = []
  bodies = []
  overrides = {}
  let looks = 0
  const routes: Record<string, () => Answer> = {
    'GET /selfservicepresets/smoke': () => [200, { TestInstanceName: 'smoke' }],
    'GET /selfservicefiles/Home.class': () => [200, {}],
    'POST /selfservicejobs/preset': () => started,
    'GET /selfservicejobs/5': () => [
      200,
      { id: 5, message: `look ${looks}`, completed: looks++ >= 2, error: false, exception: null },
    ],
    'GET /selfservicejobs/5/summary': () => [200, report],
  }
  server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '', 'http://x')
    const route = `${request.method} ${url.pathname}`
    seen.push(route)
    let body = ''
    for await (const piece of request) body += piece
    bodies.push(body)
    const refused: Answer = [401, 'Invalid token']
    const [status, content] =
      url.searchParams.get('token') === 't&k'
        ? (overrides[route]?.shift() ?? routes[route]?.() ?? [404, 'not found'])
        : refused
    response.writeHead(status).end(typeof content === 'string' ? content : JSON.stringify(content))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(() => {
  server.closeAllConnections()
  server.close()
})

function run(options: RunActionOptions = {}): Promise<ActionRun> {
  const provider = apica({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, pollSeconds: 0.02 })
  const configuration = { Preset: 'smoke', RunnableFile: 'Home.class', ApiToken: 't&k', ...options.configuration }
  return runAction(provider, { ...options, configuration })
}

describe('a load test with Apica', () => {
  it('is checked, started, followed and summed up', async () => {
    const done = await run({ outputs: ['Report'] })
    expect(done).toMatchObject({
      outcome: 'succeeded',
      result: {
        externalExecutionId: '5',
        externalExecutionUrl: 'https://apica.example.com/5',
        outputVariables: { averageResponseTimePerPage: '1.25', failedLoopsRate: '3', hitsPerSecond: '40' },
      },
    })
    expect(seen).toEqual([
      'GET /selfservicepresets/smoke',
      'GET /selfservicefiles/Home.class',
      'POST /selfservicejobs/preset',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5/summary',
    ])
    expect(JSON.parse(bodies[2] ?? '')).toEqual({ PresetName: 'smoke', RunnableFileName: 'Home.class' })
    expect(JSON.parse(readFileSync(join(done.outputs.Report ?? '', 'apica-report.json'), 'utf8'))).toEqual(report)
  })

  it('is followed again after a restart, not started again', async () => {
    const done = await run({ checkpoint: { jobId: 5, started: Date.now() } })
    expect(done.outcome).toBe('succeeded')
    expect(seen).not.toContain('POST /selfservicejobs/preset')
  })

  it.each([
    ['averageResponseTimePerPage<1.25', 'averageResponseTimePerPage<1.25 does not hold: it was 1.25'],
    ['averageResponseTimePerPage<2, failedLoopsRate<3%', 'failedLoopsRate<3 does not hold: it was 3'],
    ['failedLoopsRate>5', 'failedLoopsRate>5 does not hold: it was 3'],
  ])('fails for %s', async (Thresholds, message) => {
    expect((await run({ configuration: { Thresholds } })).failure?.message).toBe(`Thresholds: ${message}`)
  })

  it('passes when the thresholds hold', async () => {
    const done = await run({ configuration: { Thresholds: 'averageResponseTimePerPage<2s, failedLoopsRate<5%' } })
    expect(done.outcome).toBe('succeeded')
  })

  it.each([
    [
      'a preset that is not there',
      'GET /selfservicepresets/smoke',
      [404, 'No such preset'],
      'ConfigurationError',
      /No such preset/,
    ],
    [
      'a file that is not there',
      'GET /selfservicefiles/Home.class',
      [404, 'No such file'],
      'ConfigurationError',
      /No such file/,
    ],
    [
      'a refused start',
      'POST /selfservicejobs/preset',
      [200, { exception: 'License exceeded' }],
      'JobFailed',
      /License exceeded/,
    ],
    ['a failed start', 'POST /selfservicejobs/preset', [503, 'busy'], 'SystemUnavailable', /busy/],
    [
      'an error while running',
      'GET /selfservicejobs/5',
      [200, { message: 'x', error: true, exception: 'script broke' }],
      'JobFailed',
      /script broke/,
    ],
  ] as const)('fails for %s', async (_, route, answer, type, message) => {
    overrides[route] = [answer]
    expect((await run()).failure).toMatchObject({ type, message: expect.stringMatching(message) })
    expect(seen.filter((entry) => entry.startsWith('POST')).length).toBeLessThanOrEqual(1)
  })

  it('asks again when a question stumbles', async () => {
    overrides['GET /selfservicejobs/5'] = [[502, 'gateway']]
    expect((await run()).outcome).toBe('succeeded')
  })

  it('gives up after the time limit', async () => {
    overrides['GET /selfservicejobs/5'] = Array.from({ length: 1000 }, () => [200, { message: 'running' }] as const)
    const done = await run({ configuration: { TimeLimitMinutes: '0.003' } })
    expect(done.failure?.message).toMatch(/did not end within TimeLimitMinutes 0.003; it was: running/)
  })

  it('blames the token, and does not show it', async () => {
    const done = await run({ configuration: { ApiToken: 'wr&ng' } })
    expect(done.failure).toMatchObject({ type: 'PermissionError', message: expect.stringContaining('Invalid token') })
    expect(JSON.stringify(done)).not.toMatch(/wr(&|%26)ng/)
  })

  it('needs a token', async () => {
    const done = await runAction(apica({}), { configuration: { Preset: 'a', RunnableFile: 'b.zip' } })
    expect(done.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining('ApiToken') })
  })
})

describe('thresholds', () => {
  it.each(['avg<1', 'failedLoopsRate=1', 'failedLoopsRate<x'])('refuses %s in words', (text) => {
    expect(parseThresholds(text).problems).toEqual([expect.stringContaining(`"${text}"`)])
  })

  it('knows what was not measured', () => {
    expect(performanceOf({})).toEqual({
      averageResponseTimePerPage: undefined,
      failedLoopsRate: undefined,
      hitsPerSecond: undefined,
    })
  })
})
