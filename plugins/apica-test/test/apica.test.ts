import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import { apica } from '../src/provider.js'
import { parseThresholds, performanceOf } from '../src/thresholds.js'
import { type ApicaServer, report, startApica, token } from './apica-server.js'

let server: ApicaServer
beforeEach(async () => {
  server = await startApica()
})
afterEach(() => server.stop())

function run(options: RunActionOptions = {}): Promise<ActionRun> {
  const provider = apica({ baseUrl: server.url, pollSeconds: 0.02 })
  const configuration = { Preset: 'smoke', RunnableFile: 'Home.class', ApiToken: token, ...options.configuration }
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
    expect(server.seen).toEqual([
      'GET /selfservicepresets/smoke',
      'GET /selfservicefiles/Home.class',
      'POST /selfservicejobs/preset',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5',
      'GET /selfservicejobs/5/summary',
    ])
    expect(JSON.parse(server.bodies[2] ?? '')).toEqual({ PresetName: 'smoke', RunnableFileName: 'Home.class' })
    expect(JSON.parse(readFileSync(join(done.outputs.Report ?? '', 'apica-report.json'), 'utf8'))).toEqual(report)
  })

  it('is followed again after a restart, not started again', async () => {
    const done = await run({ checkpoint: { jobId: 5, started: Date.now() } })
    expect(done.outcome).toBe('succeeded')
    expect(server.seen).not.toContain('POST /selfservicejobs/preset')
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
    server.overrides[route] = [answer]
    expect((await run()).failure).toMatchObject({ type, message: expect.stringMatching(message) })
    expect(server.seen.filter((entry) => entry.startsWith('POST')).length).toBeLessThanOrEqual(1)
  })

  it('asks again when a question stumbles', async () => {
    server.overrides['GET /selfservicejobs/5'] = [[502, 'gateway']]
    expect((await run()).outcome).toBe('succeeded')
  })

  it('gives up after the time limit', async () => {
    server.overrides['GET /selfservicejobs/5'] = Array.from(
      { length: 1000 },
      () => [200, { message: 'running' }] as const,
    )
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
