/** From a push to an execution, over a whole server and a real git server: by polling, and by a GitHub webhook. */
import { createHmac } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type ActionDeclaration,
  CodePipelineClient,
  CreatePipelineCommand,
  GetPipelineExecutionCommand,
  ListActionExecutionsCommand,
  ListPipelineExecutionsCommand,
  PutWebhookCommand,
} from '@aws-sdk/client-codepipeline'
import { type Clock, systemClock } from '@penstock/core'
import { startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { eventually } from '../aws/support/eventually.js'

let ahead = 0
/** The machine's clock, which a test may put forward: nobody waits for the next minute. */
const clock: Clock = { now: () => systemClock.now() + ahead, after: (ms, wake) => systemClock.after(ms, wake) }

let git: TestGitServer
let dataDir: string
let server: Awaited<ReturnType<typeof startServer>>
let client: CodePipelineClient
const token = 'glpat-0123456789'
const log: string[] = []

beforeAll(async () => {
  git = await startGitServer({ auth: { username: 'x-access-token', password: token } })
  dataDir = mkdtempSync(join(tmpdir(), 'penstock-sources-'))
  server = await startServer({ dataDir, port: 0, env: {}, clock, writeLog: (line) => void log.push(line) })
  const credentials = await server.services.access.createAccessKey('admin', ['AWSCodePipeline_FullAccess'])
  client = new CodePipelineClient({ endpoint: server.address, region: 'us-east-1', credentials, maxAttempts: 1 })
})
afterAll(async () => {
  await server?.stop()
  await git?.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

async function create(name: string, poll: 'true' | 'false'): Promise<void> {
  const configuration = { Url: `${git.url}/acme/${name}.git`, Branch: 'main', Token: token, PollForSourceChanges: poll }
  const fetch = {
    name: 'Fetch',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' },
    configuration,
    outputArtifacts: [{ name: 'Source' }],
    namespace: 'Commit',
  } satisfies ActionDeclaration
  const ask = {
    name: 'Ask',
    actionTypeId: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    configuration: { CustomData: 'Release #{Commit.CommitMessage}?' },
  } satisfies ActionDeclaration
  const stages = [
    { name: 'Source', actions: [fetch] },
    { name: 'Approve', actions: [ask] },
  ]
  const artifactStore = { type: 'S3', location: 'codepipeline-us-east-1-0000000000' } as const
  const pipeline = { name, roleArn: 'arn:aws:iam::123456789012:role/penstock', artifactStore, stages }
  await client.send(new CreatePipelineCommand({ pipeline }))
}

/** The newest execution, once it has fetched this commit. */
async function executionOf(pipelineName: string, commit: string) {
  return eventually(async () => {
    const { pipelineExecutionSummaries = [] } = await client.send(new ListPipelineExecutionsCommand({ pipelineName }))
    const [newest] = pipelineExecutionSummaries
    if (newest?.sourceRevisions?.[0]?.revisionId !== commit) return undefined
    const filter = { pipelineExecutionId: newest.pipelineExecutionId }
    const { actionExecutionDetails = [] } = await client.send(new ListActionExecutionsCommand({ pipelineName, filter }))
    const fetched = actionExecutionDetails.find(({ actionName }) => actionName === 'Fetch')
    const done = fetched?.status === 'Succeeded' && newest.sourceRevisions[0].revisionSummary !== undefined
    return done && { newest, fetched }
  })
}

test('a push is found by the next poll, and its commit flows on', async () => {
  await git.createRepository('acme/polled')
  const first = await git.commit('acme/polled', { 'a.txt': 'one' }, 'First')
  await create('polled', 'true')
  const begun = await executionOf('polled', first)
  expect(begun.newest.trigger?.triggerType).toBe('CreatePipeline')
  const asked = await eventually(async () => {
    const listed = await client.send(new ListActionExecutionsCommand({ pipelineName: 'polled' }))
    return listed.actionExecutionDetails?.find(({ actionName }) => actionName === 'Ask')
  })
  expect(asked.input?.resolvedConfiguration?.CustomData).toBe('Release First?')
  const second = await git.commit('acme/polled', { 'a.txt': 'two' }, 'Second\n\nWith a body.')
  ahead += 61_000
  const { newest, fetched } = await executionOf('polled', second)
  expect(newest.trigger?.triggerType).toBe('PollForSourceChanges')
  expect(newest.sourceRevisions?.[0]).toMatchObject({ actionName: 'Fetch', revisionSummary: 'Second' })
  expect(fetched.output?.outputVariables).toMatchObject({
    CommitId: second,
    BranchName: 'main',
    RepositoryName: 'polled',
  })
  expect(fetched.input?.configuration?.Token).toBe('****')
  expect(log.join('')).not.toContain(token)
}, 60_000)

test('a push told by a signed webhook starts at once; one that is forged, repeated or of another branch does not', async () => {
  await git.createRepository('acme/hooked')
  const first = await git.commit('acme/hooked', { 'a.txt': 'one' }, 'First')
  await create('hooked', 'false')
  await executionOf('hooked', first)
  const { webhook } = await client.send(
    new PutWebhookCommand({
      webhook: {
        name: 'hook',
        targetPipeline: 'hooked',
        targetAction: 'Fetch',
        filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }],
        authentication: 'GITHUB_HMAC',
        authenticationConfiguration: { SecretToken: 's3cret' },
      },
    }),
  )
  const send = (delivery: string, ref: string, after: string, secret = 's3cret') => {
    const body = JSON.stringify({
      ref,
      before: first,
      after,
      head_commit: { id: after, message: 'Second' },
      commits: [],
    })
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const headers = { 'x-github-event': 'push', 'x-github-delivery': delivery, 'x-hub-signature-256': signature }
    return fetch(webhook?.url ?? '', {
      method: 'POST',
      body,
      headers: { ...headers, 'content-type': 'application/json' },
    })
  }
  const second = await git.commit('acme/hooked', { 'a.txt': 'two' }, 'Second')
  const forged = await send('1', 'refs/heads/main', second, 'guessed')
  expect([401, 403]).toContain(forged.status)
  expect((await send('2', 'refs/heads/other', second)).status).toBe(200)
  expect((await send('3', 'refs/heads/main', second)).status).toBe(200)
  const { newest } = await executionOf('hooked', second)
  expect(newest.trigger).toMatchObject({
    triggerType: 'Webhook',
    triggerDetail: expect.stringContaining(':webhook:hook'),
  })
  expect((await send('3', 'refs/heads/main', second)).status).toBe(200)
  const { pipelineExecutionSummaries } = await client.send(
    new ListPipelineExecutionsCommand({ pipelineName: 'hooked' }),
  )
  expect(pipelineExecutionSummaries).toHaveLength(2)
  const { pipelineExecution } = await client.send(
    new GetPipelineExecutionCommand({ pipelineName: 'hooked', pipelineExecutionId: newest.pipelineExecutionId }),
  )
  expect(pipelineExecution?.artifactRevisions?.[0]).toMatchObject({ name: 'Source', revisionId: second })
}, 60_000)
