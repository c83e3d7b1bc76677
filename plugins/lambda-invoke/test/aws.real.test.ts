import { createServer, type IncomingHttpHeaders, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type ActionRun, type RunActionOptions, runAction } from '@penstock/core/testkit'
import { lambda } from '../src/provider.js'
import { type StandInJobApi, startJobApi } from './job-api.js'

jest.setTimeout(30_000)

interface Seen {
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

interface Answer {
  readonly status: number
  readonly type?: string
  readonly message?: string
}

let api: StandInJobApi
let server: Server
let seen: Seen[]
let answers: Answer[]

/** Lambda's invoke call on loopback; what it accepts is reported as succeeded by the "function". */
beforeEach(async () => {
  seen = []
  answers = []
  api = await startJobApi()
  server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    seen.push({ url: request.url ?? '', headers: request.headers, body })
    const answer = answers.shift() ?? { status: 202 }
    const headers =
      answer.type === undefined ? {} : { 'x-amzn-errortype': answer.type, 'content-type': 'application/json' }
    response
      .writeHead(answer.status, headers)
      .end(answer.type === undefined ? '' : JSON.stringify({ message: answer.message }))
    if (answer.status === 202) void report(JSON.parse(body)['CodePipeline.job'].id)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await api.stop()
})

async function report(jobId: string): Promise<void> {
  const { endpoint } = await api.access()
  const headers = {
    'x-amz-target': 'CodePipeline_20150709.PutJobSuccessResult',
    authorization: 'AWS4-HMAC-SHA256 Credential=AKID/',
  }
  await fetch(endpoint, { method: 'POST', headers, body: JSON.stringify({ jobId, outputVariables: { From: 'AWS' } }) })
}

function invoke(FunctionName: string, options: RunActionOptions = {}): Promise<ActionRun> {
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const provider = lambda({
    endpoint,
    region: 'eu-west-1',
    accessKeyId: 'AKID',
    secretAccessKey: 'sk',
    replyMinutes: 0.1,
  })
  return runAction(provider, { jobApi: api.access, configuration: { FunctionName }, ...options })
}

describe('a function on AWS', () => {
  it('is invoked asynchronously, signed, with the job as its event, and waited for', async () => {
    const done = await invoke('check-links')
    expect(done).toMatchObject({ outcome: 'succeeded', result: { outputVariables: { From: 'AWS' } } })
    expect(seen).toHaveLength(1)
    expect(seen[0]?.url).toBe('/2015-03-31/functions/check-links/invocations')
    expect(seen[0]?.headers).toMatchObject({
      'x-amz-invocation-type': 'Event',
      authorization: expect.stringMatching(/^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/lambda\/aws4_request/),
    })
    expect(JSON.parse(seen[0]?.body ?? '')).toHaveProperty(['CodePipeline.job', 'data', 'artifactCredentials'])
  })

  it('may be named by its ARN', async () => {
    const arn = 'arn:aws:lambda:eu-west-1:123456789012:function:check-links'
    expect((await invoke(arn)).outcome).toBe('succeeded')
    expect(decodeURIComponent(seen[0]?.url ?? '')).toBe(`/2015-03-31/functions/${arn}/invocations`)
  })

  it('is asked again when AWS throttles or stumbles', async () => {
    answers = [
      { status: 429, type: 'TooManyRequestsException', message: 'slow down' },
      { status: 500, type: 'ServiceException', message: 'oops' },
    ]
    expect((await invoke('check-links')).outcome).toBe('succeeded')
    expect(seen).toHaveLength(3)
  })

  it('is not invoked again after a restart, only waited for', async () => {
    const waiting = invoke('check-links', { checkpoint: { 'penstock-plugin-lambda-invoke': { invoked: Date.now() } } })
    await new Promise((resolve) => setTimeout(resolve, 300))
    await report('some-job')
    expect((await waiting).outcome).toBe('succeeded')
    expect(seen).toHaveLength(0)
  })

  it('is given up for the time since the invocation, not since the restart', async () => {
    const done = await invoke('check-links', {
      checkpoint: { 'penstock-plugin-lambda-invoke': { invoked: Date.now() - 60_000 } },
    })
    expect(done.failure?.message).toMatch(/did not report within 0.1 minutes/)
  })

  it.each([
    [404, 'ResourceNotFoundException', 'ConfigurationError'],
    [403, 'AccessDeniedException', 'PermissionError'],
    [403, 'UnrecognizedClientException', 'PermissionError'],
    [400, 'InvalidParameterValueException', 'ConfigurationError'],
  ])('HTTP %d %s is a %s', async (status, type, failure) => {
    answers = [{ status, type, message: 'said AWS' }]
    const done = await invoke('check-links')
    expect(done.failure).toMatchObject({
      type: failure,
      message: expect.stringContaining(`check-links: ${type}: said AWS`),
    })
    expect(seen).toHaveLength(1)
  })

  it('is unavailable when AWS cannot be reached', async () => {
    server.closeAllConnections()
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
    })
    const endpoint = 'http://127.0.0.1:9'
    const provider = lambda({ endpoint, region: 'eu-west-1', accessKeyId: 'AKID', secretAccessKey: 'sk' })
    const done = await runAction(provider, { jobApi: api.access, configuration: { FunctionName: 'x' } })
    expect(done.failure).toMatchObject({ type: 'SystemUnavailable' })
  })
})
