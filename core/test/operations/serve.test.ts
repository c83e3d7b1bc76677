/** The one door: who may do what, what is written down, and what an operation of a test's own needs. */
import { type Principal } from '../../src/domain/access.js'
import { Fault } from '../../src/domain/faults.js'
import { allows } from '../../src/domain/policy.js'
import { type AnyOperation, operation } from '../../src/operations/operation.js'
import { type ServeOptions, serveOperations } from '../../src/operations/serve.js'
import { table } from '../../src/operations/table.js'
import { structure, text } from '../../src/shape/shape.js'

const identity = { region: 'eu-central-1', accountId: '123456789012' }
const audited: unknown[] = []
beforeEach(() => {
  audited.length = 0
})

function door(more: Partial<ServeOptions> = {}) {
  return serveOperations({
    identity,
    access: {
      allows: ({ policies }, action, resource) => allows(policies, action, resource),
      audit: async (entry) => void audited.push(entry),
    },
    log: { error: () => {} },
    perform: async (one, by, input, call) => one.run(undefined as never, by, input, call),
    ...more,
  })
}
const who = (...policies: Principal['policies']): Principal => ({
  name: 'ann',
  arn: 'arn:aws:iam::123456789012:user/ann',
  policies,
})

test('every operation goes by its own name, and is one of a service', () => {
  for (const [method, { name, service = 'codepipeline' }] of Object.entries(table)) {
    expect(method).toBe(`${name.charAt(0).toLowerCase()}${name.slice(1)}`)
    expect(door().find(service, name)?.name).toBe(name)
  }
  expect(door().find('codepipeline', 'constructor')).toBeUndefined()
  expect(door().find('penstock', 'GetPipeline')).toBeUndefined()
})

const greet = operation({
  name: 'Greet',
  service: 'penstock',
  input: structure({ name: text({ max: 5 }) }),
  resource: ({ name }, arns) => arns.pipeline(name),
  changes: true,
  run: async (_services, by, { name }) => {
    if (name === 'rude') throw new Fault('ConflictException', 'no')
    return { text: `${by.name} greets ${name}` }
  },
})

describe('an operation of one file is served as all others are', () => {
  const service = door({ table: { greet: greet as unknown as AnyOperation } })
  const greeter = who({ Statement: [{ Effect: 'Allow', Action: 'penstock:Greet', Resource: '*:site' }] })
  const greetAs = (by: Principal, input: unknown) => service.find('penstock', 'Greet')?.call({ principal: by }, input)
  const entry = { principal: greeter.arn, operation: 'Greet' }
  const arn = (name: string) => `arn:aws:codepipeline:eu-central-1:123456789012:${name}`

  test('to whom the policies allow it, with an entry in the audit log', async () => {
    expect(await greetAs(greeter, { name: 'site', more: 1 })).toEqual({ text: 'ann greets site' })
    expect(audited).toEqual([{ ...entry, target: arn('site'), result: 'ok' }])
  })

  test('and to nobody else: an attempt is written down, too', async () => {
    await expect(greetAs(greeter, { name: 'shop' })).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message: `User: ${greeter.arn} is not authorized to perform: penstock:Greet on resource: ${arn('shop')}`,
    })
    await expect(greetAs(who('AWSCodePipeline_FullAccess'), { name: 'site' })).rejects.toMatchObject({
      code: 'AccessDeniedException',
    })
    expect(audited).toHaveLength(2)
  })

  test('what is wrong with the input is said before anything is done', async () => {
    await expect(greetAs(greeter, { name: 'much too long' })).rejects.toMatchObject({ code: 'ValidationException' })
    await expect(greetAs(greeter, { name: 7 })).rejects.toMatchObject({ code: 'SerializationException' })
    expect(audited).toEqual([])
  })

  test('the credentials of a job are good for what is the job’s, and for nothing else', async () => {
    const job = { jobId: '0f0c9d8a-1c7d-4b9f-8a52-3b1f6f6f2a11' }
    const call = service.find('penstock', 'Greet')?.call({ principal: greeter, job }, { name: 'site' })
    await expect(call).rejects.toMatchObject({ code: 'AccessDeniedException' })
  })

  test('a Fault is the result in the audit log; what the caller gave stays as it was', async () => {
    const rude = who({ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] })
    const input = Object.freeze({ name: 'rude' })
    const mine = service.for(rude, { detail: 'from a test' }) as unknown as { greet(input: object): Promise<unknown> }
    await expect(mine.greet(input)).rejects.toMatchObject({ code: 'ConflictException' })
    expect(audited).toEqual([{ ...entry, target: arn('rude'), result: 'ConflictException', detail: 'from a test' }])
  })
})
