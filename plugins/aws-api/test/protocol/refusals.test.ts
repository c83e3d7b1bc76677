import { sign, type ToSign } from '../sigv4/signer.js'
import { eventually } from '../support/eventually.js'
import { type RawRequest, send } from '../support/raw.js'
import { type ApiUnderTest, accountId, jobId, jobKey, key, region, startApi, user } from '../support/server.js'
import { exchange, wire } from '../support/socket.js'

const called: unknown[] = []
let api: ApiUnderTest
let denied: string[] = []

beforeAll(async () => {
  api = await startApi({
    denies: (action, resource) => denied.includes(`${action} ${resource}`),
    operations: {
      getPipelineState: async (_, input: never) => {
        called.push(input)
        return { pipelineName: 'shop' }
      },
      deletePipeline: async (_, input: never) => void called.push(input),
      putJobSuccessResult: async (_, input: never) => void called.push(input),
      putApprovalResult: async () => ({ approvedAt: new Date(0) }),
      putWebhook: async (_, input: never) => {
        called.push(input)
        return { webhook: {} }
      },
      listTagsForResource: async () => {
        throw Object.assign(new Error('the disk of penstock.db is full'), { status: 507, expose: true })
      },
      listPipelines: async () => {
        throw new Error('the password of the database is hunter2')
      },
    },
  })
})
afterAll(() => api.stop())
beforeEach(() => {
  called.length = 0
  denied = []
  api.audited.length = 0
  api.log.lines.length = 0
})

const target = (name: string) => `CodePipeline_20150709.${name}`
const host = () => `127.0.0.1:${api.port}`

/** A signed request; `spoil` changes it after it was signed. */
async function call(
  name: string,
  input: unknown,
  options: ToSign = {},
  spoil: (r: RawRequest) => RawRequest = (r) => r,
) {
  const body = typeof input === 'string' || Buffer.isBuffer(input) ? input : JSON.stringify(input)
  const common = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target(name) }
  const headers = await sign(host(), { ...options, body, headers: { ...common, ...options.headers } })
  const answer = await send(api.port, spoil({ headers, body }))
  return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) }
}
const spoilHeader = (name: string, value: (old: string) => string) => (request: RawRequest) => ({
  ...request,
  headers: { ...request.headers, [name]: value(String(request.headers?.[name] ?? '')) },
})

test('what is signed well is answered', async () => {
  const answer = await call('GetPipelineState', { name: 'shop' })
  expect(answer).toMatchObject({ status: 200, json: { pipelineName: 'shop' } })
  expect(answer.headers['content-type']).toBe('application/x-amz-json-1.1')
  expect(answer.headers['x-amzn-requestid']).toMatch(/^[0-9a-f-]{36}$/)
})

