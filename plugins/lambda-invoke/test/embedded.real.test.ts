import { existsSync, mkdtempSync, readFileSync, rmSync, watch } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import type { FunctionConfig, LambdaConfig } from '../src/config.js'
import { lambda } from '../src/provider.js'
import { type StandInJobApi, startJobApi } from './job-api.js'

jest.setTimeout(60_000)

const folder = join(__dirname, 'functions')
let api: StandInJobApi
beforeEach(async () => {
  api = await startJobApi()
})
afterEach(() => api.stop())

function invoke(
  fn: Partial<FunctionConfig>,
  options: RunActionOptions = {},
  config: Partial<LambdaConfig> = {},
): Promise<ActionRun> {
  const provider = lambda({ functions: { check: { folder, ...fn } }, continuationSeconds: 0.1, ...config })
  const configuration = { FunctionName: 'check', ...options.configuration }
  return runAction(provider, { jobApi: api.access, ...options, configuration })
}

/** Invokes the function that hangs, and acts once it does. */
async function whileItHangs(
  run: (options: RunActionOptions) => Promise<ActionRun>,
  act: () => unknown,
): Promise<ActionRun> {
  const place = mkdtempSync(join(tmpdir(), 'penstock-lambda-'))
  const watcher = watch(place, () => act())
  try {
    return await run({ configuration: { UserParameters: join(place, 'started') } })
  } finally {
    watcher.close()
    rmSync(place, { recursive: true, force: true })
  }
}

/** Comes back when the process is gone, which takes the system a moment; a zombie, which only its parent can bury, is. */
async function isGone(pid: number): Promise<void> {
  expect(pid).toBeGreaterThan(1)
  const stat = () => (existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '')
  while (stat() !== '' && !stat().includes(') Z ')) await setImmediate()
}

describe('an unmodified function in the embedded runtime', () => {
  it('reports success, with details and variables', async () => {
    const done = await invoke({ handler: 'index.succeed' }, { configuration: { UserParameters: 'http://site/' } })
    expect(done).toMatchObject({
      outcome: 'succeeded',
      result: { summary: 'all links work', outputVariables: { Links: '42', Remaining: 'true' } },
    })
    expect(done.result?.externalExecutionId).toMatch(/^[0-9a-f-]{36}$/)
    expect(done.log).toContain('checking http://site/ in check')
    expect(done.log).toMatch(/START RequestId: .*\n(.*\n)*REPORT RequestId: /)
  })

  it('cannot leak its credentials into the log', async () => {
    const done = await invoke({ handler: 'index.succeed' })
    expect(done.log).toContain('secret ****')
    expect(done.log).not.toContain('a-very-secret-key')
  })

  it('reports failure, with its type', async () => {
    const done = await invoke({ handler: 'index.fail' })
    expect(done.failure).toEqual({
      type: 'ConfigurationError',
      message: 'no links given',
      externalExecutionId: 'ext-1',
    })
  })

  it('is invoked again with the job that carries its continuation token (J7)', async () => {
    const first = await invoke({ handler: 'index.continues' })
    const second = await invoke({ handler: 'index.continues' }, { continuationToken: 'step-1' })
    const third = await invoke({ handler: 'index.continues' }, { continuationToken: 'step-2' })
    expect([first, second, third].map(({ log }) => /token (\S+)/.exec(log)?.[1])).toEqual([
      'undefined',
      'step-1',
      'step-2',
    ])
    expect(second.log).toContain('invoking it again in 0.1 s')
    expect(api.reports.map(({ continuationToken }) => continuationToken)).toEqual(['step-1', 'step-2', undefined])
  })

  it.each(['{"previous_job_id": "abc"}', '1.0', '"quoted"', 'null', '{}'])(
    'gets its token %s as it gave it',
    async (token) => {
      const done = await invoke({ handler: 'index.event' }, { continuationToken: token })
      expect(JSON.parse(done.result?.summary ?? '')).toHaveProperty(
        ['CodePipeline.job', 'data', 'continuationToken'],
        token,
      )
    },
  )

  it('goes on from its token after a restart in the middle of an invocation', async () => {
    const first = await invoke({ handler: 'index.continues' }, { continuationToken: 'step-2' })
    const again = await invoke({ handler: 'index.continues' }, { checkpoint: first.checkpoints[0] })
    expect(again.log).toContain('token step-2')
  })

  it.each([
    ['callback', { handler: 'index.calls' }],
    ['context', { handler: 'index.old' }],
    ['es', { folder: join(folder, 'es') }],
    ['shell', { folder: join(folder, 'shell') }],
  ])('may be written in the style %s', async (style, fn) => {
    const done = await invoke(fn)
    expect(done).toMatchObject({ outcome: 'succeeded', result: { outputVariables: { Style: style } } })
  })

  it('gets exactly the event of CodePipeline', async () => {
    const done = await invoke({ handler: 'index.event' }, { configuration: { UserParameters: '{"a":1}' } })
    const s3Location = (objectKey: string) => ({ bucketName: 'codepipeline-eu-west-1-0123456789', objectKey })
    expect(JSON.parse(done.result?.summary ?? '')).toEqual({
      'CodePipeline.job': {
        id: api.reports[0]?.jobId,
        accountId: '123456789012',
        data: {
          actionConfiguration: { configuration: { FunctionName: 'check', UserParameters: '{"a":1}' } },
          inputArtifacts: [
            { location: { s3Location: s3Location('p/Site/abc'), type: 'S3' }, revision: null, name: 'Site' },
          ],
          outputArtifacts: [
            { location: { s3Location: s3Location('p/Report/def'), type: 'S3' }, revision: null, name: 'Report' },
          ],
          artifactCredentials: { accessKeyId: 'AKID', secretAccessKey: '****', sessionToken: '****' },
        },
      },
    })
  })

  it("sees nothing of the server's environment, and what is configured for it", async () => {
    process.env.PENSTOCK_TEST_SECRET = 'leaked'
    const done = await invoke({ handler: 'index.environment', environment: { OWN: 'yes' } })
    delete process.env.PENSTOCK_TEST_SECRET
    expect(done.result?.outputVariables).toEqual({ Leaked: 'nothing', Own: 'yes', Home: folder })
  })
})

