import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import type { JenkinsConfig } from '../src/config.js'
import { problemsOf } from '../src/properties.js'
import { jenkins } from '../src/provider.js'
import { type Behaviour, type JenkinsServer, startJenkins } from './jenkins-server.js'

jest.setTimeout(30_000)

let server: JenkinsServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

const job = '/job/team/job/site'
const credentials = { UserName: 'ann', ApiToken: 'the-api-token' }

async function run(
  behaviour: Behaviour,
  options: RunActionOptions = {},
  config: JenkinsConfig = {},
): Promise<ActionRun> {
  server = await startJenkins(behaviour)
  const provider = jenkins('Build', { pollSeconds: 0.02, ...config })
  const configuration = { ProjectName: 'team/site', ServerUrl: server.url, ...credentials, ...options.configuration }
  return runAction(provider, { ...options, configuration })
}

function count(route: string): number {
  return server?.seen.filter((entry) => entry === route).length ?? 0
}

describe('a Jenkins job', () => {
  it('is started, waited for in the queue, and followed to its end', async () => {
    const done = await run({ queued: 2 })
    expect(done).toMatchObject({
      outcome: 'succeeded',
      result: {
        summary: 'team/site #8: SUCCESS',
        externalExecutionId: '8',
        externalExecutionUrl: `${server?.url}${job}/8/`,
        outputVariables: { BuildNumber: '8', Result: 'SUCCESS' },
      },
    })
    expect(done.log).toContain("In Jenkins' queue: Waiting for next available executor")
    expect(done.log).toContain('Started by user ann\nBuilding\nFinished\n')
    expect(done.log.match(/Building/g)).toHaveLength(1)
    expect(done.checkpoints.slice(0, 2)).toEqual([{ queue: 31 }, { build: 8, offset: 0 }])
  })

  it('gets its parameters', async () => {
    await run({}, { configuration: { Parameters: '{"BRANCH": "feature/a b", "DEPLOY": false}' } })
    expect(server?.bodies[`POST ${job}/buildWithParameters?delay=0sec`]).toBe('BRANCH=feature%2Fa+b&DEPLOY=false')
  })

  it('may need a crumb with its session', async () => {
    expect(await run({ crumbs: true })).toMatchObject({ outcome: 'succeeded' })
    expect(count('GET /crumbIssuer/api/json')).toBe(1)
  })

  it('may run on a Jenkins that does not name the queue item', async () => {
    expect(await run({ old: true })).toMatchObject({ outcome: 'succeeded', result: { externalExecutionId: '8' } })
  })

  it('gives its archived files as the output artifact', async () => {
    const done = await run({ artifacts: { 'site/index.html': '<p>', 'a b#c.txt': 'odd' } }, { outputs: ['Site'] })
    const folder = done.outputs.Site ?? ''
    expect(readFileSync(join(folder, 'site/index.html'), 'utf8')).toBe('<p>')
    expect(readFileSync(join(folder, 'a b#c.txt'), 'utf8')).toBe('odd')
  })

  it.each([
    [{}, 'archived no artifacts'],
    [{ '../../evil': 'x' }, 'outside of its folder: ../../evil'],
  ])('fails for the artifacts %j', async (artifacts, message) => {
    const done = await run({ artifacts }, { outputs: ['Site'] })
    expect(done.failure?.message).toContain(message)
  })

  it.each([
    ['FAILURE', 'false', 'failed'],
    ['ABORTED', 'false', 'failed'],
    ['NOT_BUILT', 'true', 'failed'],
    ['UNSTABLE', 'false', 'failed'],
    ['UNSTABLE', 'true', 'succeeded'],
  ])('%s with AllowUnstable %s has %s', async (result, AllowUnstable, outcome) => {
    const done = await run({ result }, { configuration: { AllowUnstable } })
    expect(done.outcome).toBe(outcome)
    if (outcome === 'failed') {
      expect(done.failure).toMatchObject({ message: `Jenkins build team/site #8: ${result}`, externalExecutionId: '8' })
    }
  })
})

