/** Plugins in processes of their own and what they may do of it all: one server, and real processes. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { types } from 'node:util'
import { deserialize } from 'node:v8'
import fc from 'fast-check'
import { askServer } from '../../src/app/control-socket.js'
import type { RunningServer } from '../../src/app/server.js'
import { systemPrincipal } from '../../src/app/system-principal.js'
import { managedPolicies, type Principal } from '../../src/domain/access.js'
import { bundledPlugins } from '../../src/host/discover.js'
import type { AnyOperation } from '../../src/operations/operation.js'
import { table } from '../../src/operations/table.js'
import type { Shape } from '../../src/shape/shape.js'
import { readText } from '../../src/worker/penstock-api.js'
import { SignedClient } from '../../src/worker/signed-request.js'
import { serverFolder } from './support/server-folder.js'
import { twoStages } from './support/two-stages.js'

/** What runs from source would be compiled anew in every sandbox; what that keeps shut is for the attacks' tests. */
const open = '{ sandbox: false }'

jest.setTimeout(120_000) // real processes, on machines that are busy

const own = serverFolder()
const admin = systemPrincipal('000000000000')

/** Makes the calls of `calls.json` in its data folder as it starts, and writes down what came of each. */
const caller = (name: string, more = '') => `import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { serialize } from 'node:v8'
import { definePlugin } from '@penstock/core'
export default definePlugin({ name: '${name}', apiVersion: '^1.0', register(api) {
  ${more}
  api.onStart(async () => {
    const file = api.dataFolder + '/calls.json'
    const answers = []
    const operations = api.server.operations.for(api.principal)
    if (existsSync(file)) for (const [method, input] of JSON.parse(readFileSync(file, 'utf8'))) {
      try { answers.push({ value: await operations[method](input) }) }
      catch (error) { answers.push({ code: error.code, message: error.message, name: error.name }) }
    }
    writeFileSync(api.dataFolder + '/answers', serialize(answers))
  })
} })
`
const provider = (category: string, name: string) =>
  `api.provide${category === 'Source' ? 'Source' : 'Action'}({ category: '${category}', provider: '${name}', configuration: {}, ` +
  (category === 'Source' ? 'outputArtifacts: 1, async latestRevision() {}, ' : 'inputArtifacts: 1, ') +
  'async run() { throw new Error("no") } });'

interface Answer {
  readonly value?: object
  readonly code?: string
  readonly message?: string
}
type Calls = readonly (readonly [method: string, input: object])[]

function prepare(plugin: string, calls: Calls): void {
  mkdirSync(own.at('data', 'plugin-data', plugin), { recursive: true })
  writeFileSync(own.at('data', 'plugin-data', plugin, 'calls.json'), JSON.stringify(calls))
}

function answers(plugin: string): readonly Answer[] {
  return deserialize(readFileSync(own.at('data', 'plugin-data', plugin, 'answers')))
}

/** The plugin starts anew and makes the calls. */
async function made(plugin: string, calls: Calls): Promise<readonly Answer[]> {
  prepare(plugin, calls)
  const status = await askServer(own.at('data'), { command: 'plugin reload', name: plugin })
  expect(status).toMatchObject({ state: 'started', problems: [] })
  return answers(plugin)
}

const arn = (name: string) => `arn:aws:codepipeline:us-east-1:000000000000:${name}`
const itself = (plugin: string) => `arn:aws:iam::000000000000:role/plugin/${plugin}`

test('a plugin reads the pipelines that use its action types, and changes those that it was granted', async () => {
  writeFileSync(own.at('mine.ts'), caller('mine', provider('Source', 'Quiet') + provider('Build', 'Mine')))
  writeFileSync(own.at('other.ts'), caller('other', provider('Source', 'Quieter') + provider('Build', 'Other')))
  const start = '{ Effect: Allow, Action: "codepipeline:StartPipelineExecution", Resource: "*:other" }'
  const server = await own.start(
    `plugins:\n  ./mine.ts: { isolation: ${open} }\n  ./other.ts: { isolation: ${open}, operations: { Statement: [${start}] } }\n`,
  )
  const { operations, access } = server.services
  await operations.createPipeline(admin, { pipeline: twoStages('mine', 'Build', 'Mine', {}) })
  const { stages, ...other } = twoStages('other', 'Build', 'Other', {})
  const quieter = JSON.parse(JSON.stringify(stages).replace('Quiet', 'Quieter')) as typeof stages
  await operations.createPipeline(admin, { pipeline: { ...other, stages: quieter } })

  const [list, mine, state, notOwn, log, change, wrong, unknown] = await made('mine', [
    ['listPipelines', {}],
    ['getPipeline', { name: 'mine' }],
    ['getPipelineState', { name: 'mine' }],
    ['getPipeline', { name: 'other' }],
    ['listActionExecutions', { pipelineName: 'other' }],
    ['startPipelineExecution', { name: 'mine' }],
    ['getPipeline', { name: 'mine', version: 'x' }],
    ['may', {}],
  ])
  expect(list?.value).toMatchObject({ pipelines: [{ name: 'mine' }, { name: 'other' }] })
  expect(types.isDate((list?.value as { pipelines?: { created: Date }[] })?.pipelines?.[0]?.created)).toBe(true)
  expect(mine?.value).toMatchObject({ pipeline: { name: 'mine' }, metadata: { pipelineArn: arn('mine') } })
  expect(state?.value).toMatchObject({ pipelineName: 'mine' })
  for (const refused of [notOwn, log, change]) expect(refused).toMatchObject({ code: 'AccessDeniedException' })
  expect(change?.message).toBe(
    `User: ${itself('mine')} is not authorized to perform: codepipeline:StartPipelineExecution on resource: ${arn('mine')}`,
  )
  expect(wrong?.code).toBe('SerializationException')
  expect(unknown?.message).toContain('make the call instead')

  const [started, read, foreign] = await made('other', [
    ['startPipelineExecution', { name: 'other' }],
    ['getPipeline', { name: 'other' }],
    ['startPipelineExecution', { name: 'mine' }],
  ])
  expect(started?.value).toMatchObject({ pipelineExecutionId: expect.any(String) })
  // A grant is the whole of it: what it does not name is refused, reads too.
  for (const refused of [read, foreign]) expect(refused).toMatchObject({ code: 'AccessDeniedException' })

  const audit = (await access.auditLog({ limit: 100 })).filter(({ principal }) => principal.includes('plugin/'))
  const attempts = audit.map(({ principal, operation, target, result }) => [principal, operation, target, result])
  expect(attempts.reverse()).toEqual([
    [itself('mine'), 'GetPipeline', arn('other'), 'AccessDeniedException'],
    [itself('mine'), 'ListActionExecutions', arn('other'), 'AccessDeniedException'],
    [itself('mine'), 'StartPipelineExecution', arn('mine'), 'AccessDeniedException'],
    [itself('other'), 'StartPipelineExecution', arn('other'), 'ok'],
    [itself('other'), 'GetPipeline', arn('other'), 'AccessDeniedException'],
    [itself('other'), 'StartPipelineExecution', arn('mine'), 'AccessDeniedException'],
  ])
})

