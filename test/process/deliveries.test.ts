/** A server that is killed while it tells somebody: nothing is lost, and the second telling says that it is one. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Receiver, startReceiver } from '../../plugins/webhook-notify/test/receiver.js'
import { cleanUp, penstock, serve, temporaryFolder, until, writePlugin } from './world.js'

jest.setTimeout(300_000) // six processes, on machines that are busy

let receiver: Receiver
beforeAll(async () => {
  receiver = await startReceiver()
})
afterAll(async () => {
  receiver.stop()
  await cleanUp()
})

const pipeline = `pipeline:
  name: site
  stages:
    - name: Source
      actions:
        - name: Get
          actionTypeId: { category: Source, owner: Custom, provider: Quiet, version: '1' }
          outputArtifacts: [{ name: Sources }]
    - name: Build
      actions:
        - name: Make
          actionTypeId: { category: Build, owner: Custom, provider: Echo, version: '1' }
          inputArtifacts: [{ name: Sources }]
`
const plugin = `api.provideSource({ category: 'Source', provider: 'Quiet', outputArtifacts: 1, configuration: {},
  async latestRevision() { return undefined },
  async run(job, ctx) { await ctx.output(ctx.workspace); return { revision: { revisionId: 'r1' } } } })
api.provideAction({ category: 'Build', provider: 'Echo', inputArtifacts: 1, configuration: {}, async run() { return {} } })`

test('a webhook that was being told when the server was killed is told again, under the same id', async () => {
  const cwd = temporaryFolder()
  writePlugin(cwd, 'quiet', plugin)
  const hook = `{ url: '${receiver.url}/hook', secret: a-secret-of-some-length, events: [executionStarted, executionSucceeded] }`
  writeFileSync(
    join(cwd, 'penstock.yaml'),
    `plugins:\n  ./quiet.ts: { isolation: none }\n  webhook-notify:\n    webhooks:\n      bot: ${hook}\n`,
  )
  writeFileSync(join(cwd, 'site.yaml'), pipeline)
  const here = (...args: string[]) => penstock([...args, '--data', 'data', '--config', 'penstock.yaml'], { cwd })
  const asks = (type: string) =>
    receiver.received.filter(({ body }) => (JSON.parse(body) as { type: string }).type === type)

  receiver.answer = () => {} // takes it, and never says so
  const first = await serve(cwd, ['--config', 'penstock.yaml'])
  expect(await here('put', 'site.yaml')).toMatchObject({ status: 0 })
  await until(() => asks('executionStarted').length === 1)
  await first.end('SIGKILL')

  receiver.answer = (response) => void response.writeHead(204).end()
  await serve(cwd, ['--config', 'penstock.yaml'])
  await until(() => asks('executionStarted').length === 2 && asks('executionSucceeded').length > 0)
  const [before, after] = asks('executionStarted').map(({ headers }) => headers)
  expect(after).toMatchObject({
    'webhook-id': before?.['webhook-id'],
    'penstock-attempt': '2',
    'penstock-possible-duplicate': 'true',
  })

  await until(async () => /webhook: bot +delivered +2 +site started/.test((await here('deliveries')).out))
  const id = String(before?.['webhook-id'])
  expect(await here('deliveries', 'redeliver', id)).toMatchObject({ status: 0, err: '' })
  await until(() => asks('executionStarted').length === 3)
})