describe('a function that goes wrong', () => {
  it.each([
    ['throws', { handler: 'index.throws' }, 'check: TypeError: no such thing'],
    [
      'exits',
      { handler: 'index.exits' },
      'check: Runtime.ExitError: Runtime exited without providing a reason: exit status 7',
    ],
    [
      'eats',
      { handler: 'index.eats', memoryMb: 128 },
      'check: Runtime.ExitError: Runtime exited without providing a reason: signal: abrt',
    ],
    [
      'is not exported',
      { handler: 'index.nothing' },
      'check: Runtime.HandlerNotFound: index.nothing is undefined or not exported',
    ],
    ['has no file', { handler: 'other.handler' }, "check: Runtime.ImportModuleError: Cannot find module 'other'"],
  ])('fails the action at once when it %s', async (_, fn, message) => {
    const done = await invoke(fn)
    expect(done.failure).toMatchObject({ type: 'JobFailed', message })
  })

  it('shows the stack of what it threw', async () => {
    const done = await invoke({ handler: 'index.throws' })
    expect(done.log).toMatch(/at .*functions\/index\.js/)
  })

  it('has succeeded when it said so before it failed', async () => {
    const done = await invoke({ handler: 'index.throwsAfterwards' })
    expect(done.outcome).toBe('succeeded')
  })

  it('is killed with all it started when its time is over', async () => {
    const done = await invoke({ handler: 'index.hangs', timeoutSeconds: 8 })
    expect(done.failure?.message).toBe('check: Sandbox.Timedout: Task timed out after 8 seconds')
    await isGone(Number(/started (\d+)/.exec(done.log)?.[1]))
  })

  it('is killed with all it started when the execution is stopped', async () => {
    const stop = new AbortController()
    const done = await whileItHangs(
      (options) => invoke({ handler: 'index.hangs' }, { ...options, signal: stop.signal }),
      () => stop.abort(new Error('stopped')),
    )
    expect(done.outcome).toBe('failed')
    await isGone(Number(/started (\d+)/.exec(done.log)?.[1]))
  })

  it('is given up when it never reports', async () => {
    const done = await invoke({ handler: 'index.forgets' }, {}, { replyMinutes: 0.03 })
    expect(done.failure?.message).toMatch(/did not report within 0.03 minutes: it must call PutJobSuccessResult/)
  })
})

describe('FunctionName', () => {
  it('may be a folder of the input artifact', async () => {
    const options = { configuration: { FunctionName: './es' }, inputs: { Source: folder } }
    expect(await invoke({}, options)).toMatchObject({ outcome: 'succeeded' })
  })

  it.each([
    ['./nowhere', 'there is no folder'],
    ['./../..', 'is outside of the input artifact Source'],
    ['/no/such/folder', 'there is no folder /no/such/folder'],
  ])('%s is refused', async (FunctionName, message) => {
    const done = await invoke({}, { configuration: { FunctionName }, inputs: { Source: folder } })
    expect(done.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
  })

  it('needs the API to report to', async () => {
    const done = await invoke({}, { jobApi: async () => undefined })
    expect(done.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining('aws-api') })
  })
})
