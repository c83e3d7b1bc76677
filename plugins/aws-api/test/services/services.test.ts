/** Services beside CodePipeline: those that plugins bring, in each protocol, and those that nobody provides. */
import { type Principal, ServiceError, type ServiceProvider, Shapes, serviceOperation } from '@penstock/core'
import { isOtherService, ServiceApi, type ServiceApiServices } from '../../src/services/service-api.js'
import { sts } from '../../src/services/sts.js'
import { sign, type ToSign } from '../sigv4/signer.js'
import { aws, boto3 } from '../support/clients.js'
import { send } from '../support/raw.js'
import { accountId, fakeServices, identity, type Running, recordingLog, serve, user } from '../support/server.js'

jest.setTimeout(60_000)

const { structure, text, list, integer } = Shapes
const operations = [
  serviceOperation({
    name: 'PutNote',
    input: structure({ name: text({ max: 10 }) }, { lines: list(text()), size: integer() }),
    resource: ({ name }) => `arn:aws:notes:::${name}`,
    changes: true,
    http: { method: 'PUT', path: '/notes/{name}' },
    run: async (by: Principal, input) => {
      if (input.name === 'gone') throw new ServiceError('NoSuchNote', 'there is no such note', 404)
      return { by: by.name, input, at: new Date(1_700_000_000_000) }
    },
  }),
]
const provided: readonly ServiceProvider[] = [
  sts(() => identity),
  { name: 'notes', protocol: { kind: 'json', version: '1.0', targetPrefix: 'Notes_1' }, operations },
  { name: 'qnotes', protocol: { kind: 'query', namespace: 'https://notes.example/' }, operations },
  { name: 'rnotes', protocol: { kind: 'rest' }, operations },
]

let api: Running
let audited: unknown[]
beforeAll(async () => {
  const fake = fakeServices({ denies: (_, resource) => resource.endsWith(':secret') })
  audited = fake.audited
  const services = { ...fake, plugins: { services: () => provided } } as unknown as ServiceApiServices
  const service = new ServiceApi(services, recordingLog(), { maxRequestBytes: 10_000 })
  api = await serve((request, response) => service.handle(request, response))
})
afterAll(() => api.stop())

async function ask(service: string, options: ToSign) {
  const host = `127.0.0.1:${api.port}`
  const headers = await sign(host, { ...options, service })
  const { method = 'POST', path = '/', body } = options
  return send(api.port, { method, path, headers, ...(body === undefined ? {} : { body }) })
}
const json = (input: object, name = 'PutNote') =>
  ask('notes', {
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `Notes_1.${name}` },
    body: JSON.stringify(input),
  })
const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
const query = (body: string) => ask('qnotes', { headers: form, body })
const rest = (name: string, body = '{}') => ask('rnotes', { method: 'PUT', path: `/notes/${name}`, body })

test('aws sts get-caller-identity says who one is, and so does boto3', async () => {
  const identified = { UserId: 'ann', Account: accountId, Arn: user.arn }
  expect(await aws(api.endpoint, ['sts', 'get-caller-identity'])).toEqual(identified)
  const script = `answer = client('sts').get_caller_identity()
print(json.dumps({k: answer[k] for k in ('UserId', 'Account', 'Arn')}))`
  expect(await boto3(api.endpoint, script)).toEqual(identified)
})

test('a service that nobody provides is answered in the words that its client reads', async () => {
  const script = `from botocore.exceptions import ClientError
def ask(service, call):
    try: call(client(service))
    except ClientError as error: return [error.response['Error']['Code'], error.response['Error']['Message'].split(', but ')[0]]
print(json.dumps([
  ask('iam', lambda c: c.list_users()), ask('ec2', lambda c: c.describe_instances()),
  ask('lambda', lambda c: c.list_functions()), ask('ssm', lambda c: c.get_parameter(Name='x')),
  ask('route53', lambda c: c.list_hosted_zones()), ask('sns', lambda c: c.list_topics()),
]))`
  const said = (service: string) => `This server does not answer '${service}'`
  expect(await boto3(api.endpoint, script)).toEqual([
    ['InvalidAction', said('iam')],
    ['InvalidAction', said('ec2')],
    ['UnknownOperationException', said('lambda')],
    ['UnknownOperationException', said('ssm')],
    ['UnknownOperationException', said('route53')],
    ['InvalidAction', said('sns')],
  ])
})