describe('after a restart', () => {
  it('a queued job is waited for, not started again', async () => {
    const done = await run({}, { checkpoint: { queue: 31 } })
    expect(done.outcome).toBe('succeeded')
    expect(count(`POST ${job}/build?delay=0sec`)).toBe(0)
  })

  it('a queue item that Jenkins has forgotten leads to its build', async () => {
    expect(await run({ forgetful: true }, { checkpoint: { queue: 31 } })).toMatchObject({ outcome: 'succeeded' })
    await server?.stop()
    const lost = await run({ forgetful: true }, { checkpoint: { queue: 99 } })
    expect(lost.failure).toBeDefined()
  })

  it('the log goes on where it was', async () => {
    const done = await run({ log: ['first\n', 'second\n'] }, { checkpoint: { build: 8, offset: 6 } })
    expect(done.log).toContain('second\n')
    expect(done.log).not.toContain('first')
  })
})

describe('when the execution is stopped', () => {
  it.each([
    ['a queued job is taken out of the queue', { queued: 1e9 }, 'POST /queue/cancelItem?id=31', '/queue/item/31/'],
    ['a running build is stopped', { endless: true }, `POST ${job}/8/stop`, '/8/logText/'],
  ])('%s', async (_, behaviour, route, at) => {
    const stop = new AbortController()
    const override = (asked: string) => {
      if (asked.includes(at)) setImmediate(() => stop.abort(new Error('stopped')))
      return undefined
    }
    const done = await run({ ...behaviour, override }, { signal: stop.signal })
    expect(done.outcome).toBe('failed')
    expect(count(route)).toBe(1)
  })
})

describe('errors', () => {
  it.each([
    [
      'a job that is not there',
      { override: (route: string) => (route.includes('/api/json') ? 404 : undefined) },
      'ConfigurationError',
      /ProjectName: Jenkins has no .*\/job\/team\/job\/site\//,
    ],
    ['a refused user', { override: () => 403 }, 'PermissionError', /HTTP 403: Error 403 \(check UserName/],
    [
      'a start that Jenkins stumbles over',
      { override: (route: string) => (route.startsWith('POST') ? 503 : undefined) },
      'SystemUnavailable',
      /HTTP 503/,
    ],
    ['a cancellation in the queue', { cancelledInQueue: true }, 'JobFailed', /queue item 31 was cancelled/],
  ])('%s', async (_, behaviour, type, message) => {
    const done = await run(behaviour)
    expect(done.failure).toMatchObject({ type, message: expect.stringMatching(message) })
    expect(server?.seen.filter((route) => route.startsWith('POST')).length).toBeLessThanOrEqual(1)
  })

  it('a stumbling answer to a question is asked for again', async () => {
    let stumbles = 0
    const override = (route: string) => (route.includes('progressiveText') && stumbles++ === 0 ? 502 : undefined)
    expect(await run({ override })).toMatchObject({ outcome: 'succeeded' })
  })

  it('the token of penstock.yaml is not sent to an address that a pipeline names', async () => {
    server = await startJenkins({})
    const provider = jenkins('Build', { url: 'http://127.0.0.1:9/', userName: 'ann', apiToken: 'the-api-token' })
    const done = await runAction(provider, { configuration: { ProjectName: 'team/site', ServerUrl: server.url } })
    expect(done.failure).toMatchObject({ type: 'PermissionError', message: expect.stringContaining('401') })
  })

  it('ServerUrl must come from somewhere', async () => {
    const done = await runAction(jenkins('Test', {}), { configuration: { ProjectName: 'x' } })
    expect(done.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining('ServerUrl') })
  })

  it.each([['[1]'], ['{"a": {}}'], ['nonsense'], ['null']])('Parameters %s are refused', (Parameters) => {
    expect(problemsOf({ ProjectName: 'x', AllowUnstable: false, Parameters })).toEqual([
      expect.stringContaining('Parameters: '),
    ])
  })
})