test('a grant that is no policy keeps the plugin out, in words that name it', async () => {
  writeFileSync(own.at('greedy.ts'), caller('greedy'))
  const server = await own.start('plugins:\n  ./greedy.ts: { operations: Everything }\n')
  expect(server.plugins.list()[0]).toMatchObject({ state: 'failed' })
  expect(server.plugins.list()[0]?.problems.join()).toMatch(
    /plugins\.\.\/greedy\.ts\.operations: policy is 'Everything', but must be one of AWSCodePipeline_FullAccess/,
  )
})

/** Something that the shape allows, the same in every run. */
function sample(shape: Shape): unknown {
  switch (shape.kind) {
    case 'text':
      if (shape.values) return shape.values[0]
      if (shape.pattern === undefined) return 'a'.repeat(shape.min ?? 1)
      return fc.sample(
        fc
          .stringMatching(new RegExp(`^(?:${shape.pattern})$`))
          .filter((text) => text.length >= (shape.min ?? 0) && text.length <= (shape.max ?? 100)),
        { seed: 1, numRuns: 1 },
      )[0]
    case 'integer':
      return shape.min ?? 1
    case 'boolean':
      return true
    case 'timestamp':
      return 0
    case 'list':
      return [sample(shape.member)]
    case 'map':
      return {}
    case 'structure':
      return Object.fromEntries(Object.entries(shape.required).map(([name, member]) => [name, sample(member)]))
  }
}

const inputs = Object.entries(table).map(([method, operation]) => [method, sample(operation.input) as object] as const)
/** In the words of the policies: a worker's operations refuse some of what these allow for reasons of their own. */
const refused = /User: \S+ is not authorized to perform: \S+ on resource/
const who = (policy: (typeof managedPolicies)[number]): Principal => ({ ...admin, policies: [policy] })

test('who may do what is the same from the API, by the page’s table and for a plugin, for every operation', async () => {
  const api = (await bundledPlugins()).filter((folder) => folder.endsWith('aws-api'))
  const sections = managedPolicies.map((policy, place) => {
    writeFileSync(own.at(`p${place}.ts`), caller(`p${place}`))
    prepare(`p${place}`, inputs)
    return `  ./p${place}.ts: { isolation: ${open}, operations: ${policy} }\n`
  })
  const server = await own.start(`plugins:\n${sections.join('')}`, { bundled: api })
  for (const [place, policy] of managedPolicies.entries()) {
    const mine = server.services.operations.for(who(policy))
    const byTable = inputs
      .filter(([method, input]) => mine.may(method as 'getPipeline', input))
      .map(([method]) => method)
    const plugin = answers(`p${place}`)
    const byPlugin = inputs.filter((_, at) => !refused.test(plugin[at]?.message ?? '')).map(([method]) => method)
    const byApi = await allowedByApi(server, policy)
    expect(byPlugin).toEqual(byTable)
    expect(byApi).toEqual(byTable)
    expect(byTable.length).toBeGreaterThan(3)
    // A shape that refused the sample before the policies were asked would prove nothing.
    expect(plugin.filter(({ message = '' }) => /failed to satisfy constraint/.test(message))).toEqual([])
  }
})

async function allowedByApi(server: RunningServer, policy: (typeof managedPolicies)[number]): Promise<string[]> {
  const keys = await server.services.access.createAccessKey(`by-${policy.toLowerCase()}`, [policy])
  const client = new SignedClient(server.address)
  const allowed: string[] = []
  for (const [method, input] of inputs) {
    const { name, service } = table[method] as AnyOperation
    const target = `${service === 'penstock' ? 'Penstock_20240101' : 'CodePipeline_20150709'}.${name}`
    const answer = await client.send({
      method: 'POST',
      path: '/',
      service: 'codepipeline',
      region: server.services.identity.region,
      keys,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amz-target': target },
      body: Buffer.from(JSON.stringify(input)),
      silence: 60_000,
      signal: new AbortController().signal,
    })
    if (!refused.test(await readText(answer))) allowed.push(method)
  }
  client.close()
  return allowed
}