describe('a plugin’s service in each protocol', () => {
  const input = { name: 'site', lines: ['a', 'b'], size: 2 }

  test('JSON', async () => {
    const answer = await json(input)
    expect(answer.headers['content-type']).toBe('application/x-amz-json-1.0')
    expect(JSON.parse(answer.body)).toEqual({ by: 'ann', input, at: 1_700_000_000 })
    expect(JSON.parse((await json({ name: 'gone' })).body)).toEqual({
      __type: 'NoSuchNote',
      message: 'there is no such note',
    })
    expect(JSON.parse((await json({}, 'Nothing')).body)).toMatchObject({ __type: 'UnknownOperationException' })
  })

  test('Query', async () => {
    const answer = await query('Action=PutNote&Version=1&name=site&lines.member.1=a&lines.member.2=b&size=2')
    expect(answer.body).toContain('<PutNoteResponse xmlns="https://notes.example/"><PutNoteResult><by>ann</by>')
    expect(answer.body).toContain('<lines><member>a</member><member>b</member></lines><size>2</size>')
    expect((await query('Action=PutNote&name=gone')).status).toBe(404)
    const missing = await query('Action=PutNote')
    expect(missing.body).toContain(
      '<Code>ValidationError</Code><Message>1 validation error detected: Value at &apos;name&apos;',
    )
  })

  test('REST', async () => {
    expect(JSON.parse((await rest('site', '{"size":2}')).body)).toMatchObject({ input: { name: 'site', size: 2 } })
    const gone = await rest('gone')
    expect([gone.status, gone.headers['x-amzn-errortype'], gone.body]).toEqual([
      404,
      'NoSuchNote',
      '{"message":"there is no such note"}',
    ])
    expect((await ask('rnotes', { method: 'GET', path: '/notes/site' })).status).toBe(404)
  })

  test('asks the policies, and writes down what changes something', async () => {
    audited.length = 0
    expect(JSON.parse((await json({ name: 'secret' })).body)).toMatchObject({
      __type: 'AccessDeniedException',
      message: expect.stringContaining('notes:PutNote on resource: arn:aws:notes:::secret'),
    })
    const denied = await query('Action=PutNote&name=secret')
    expect([denied.status, /<Code>(\w+)/.exec(denied.body)?.[1]]).toEqual([403, 'AccessDenied'])
    await json({ name: 'site' })
    expect(audited).toMatchObject([
      { result: 'AccessDeniedException' },
      { result: 'AccessDeniedException' },
      { operation: 'PutNote', target: 'arn:aws:notes:::site', result: 'ok' },
    ])
  })

  test('and only of who signed: a body that was changed on the way is refused', async () => {
    const headers = await sign(`127.0.0.1:${api.port}`, {
      headers: form,
      service: 'sts',
      body: 'Action=GetCallerIdentity',
    })
    const answer = await send(api.port, { headers, body: 'Action=GetCallerIdentitY' })
    expect([answer.status, /<Code>(\w+)/.exec(answer.body)?.[1]]).toEqual([403, 'SignatureDoesNotMatch'])
  })
})

test('what a request is signed for says whose it is, before its path is looked at', () => {
  const scoped = (service: string) =>
    `AWS4-HMAC-SHA256 Credential=AKIA/20300101/eu-central-1/${service}/aws4_request, SignedHeaders=host, Signature=0`
  const of = (service: string, url = '/') =>
    isOtherService({ headers: { authorization: scoped(service) }, url } as never)
  expect(['iam', 'sts', 'execute-api', 'codepipeline', 's3'].map((service) => of(service, '/metrics'))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ])
  expect(
    isOtherService({ headers: {}, url: '/?X-Amz-Credential=AKIA%2F20300101%2Fx%2Fsts%2Faws4_request' } as never),
  ).toBe(true)
  expect(isOtherService({ headers: {}, url: '/pipelines' } as never)).toBe(false)
})
