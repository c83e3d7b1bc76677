/** An installation as 0.1.0 left it, opened by today's code: see README.md. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CodePipelineClient, ListPipelineExecutionsCommand } from '@aws-sdk/client-codepipeline'
import { type Clock, systemClock } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'

jest.setTimeout(180_000) // a real server and real builds, on machines that are busy

/** When the folder was left. */
const left = Date.UTC(2026, 10, 30, 19, 15, 10)
const offset = left - Date.now()
const clock: Clock = { now: () => Date.now() + offset, after: (ms, wake) => systemClock.after(ms, wake) }
const admin = {
  name: 'admin',
  arn: 'arn:aws:iam::111122223333:user/admin',
  policies: ['AWSCodePipeline_FullAccess'],
} as const

let folder: string
let server: RunningServer
const operations = () => server.services.operations.for(admin)
const began = { pipelineName: 'site' }

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-upgrade-'))
  chmodSync(folder, 0o755) // builds run as somebody else than root
  execFileSync('tar', ['-xzf', join(__dirname, 'made-by-0.1.0.tar.gz'), '-C', folder])
  server = await startServer({ file: join(folder, 'penstock.yaml'), env: {}, clock, writeLog: () => {} })
})
afterAll(async () => {
  await server?.stop()
  if (folder) rmSync(folder, { recursive: true, force: true })
})

async function until<T>(look: () => Promise<T | undefined>): Promise<T> {
  for (const deadline = Date.now() + 120_000; ; await new Promise((resolve) => setTimeout(resolve, 50))) {
    const found = await look()
    if (found !== undefined) return found
    if (Date.now() > deadline) throw new Error(`it did not come to be: ${JSON.stringify(await stages(), null, 1)}`)
  }
}

const stages = async () => (await operations().getPipelineState({ name: 'site' })).stageStates

/** The approval's token, once it waits. */
const token = () => until(async () => (await stages())[2]?.actionStates[0]?.latestExecution?.token)

async function approve(): Promise<void> {
  const place = { pipelineName: 'site', stageName: 'Approve', actionName: 'Look', token: await token() }
  await operations().putApprovalResult({ ...place, result: { status: 'Approved', summary: 'goes on' } })
}

const ended = (pipelineExecutionId: string) =>
  until(async () => {
    const { pipelineExecution } = await operations().getPipelineExecution({ ...began, pipelineExecutionId })
    return pipelineExecution.status === 'InProgress' ? undefined : pipelineExecution.status
  })

async function log(pipelineExecutionId: string, actionName: string): Promise<string> {
  const { actionExecutionDetails } = await operations().listActionExecutions({
    ...began,
    filter: { pipelineExecutionId },
  })
  const id = actionExecutionDetails.find((action) => action.actionName === actionName)?.actionExecutionId ?? ''
  return (await server.services.logs.read(id, 0))?.text ?? ''
}

const executions = async () =>
  (await operations().listPipelineExecutions(began)).pipelineExecutionSummaries.map((one) => ({
    id: one.pipelineExecutionId,
    status: one.status,
    revision: one.sourceRevisions[0]?.revisionId,
  }))

test('the history is there: executions, logs with their secrets masked, tags, webhooks, types', async () => {
  const [waiting, first] = await executions()
  expect([waiting, first]).toMatchObject([
    { status: 'InProgress', revision: 'r1' },
    { status: 'Succeeded', revision: 'r1' },
  ])
  expect(await log(first?.id ?? '', 'Make')).toContain('the key is ****\n')
  expect(await log(first?.id ?? '', 'Out')).toContain('made of r1\nshipped to ')
  const resourceArn = 'arn:aws:codepipeline:eu-central-1:111122223333:site'
  expect(await operations().listTagsForResource({ resourceArn })).toMatchObject({
    tags: [{ key: 'team', value: 'web' }],
  })
  expect((await operations().listWebhooks({})).webhooks).toMatchObject([{ definition: { name: 'told' } }])
  const { actionTypes } = await operations().listActionTypes({ actionOwnerFilter: 'Custom' })
  expect(actionTypes.map(({ id }) => id.provider)).toEqual(expect.arrayContaining(['Bench', 'Still', 'Shell']))
})

test('the plugins of that time and of that configuration are as they were', () => {
  const states = Object.fromEntries(server.services.plugins.list().map(({ name, state }) => [name, state]))
  expect(states).toMatchObject({ still: 'started', 'rake-build': 'started', 'codedeploy-ssh': 'disabled' })
})

test('its access key and password still open', async () => {
  const credentials = {
    accessKeyId: 'AKIAWMSRVSIO66D3U6O6',
    secretAccessKey: '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',
  }
  const client = new CodePipelineClient({
    endpoint: `http://127.0.0.1:${server.port}`,
    region: 'eu-central-1',
    credentials,
    systemClockOffset: offset,
  })
  const { pipelineExecutionSummaries } = await client.send(new ListPipelineExecutionsCommand(began))
  expect(pipelineExecutionSummaries).toHaveLength(2)
  client.destroy()
  const password = readFileSync(join(folder, 'data', 'secrets', 'initialAdminPassword'), 'utf8').trim()
  expect(await server.services.access.signIn('admin', password, '127.0.0.1')).toMatchObject({ name: 'admin' })
})

test('what waited goes on: an approval is given, a transition enabled, and a build ships what 0.1.0 built', async () => {
  const [waiting] = await executions()
  await approve()
  const ship = await until(async () =>
    (await stages())[3]?.inboundExecutions?.length ? (await stages())[3] : undefined,
  )
  expect(ship?.inboundTransitionState).toMatchObject({ enabled: false, disabledReason: 'not before the upgrade' })
  await operations().enableStageTransition({ ...began, stageName: 'Ship', transitionType: 'Inbound' })
  expect(await ended(waiting?.id ?? '')).toBe('Succeeded')
  expect(await log(waiting?.id ?? '', 'Out')).toContain('made of r1\nshipped to ')
})

test('a new execution runs through, on the old plugin, secret and definition', async () => {
  const { pipelineExecutionId } = await operations().startPipelineExecution({ name: 'site' })
  await approve()
  expect(await ended(pipelineExecutionId)).toBe('Succeeded')
  expect(await log(pipelineExecutionId, 'Make')).toContain('the key is ****\n')
  expect(await executions()).toHaveLength(3)
})