describe('a request that is not its sender’s is refused, and nothing is done', () => {
  const old = new Date(Date.now() - 16 * 60_000)
  const early = new Date(Date.now() + 16 * 60_000)
  const mismatch = /^The request signature we calculated does not match the signature you provided\./

  test.each<[string, ToSign, (r: RawRequest) => RawRequest, string, RegExp]>([
    [
      'no signature',
      {},
      ({ body }) => ({ body: body ?? '', headers: { 'x-amz-target': target('DeletePipeline') } }),
      'MissingAuthenticationTokenException',
      /^Missing Authentication Token$/,
    ],
    [
      'another scheme',
      {},
      spoilHeader('authorization', () => 'Basic YTpi'),
      'MissingAuthenticationTokenException',
      /^Missing/,
    ],
    [
      'half a signature',
      {},
      spoilHeader('authorization', () => 'AWS4-HMAC-SHA256 Credential=a/b/c/d/aws4_request'),
      'IncompleteSignatureException',
      /^Authorization header requires 'Signature' parameter\. Authorization header requires 'SignedHeaders' parameter\.$/,
    ],
    [
      'an unknown key',
      { credentials: { ...key, accessKeyId: 'AKIANOBODY' } },
      (r) => r,
      'UnrecognizedClientException',
      /^The security token included in the request is invalid\.$/,
    ],
    [
      'a session key without its token',
      { credentials: { accessKeyId: jobKey.accessKeyId, secretAccessKey: jobKey.secretAccessKey } },
      (r) => r,
      'UnrecognizedClientException',
      /^The security token/,
    ],
    [
      'a wrong secret',
      { credentials: { ...key, secretAccessKey: 'wrong' } },
      (r) => r,
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'another body than was signed',
      {},
      (r) => ({ ...r, body: '{"name":"shot"}' }),
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'another operation than was signed',
      {},
      spoilHeader('x-amz-target', () => target('GetPipelineState')),
      'InvalidSignatureException',
      mismatch,
    ],
    ['another host', {}, spoilHeader('host', () => 'elsewhere'), 'InvalidSignatureException', mismatch],
    [
      'a signature that is one digit off',
      {},
      spoilHeader('authorization', (value) => value.replace(/.$/, (c) => (c === '0' ? '1' : '0'))),
      'InvalidSignatureException',
      mismatch,
    ],
    [
      'an AWS header that is not signed',
      {},
      spoilHeader('x-amz-extra', () => '1'),
      'InvalidSignatureException',
      /^'x-amz-extra' must be a 'SignedHeader' in the AWS Authorization\.$/,
    ],
    [
      'a host that is not signed',
      {},
      spoilHeader('authorization', (value) => value.replace(';host', '')),
      'InvalidSignatureException',
      /^'Host' or ':authority' must be a 'SignedHeader'/,
    ],
    [
      'a clock 16 minutes behind',
      { at: old },
      (r) => r,
      'InvalidSignatureException',
      /^Signature expired: \d{8}T\d{6}Z is now earlier than \d{8}T\d{6}Z \(\d{8}T\d{6}Z - 15 min\.\)$/,
    ],
    [
      'a clock 16 minutes ahead',
      { at: early },
      (r) => r,
      'InvalidSignatureException',
      /^Signature not yet current: \d{8}T\d{6}Z is still later than \d{8}T\d{6}Z \(\d{8}T\d{6}Z \+ 15 min\.\)$/,
    ],
    [
      'another region',
      { region: 'us-east-1' },
      (r) => r,
      'InvalidSignatureException',
      new RegExp(`^Credential should be scoped to a valid region, not 'us-east-1'\\. Use '${region}'\\.$`),
    ],
    [
      'another service',
      { service: 'sts' },
      (r) => r,
      'InvalidSignatureException',
      /^Credential should be scoped to correct service: 'codepipeline'\.$/,
    ],
    [
      'a date in another scope',
      {},
      spoilHeader('authorization', (value) => value.replace(/\/\d{8}\//, '/20200101/')),
      'InvalidSignatureException',
      /^Date in Credential scope does not match/,
    ],
  ])('%s', async (_, options, spoil, code, message) => {
    const answer = await call('DeletePipeline', { name: 'shop' }, options, spoil)
    expect(answer).toMatchObject({ status: 400, json: { __type: code, message: expect.stringMatching(message) } })
    expect(called).toEqual([])
    expect(answer.body).not.toContain(key.secretAccessKey)
  })
})

describe('rubbish', () => {
  test.each<[string, string, string | Buffer, string]>([
    ['no JSON', 'GetPipelineState', '{"name":', 'SerializationException'],
    ['no UTF-8', 'GetPipelineState', Buffer.from('{"name":"\xff"}', 'latin1'), 'SerializationException'],
    ['a list', 'GetPipelineState', '[]', 'SerializationException'],
    ['an unknown operation', 'FormatDisk', '{}', 'UnknownOperationException'],
  ])('%s is the caller’s fault', async (_, name, body, __type) => {
    expect(await call(name, body)).toMatchObject({ status: 400, json: { __type } })
  })

  test('a body beyond the limit is refused before it is read', async () => {
    const answer = await call('GetPipelineState', { name: 'x'.repeat(1_000_001) })
    expect(answer).toMatchObject({ status: 413, json: { __type: 'RequestEntityTooLargeException' } })
    expect(answer.headers.connection).toBe('close')
  })

  test('an empty body is an empty object', async () => {
    expect((await call('GetPipelineState', '')).json).toEqual({
      __type: 'ValidationException',
      message: "1 validation error detected: Value at 'name' failed to satisfy constraint: Member must not be null",
    })
  })

  test('a defect is answered neutrally, and told in the log under the same id', async () => {
    const answer = await call('ListPipelines', {})
    const id = String(answer.headers['x-amzn-requestid'])
    expect(answer).toMatchObject({ status: 500, json: { __type: 'InternalFailure' } })
    expect(answer.json.message).toContain(id)
    expect(answer.body).not.toContain('hunter2')
    expect(api.log.lines).toMatchObject([{ level: 'error', details: { requestId: id } }])
  })

  test("the server's own trouble that callers may know of is named", async () => {
    const resourceArn = `arn:aws:codepipeline:${region}:${accountId}:shop`
    const answer = await call('ListTagsForResource', { resourceArn })
    expect(answer).toMatchObject({ status: 500, json: { __type: 'InternalFailure' } })
    expect(answer.json.message).toMatch(/^the disk of penstock\.db is full\. Its id is /)
  })
})

describe('policies', () => {
  const arn = `arn:aws:codepipeline:${region}:${accountId}:shop`

  test('deny in IAM’s words, and the denial is in the audit log', async () => {
    denied = [`codepipeline:GetPipelineState ${arn}`]
    const answer = await call('GetPipelineState', { name: 'shop' })
    expect(answer).toMatchObject({
      status: 400,
      json: {
        __type: 'AccessDeniedException',
        message: `User: ${user.arn} is not authorized to perform: codepipeline:GetPipelineState on resource: ${arn}`,
      },
    })
    expect(called).toEqual([])
    const entry = { principal: user.arn, operation: 'GetPipelineState', target: arn, result: 'AccessDeniedException' }
    expect(api.audited).toEqual([entry])
  })

  test('what changes something is in the audit log, what reads is not', async () => {
    await call('GetPipelineState', { name: 'shop' })
    await call('DeletePipeline', { name: 'shop' })
    expect(api.audited).toEqual([{ principal: user.arn, operation: 'DeletePipeline', target: arn, result: 'ok' }])
  })

  test("an approval's answer and a reported job are in the audit log by name", async () => {
    const result = { status: 'Rejected', summary: 'not on a Friday' }
    const stage = { pipelineName: 'shop', stageName: 'Ask', actionName: 'Look' }
    await call('PutApprovalResult', { ...stage, result, token: jobId })
    await call('PutJobSuccessResult', { jobId })
    expect(api.audited).toMatchObject([
      { operation: 'PutApprovalResult', target: `${arn}/Ask/Look`, detail: 'Rejected: not on a Friday' },
      { operation: 'PutJobSuccessResult', detail: jobId },
    ])
  })

  test('a webhook needs its own and its pipeline’s permission', async () => {
    denied = [`codepipeline:PutWebhook ${arn}`]
    const webhook = {
      name: 'hook',
      targetPipeline: 'shop',
      targetAction: 'Fetch',
      filters: [],
      authentication: 'UNAUTHENTICATED',
      authenticationConfiguration: {},
    }
    expect((await call('PutWebhook', { webhook })).json.message).toContain(`on resource: ${arn}`)
    expect(called).toEqual([])
  })

  test('a job’s credentials are good for its own result, and for nothing else', async () => {
    const credentials = jobKey
    expect((await call('PutJobSuccessResult', { jobId }, { credentials })).status).toBe(200)
    const other = '00000000-1c7d-4b9f-8a52-3b1f6f6f2a11'
    for (const [name, input] of [
      ['PutJobSuccessResult', { jobId: other }],
      ['GetPipelineState', { name: 'shop' }],
      ['DeletePipeline', { name: 'shop' }],
    ] as const) {
      expect((await call(name, input, { credentials })).json.__type).toBe('AccessDeniedException')
    }
    expect(called).toEqual([{ jobId }])
  })
})

test('a client that hangs up half way is no failure of the server’s', async () => {
  const body = '{"name":"shop"}'
  const headers = await sign(host(), { body, headers: { 'x-amz-target': target('DeletePipeline') } })
  const whole = wire('POST', '/', headers, body)
  await exchange(api.port, whole.subarray(0, whole.length - 5), { hangUp: true })
  await eventually(() => api.log.lines.length > 0)
  expect(api.log.lines).toMatchObject([{ level: 'debug', message: 'A client hung up' }])
  expect(called).toEqual([])
})
