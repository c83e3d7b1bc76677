/** A stranger's pull request from its webhook to its build: asked for on the page and by `penstock fork`, commit by commit. */
import { cleanUp, penstock, temporaryFolder } from '../process/world.js'
import { pageOf } from './page.js'
import { ended, pipelineOf, shown, startWorld, type World } from './world.js'

jest.setTimeout(120_000) // real git and real builds, on machines that are busy

let world: World
let hook: string
let cwd: string
let env: Record<string, string>

beforeAll(async () => {
  world = await startWorld()
  cwd = temporaryFolder()
  const { operations, access } = world.server.services
  const pipeline = pipelineOf(world, 'site', 'cat code; echo "secret: $T"', {
    Environment: '{"T":"{{secret:deploy}}"}',
  })
  Object.assign(pipeline.stages[0]?.actions[0]?.configuration ?? {}, { ForkPullRequests: 'approve' })
  const gitConfiguration = {
    sourceActionName: 'Fetch',
    pullRequest: [{ events: ['OPEN' as const, 'UPDATED' as const] }],
  }
  const triggers = [{ providerType: 'CodeStarSourceConnection' as const, gitConfiguration }]
  await operations.putSecret(world.admin, { name: 'deploy', value: 'hunter2hunter2' })
  await operations.createPipeline(world.admin, { pipeline: { ...pipeline, triggers } })
  await ended(world, 'site')
  const { webhook } = await operations.putWebhook(world.admin, {
    webhook: {
      name: 'hook',
      targetPipeline: 'site',
      targetAction: 'Fetch',
      filters: [{ jsonPath: '$.pull_request.base.ref', matchEquals: 'main' }],
      authentication: 'UNAUTHENTICATED',
      authenticationConfiguration: {},
    },
  })
  hook = new URL(webhook.url).pathname
  const keys = await access.createAccessKey('ci', [{ Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }] }])
  const { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY } = keys
  env = { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, PENSTOCK_ENDPOINT: world.server.address }
})
afterAll(async () => {
  await cleanUp()
  await world?.stop()
})

/** A commit as a forge keeps a stranger's: no branch of the repository has it. */
async function pushed(text: string): Promise<string> {
  const { git } = world
  const id = await git.commit('acme/site', { code: text }, text, { branch: 'evil', from: 'main' })
  await git.git('acme/site', 'update-ref', 'refs/pull/7/head', id)
  await git.deleteBranch('acme/site', 'evil')
  return id
}

/** The webhook that the forge sends of it. */
async function told(action: string, sha: string, repo: { full_name: string } | null = { full_name: 'eve/site' }) {
  const pull = {
    title: 'Improve',
    html_url: 'https://example.com/7',
    user: { login: 'eve' },
    author_association: 'NONE',
    head: { sha, ref: 'topic', repo },
    base: { ref: 'main', repo: { full_name: 'acme/site' } },
  }
  const body = JSON.stringify({ action, number: 7, pull_request: pull, repository: { full_name: 'acme/site' } })
  const headers = { 'content-type': 'application/json', 'x-github-event': 'pull_request' }
  expect((await fetch(`${world.server.address}${hook}`, { method: 'POST', headers, body })).status).toBe(200)
}

const fork = (...args: string[]) => penstock(['fork', ...args], { cwd, env })
const executions = async () =>
  (await world.server.services.operations.listPipelineExecutions(world.admin, { pipelineName: 'site' }))
    .pipelineExecutionSummaries.length

test('it runs once somebody has said so on the page, with just the commit that was looked at, and without secrets', async () => {
  const page = await pageOf(world, world.admin)
  const before = await executions()
  const commit = await pushed('evil one')
  await told('opened', commit)
  expect(await executions()).toBe(before)
  const inbox = await page.get('/inbox')
  expect(inbox).toContain('A pull request from a fork waits for you')
  expect(inbox).toContain('eve/site')
  expect(await page.post('/pipelines/site/forks/Fetch/approve', { commit })).toContain('runs, without secrets')
  expect(await executions()).toBe(before + 1)
  expect(await ended(world, 'site')).toBe('Failed')
  const all = await shown(world, 'site')
  expect(all).toContain('gets no secrets')
  expect(all).not.toContain('hunter2hunter2')
  expect(await page.get('/inbox')).not.toContain('eve/site')
})

test('a new push asks again: an answer to the commit before runs nothing', async () => {
  const page = await pageOf(world, world.admin)
  const [first, second] = [await pushed('evil two'), await pushed('evil three')]
  await told('opened', first)
  await told('synchronize', second)
  const before = await executions()
  expect(await page.post('/pipelines/site/forks/Fetch/approve', { commit: first })).toContain('a new push asks')
  expect(await fork('approve', 'site', first.slice(0, 12))).toMatchObject({ status: 1 })
  const list = await fork('list')
  expect(list).toMatchObject({ status: 0 })
  expect(list.out).toContain(second.slice(0, 12))
  expect(list.out).not.toContain(first.slice(0, 12))
  expect(await fork('reject', 'site', second.slice(0, 12))).toMatchObject({ status: 0 })
  expect((await fork('list', 'site')).out).toContain('nothing waits')
  expect(await executions()).toBe(before)
})

test('what is approved is that commit, though there is a newer one meanwhile; and it never runs without isolation', async () => {
  const { operations } = world.server.services
  const { pipeline } = await operations.getPipeline(world.admin, { name: 'site' })
  const { Environment: _, ...open } = pipeline.stages[1]?.actions[0]?.configuration ?? {}
  Object.assign(pipeline.stages[1]?.actions[0] ?? {}, { configuration: open })
  await operations.updatePipeline(world.admin, { pipeline })
  const looked = await pushed('looked at')
  await told('opened', looked)
  await world.git.git('acme/site', 'config', 'uploadpack.allowAnySHA1InWant', 'true')
  await pushed('pushed behind its back')
  expect(await fork('approve', 'site', looked.slice(0, 12))).toMatchObject({ status: 0 })
  expect(await ended(world, 'site')).toBe('Failed')
  const all = await shown(world, 'site')
  expect(all).toContain(`Fetching ${looked}`)
  expect(all).not.toContain('pushed behind its back')
  expect(all).toContain('code of strangers runs in a sandbox or a container only')
})

test('of a fork whose repository is gone nothing waits, and the log says why', async () => {
  const before = await executions()
  await told('opened', await pushed('evil four'), null)
  expect((await fork('list', 'site')).out).toContain('nothing waits')
  expect(await executions()).toBe(before)
  expect(world.log.join('\n')).toContain('its repository is gone, so nobody can say whose code it is')
})

test('who may not start the pipeline may not answer, and sees no form', async () => {
  await told('opened', await pushed('evil five'))
  const viewer = await pageOf(
    world,
    world.who('viewer', { Effect: 'Allow', Action: ['codepipeline:List*', 'codepipeline:Get*'], Resource: '*' }),
  )
  const inbox = await viewer.get('/inbox')
  expect(inbox).toContain('You may not answer')
  expect(inbox).not.toContain('/forks/Fetch/approve')
  const stranger = await pageOf(
    world,
    world.who('other', { Effect: 'Allow', Action: 'codepipeline:ListPipelines', Resource: '*' }),
  )
  expect(await stranger.get('/inbox')).not.toContain('eve/site')
  const [{ revisionId: commit = '' } = {}] = (
    await world.server.services.operations.listForkPullRequests(world.admin, {})
  ).pullRequests
  expect(await viewer.post('/pipelines/site/forks/Fetch/approve', { commit })).toContain('not authorized')
  expect((await fork('list', 'site')).out).toContain(commit.slice(0, 12))
})
