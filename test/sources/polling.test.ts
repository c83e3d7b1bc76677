/** A real server polls a real git server; only the clock is moved forward. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type PipelineDeclaration, systemClock } from '@penstock/core'
import { type RunningServer, startServer } from '@penstock/core/server'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'

jest.setTimeout(120_000) // real servers, on machines that are busy

const by = {
  name: 'test',
  arn: 'arn:aws:iam::000000000000:user/test',
  policies: ['AWSCodePipeline_FullAccess'] as const,
}
const minute = 60_000
let later = 0
let folder: string
let git: TestGitServer
let server: RunningServer
let url: string

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-polling-'))
  git = await startGitServer()
  url = await git.createRepository('acme/site')
  await start()
})
afterEach(async () => {
  await server.stop()
  await git.stop()
  rmSync(folder, { recursive: true, force: true, maxRetries: 40, retryDelay: 100 }) // steps may still be ending
})

async function start(): Promise<void> {
  const clock = { now: () => Date.now() + later, after: systemClock.after }
  server = await startServer({
    dataDir: join(folder, 'data'),
    cwd: folder,
    port: 0,
    env: {},
    clock,
    writeLog: () => {},
  })
}

function pipeline(name: string, repository = url): PipelineDeclaration {
  const source = { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' } as const
  const approval = { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' } as const
  return {
    name,
    roleArn: 'arn:aws:iam::000000000000:role/penstock',
    artifactStore: { type: 'S3', location: server.services.identity.bucket },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Fetch',
            actionTypeId: source,
            configuration: { Url: repository, Branch: 'main' },
            outputArtifacts: [{ name: 'code' }],
          },
        ],
      },
      { name: 'Gate', actions: [{ name: 'Ask', actionTypeId: approval }] },
    ],
  }
}

const create = (name: string, repository?: string) =>
  server.services.operations.createPipeline(by, { pipeline: pipeline(name, repository) })
const executions = async (name: string) =>
  (await server.services.operations.listPipelineExecutions(by, { pipelineName: name })).pipelineExecutionSummaries
const source = async (name: string) => (await server.services.sources.status(name))[0]

async function eventually(holds: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 30_000
  while (!(await holds())) {
    if (Date.now() > deadline)
      throw new Error(
        `it did not come to be: ${JSON.stringify(await source('site'))} ${JSON.stringify(await executions('site'))}`,
      )
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

/** Moves on by a minute, and waits until the source was polled after that. */
async function nextPoll(name: string): Promise<void> {
  const from = Date.now() + later + minute
  await eventually(async () => {
    // A poll that was on its way when the time moved notes its next one for a minute after that: then move once more.
    later += minute + 2_000
    const deadline = Date.now() + 3_000
    while (Date.now() < deadline) {
      if (((await source(name))?.lastPolled ?? 0) >= from) return true
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return false
  })
}

test('X1, X15: the creation runs once; a commit starts an execution with just that commit; nothing new starts nothing', async () => {
  const first = await git.commit('acme/site', { 'a.txt': 'one' }, 'First')
  await create('site')
  await eventually(async () => (await executions('site'))[0]?.sourceRevisions[0]?.revisionId === first)
  await nextPoll('site')
  expect(await executions('site')).toHaveLength(1)
  const second = await git.commit('acme/site', { 'a.txt': 'two' }, 'Second')
  await nextPoll('site')
  await eventually(async () => (await executions('site')).length === 2)
  const [newest] = await executions('site')
  expect(newest).toMatchObject({
    trigger: { triggerType: 'PollForSourceChanges', triggerDetail: 'Fetch' },
    sourceRevisions: [{ actionName: 'Fetch', revisionId: second }],
  })
  await nextPoll('site')
  await nextPoll('site')
  expect(await executions('site')).toHaveLength(2)
})

test('a commit made while the server was down is found after its start', async () => {
  await git.commit('acme/site', { 'a.txt': 'one' }, 'First')
  await create('site')
  await nextPoll('site')
  await server.stop()
  const second = await git.commit('acme/site', { 'a.txt': 'two' }, 'Second')
  await start()
  await nextPoll('site')
  await eventually(async () => (await executions('site'))[0]?.sourceRevisions[0]?.revisionId === second)
})

test('pipelines that share a repository share its polls; a broken source is told of and stops nobody', async () => {
  await git.commit('acme/site', { 'a.txt': 'one' }, 'First')
  await create('site')
  await create('twin')
  await create('broken', `${git.url}/acme/nowhere.git`)
  await eventually(
    async () =>
      (await executions('twin'))[0]?.sourceRevisions.length === 1 &&
      (await executions('site'))[0]?.sourceRevisions.length === 1,
  )
  await nextPoll('site')
  await nextPoll('twin')
  const before = git.requests.filter(({ url: path }) => path.startsWith('/acme/site')).length
  await nextPoll('site')
  expect((await source('twin'))?.lastPolled).toBe((await source('site'))?.lastPolled)
  expect(git.requests.filter(({ url: path }) => path.startsWith('/acme/site')).length - before).toBeLessThanOrEqual(2)
  await eventually(async () => ((await source('broken'))?.failures ?? 0) > 0)
  expect((await source('broken'))?.error).toContain('nowhere')
  const second = await git.commit('acme/site', { 'a.txt': 'two' }, 'Second')
  await nextPoll('site')
  for (const name of ['site', 'twin'])
    await eventually(async () => (await executions(name))[0]?.sourceRevisions[0]?.revisionId === second)
})

test('a deleted pipeline is polled no more; the tag penstock:schedule is heard at once', async () => {
  await git.commit('acme/site', { 'a.txt': 'one' }, 'First')
  await create('site')
  await nextPoll('site')
  const resourceArn = `arn:aws:codepipeline:us-east-1:000000000000:site`
  await server.services.operations.tagResource(by, {
    resourceArn,
    tags: [{ key: 'penstock:schedule', value: '0 0 1 1 *' }],
  })
  await eventually(async () => (await source('site'))?.schedule === '0 0 1 1 *')
  await server.services.operations.deletePipeline(by, { name: 'site' })
  await eventually(async () => (await server.services.sources.status('site')).length === 0)
})
