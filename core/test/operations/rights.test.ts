/** Who may do what: one table, the same whichever way an operation is called. */
import { sign } from '../../../plugins/aws-api/test/sigv4/signer.js'
import { send } from '../../../plugins/aws-api/test/support/raw.js'
import { type ApiUnderTest, startApi } from '../../../plugins/aws-api/test/support/server.js'
import { type ManagedPolicy, managedPolicies, type Principal } from '../../src/domain/access.js'
import { isFault } from '../../src/domain/faults.js'
import { allows } from '../../src/domain/policy.js'
import { type AnyOperation } from '../../src/operations/operation.js'
import { pluginDoor } from '../../src/operations/plugin-door.js'
import { serveOperations } from '../../src/operations/serve.js'
import { type OperationName, table } from '../../src/operations/table.js'
import { sampleOf } from './sample.js'

const accountId = '123456789012'
const service = serveOperations({
  identity: { region: 'eu-central-1', accountId },
  access: {
    allows: ({ policies }, action, resource) => allows(policies, action, resource),
    audit: async () => {},
  },
  log: { error: () => {} },
  perform: async () => ({}),
})
const who = (policy: ManagedPolicy): Principal => ({
  name: 'ann',
  arn: `arn:aws:iam::${accountId}:user/ann`,
  policies: [policy],
})
const door = pluginDoor({
  operations: () => service,
  accountId,
  pipeline: async () => undefined,
  report: async () => ({}),
  typesOf: () => [],
})

let api: ApiUnderTest
let signer: ManagedPolicy
beforeAll(async () => {
  api = await startApi({ denies: (action, resource) => !allows([signer], action, resource) })
})
afterAll(() => api.stop())

type Face = (policy: ManagedPolicy, method: OperationName, operation: AnyOperation) => Promise<boolean>

/** An operation is called with the least input that it takes; whatever follows, it was not refused. */
async function passes(call: () => Promise<unknown>): Promise<boolean> {
  try {
    await call()
    return true
  } catch (error) {
    if (isFault(error) && error.code === 'AccessDeniedException') return false
    throw error
  }
}

const button: Face = async (policy, method, { input }) => service.for(who(policy)).may(method, sampleOf(input) as never)

const others: Readonly<Record<string, Face>> = {
  'a form of the page asks authorize()': (policy, method, { input }) =>
    passes(() => service.for(who(policy)).authorize(method, sampleOf(input) as never)),
  'the page, the commands on the server’s machine and plugins inside call it': (policy, method, { input }) =>
    passes(() => service.for(who(policy))[method as 'getPipeline'](sampleOf(input) as never)),
  'a plugin in a process of its own calls it': (policy, method, { input }) =>
    passes(() => door.call({ name: 'mine', granted: [policy] }, method, sampleOf(input))),
  'a client of the API signs a request': async (policy, _method, { name, service: of, input }) => {
    signer = policy
    const target = `${of === 'penstock' ? 'Penstock_20240101' : 'CodePipeline_20150709'}.${name}`
    const body = JSON.stringify(sampleOf(input))
    const common = { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target }
    const headers = await sign(`127.0.0.1:${api.port}`, { body, headers: common })
    const answer = await send(api.port, { headers, body })
    return !answer.body.includes('AccessDeniedException')
  },
}

async function rights(face: Face): Promise<string[]> {
  const rows: string[] = []
  for (const [method, operation] of Object.entries(table)) {
    const may: string[] = []
    for (const policy of managedPolicies) if (await face(policy, method as OperationName, operation)) may.push(policy)
    rows.push(`${operation.name}: ${may.join(' ') || 'none'}`)
  }
  return rows.sort()
}

describe('for every operation and each managed policy: who may, and who may not', () => {
  test('as a button of the page asks may()', async () => {
    expect(await rights(button)).toMatchSnapshot()
  })

  test.each(Object.entries(others))('it is the same when %s', async (_, face) => {
    expect(await rights(face)).toEqual(await rights(button))
  })
})
