/** Debian's aws command, as people type it: files, formats, exit codes. That it can call everything is told elsewhere. */
import { createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { programOf } from '../../plugins/aws-api/test/support/program.js'
import { environment } from './clients/client.js'
import { eventually } from './support/eventually.js'
import { World } from './support/world.js'

jest.setTimeout(180_000)

let world: World
let folder: string
let name: string
beforeAll(async () => {
  world = await World.start()
  folder = mkdtempSync(join(tmpdir(), 'penstock-typed-'))
  name = (await world.pipeline()).pipelineName
})
afterAll(async () => {
  await world?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const command = programOf('/usr/bin/aws')
afterAll(() => command.stop())

/** What is printed. Errors: with `code` and `stderr`, as execFile has them. */
async function type(...args: string[]): Promise<string> {
  const all = ['codepipeline', ...args, '--endpoint-url', world.server.endpoint]
  const { status, out, err } = await command.run(all, { env: environment(world.server), cwd: folder })
  if (status !== 0) throw Object.assign(new Error(err), { code: status, stderr: err })
  return out
}

test('the file that get-pipeline prints, edited, is what update-pipeline takes', async () => {
  const printed = JSON.parse(await type('get-pipeline', '--name', name))
  printed.pipeline.stages[1].actions[0].configuration.Project = 'größer'
  delete printed.metadata // as the user guide says, and as the command itself insists
  writeFileSync(join(folder, 'p.json'), JSON.stringify(printed))
  await type('update-pipeline', '--cli-input-json', 'file://p.json')
  writeFileSync(join(folder, 'only.json'), JSON.stringify(printed.pipeline))
  const updated = JSON.parse(await type('update-pipeline', '--pipeline', 'file://only.json'))
  expect(updated.pipeline).toMatchObject({
    version: 3,
    stages: [{}, { actions: [{ configuration: { Project: 'größer', Token: '****' } }] }, {}],
  })
  expect(await type('get-pipeline', '--name', name, '--pipeline-version', '2')).toContain('"version": 2')
})

test('J3: what was hidden in the file is what it was before', async () => {
  const job = await world.job(name)
  await world.call('AcknowledgeJob', { jobId: job.id, nonce: job.nonce })
  await world.call('PutJobSuccessResult', { jobId: job.id })
  await world.call('StartPipelineExecution', { name })
  await world.succeed(name)
  const { data } = await world.job(name, 'Build')
  expect(data?.actionConfiguration?.configuration).toEqual({ Project: 'größer', Token: 'hunter2' })
})

test('tables, texts and queries', async () => {
  expect(await type('list-pipelines', '--output', 'text', '--query', 'pipelines[].name')).toBe(`${name}\n`)
  expect(await type('get-pipeline-state', '--name', name, '--output', 'table')).toContain('Approve')
  expect(await type('get-pipeline-state', '--name', name, '--output', 'yaml')).toContain(`pipelineName: ${name}`)
  const created = await type('get-pipeline', '--name', name, '--query', 'metadata.created', '--output', 'text')
  expect(Math.abs(Date.parse(created.trim()) - Date.now())).toBeLessThan(3_600_000)
})

test('options in place of a file, shorthand, pages', async () => {
  const arn = world.arn(name)
  await type('tag-resource', '--resource-arn', arn, '--tags', 'key=team,value=blue', 'key=Größe,value=L ✓')
  const tags = await type('list-tags-for-resource', '--resource-arn', arn, '--output', 'text')
  expect(tags).toContain('Größe\tL ✓')
  for (const _ of [1, 2]) await type('start-pipeline-execution', '--name', name)
  const first = JSON.parse(await type('list-pipeline-executions', '--pipeline-name', name, '--max-items', '2'))
  expect(first.pipelineExecutionSummaries).toHaveLength(2)
  const next = ['--starting-token', first.NextToken]
  const rest = JSON.parse(await type('list-pipeline-executions', '--pipeline-name', name, ...next))
  expect(rest.pipelineExecutionSummaries.length).toBeGreaterThan(0)
})

test('a skeleton, filled in no further, is refused for what it says', async () => {
  writeFileSync(join(folder, 'skeleton.json'), await type('create-pipeline', '--generate-cli-skeleton'))
  const refused = type('create-pipeline', '--cli-input-json', 'file://skeleton.json')
  await expect(refused).rejects.toMatchObject({ stderr: expect.stringMatching(/length|ValidationException/) })
  expect(readFileSync(join(folder, 'skeleton.json'), 'utf8')).toContain('"artifactStore"')
})

test('errors have AWS’s codes, and the command its exit code', async () => {
  await expect(type('get-pipeline', '--name', 'none')).rejects.toMatchObject({
    code: 254,
    stderr: expect.stringContaining('(PipelineNotFoundException) when calling the GetPipeline operation'),
  })
  await expect(type('get-pipeline', '--name', 'no such name')).rejects.toMatchObject({
    stderr: expect.stringMatching(
      /\(ValidationException\) when calling the GetPipeline operation.*: 1 validation error/,
    ),
  })
})

test('webhooks: put, called, listed, deleted', async () => {
  const secret = 'a secret of the webhook'
  const filters = '[{"jsonPath":"$.ref","matchEquals":"refs/heads/main"}]'
  const webhook = `{"name":"hook","targetPipeline":"${name}","targetAction":"Fetch","filters":${filters},"authentication":"GITHUB_HMAC","authenticationConfiguration":{"SecretToken":"${secret}"}}`
  const put = JSON.parse(await type('put-webhook', '--webhook', webhook)).webhook
  expect(put).toMatchObject({ definition: { authenticationConfiguration: { SecretToken: '****' } } })
  const { url, arn } = put as { url: string; arn: string }
  const commit = 'c'.repeat(40)
  const body = JSON.stringify({ ref: 'refs/heads/main', after: commit, head_commit: { id: commit }, commits: [] })
  const headers = {
    'content-type': 'application/json',
    'x-github-event': 'push',
    'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
  }
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(200)
  await eventually(async () => {
    const { pipelineExecutionSummaries } = await world.call('ListPipelineExecutions', { pipelineName: name })
    const [newest] = pipelineExecutionSummaries as { trigger: { triggerType: string; triggerDetail: string } }[]
    return newest?.trigger.triggerType === 'Webhook' && newest.trigger.triggerDetail === arn
  })
  expect((await fetch(url, { method: 'POST', body: `${body} `, headers })).status).toBe(401)
  expect(JSON.parse(await type('list-webhooks'))).toMatchObject({
    webhooks: [{ arn, errorCode: 'AuthenticationFailed' }],
  })
  await type('delete-webhook', '--name', 'hook')
  expect(JSON.parse(await type('list-webhooks'))).toEqual({ webhooks: [] })
  expect((await fetch(url, { method: 'POST', body, headers })).status).toBe(404)
})
