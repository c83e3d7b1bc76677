/** Commits show how the pipelines that run them go: a real server and real git, and what takes statuses at the three kinds of forges. */
import type { OperationInput } from '@penstock/core'
import { startGitServer, startTestServer, type TestGitServer, type TestServer } from '@penstock/core/testkit'

jest.setTimeout(120_000) // real processes, on machines that are busy

interface Asked {
  readonly path: string
  readonly authorization: string
  readonly body: Readonly<Record<string, string>>
}

const token = 'ghp_0123456789secret'
const asked: Asked[] = []
/** What the next requests about a pipeline are answered; 201 when there is nothing. */
let answers: { about: string; status: number; body: unknown }[] = []
let git: TestGitServer
let server: TestServer
let commit: string
let outcome: Error | undefined

const build = {
  category: 'Build',
  provider: 'Try',
  configuration: {},
  inputArtifacts: 1,
  async run() {
    if (outcome) throw outcome
  },
}
const arnOf = (kind: string) => `arn:aws:codestar-connections:us-east-1:000000000000:connection/${kind}`

beforeAll(async () => {
  git = await startGitServer({
    auth: { username: 'x-access-token', password: token },
    intercept(request, response) {
      if (request.method !== 'POST' || !request.url?.includes('/statuses/')) return false
      let text = ''
      request.on('data', (piece) => {
        text += piece
      })
      request.on('end', () => {
        const { url: path = '', headers } = request
        const posted = JSON.parse(text) as Record<string, string>
        asked.push({ path, authorization: headers.authorization ?? '', body: posted })
        const at = answers.findIndex(({ about }) => `penstock/${about}` === (posted.context ?? posted.name))
        const [{ status, body }] =
          at < 0 ? [{ status: 201, body: {} }] : (answers.splice(at, 1) as [(typeof answers)[0]])
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
      })
      return true
    },
  })
  await git.createRepository('acme/site')
  commit = await git.commit('acme/site', { a: '1' }, 'First')
  const connections = Object.fromEntries(
    (['github', 'gitlab', 'gitea'] as const).map((kind) => [arnOf(kind), { url: git.url, kind, token }]),
  )
  server = await startTestServer({
    bundled: ['github-source'],
    plugins: [build as never],
    config: { 'github-source': { connections, commitStatus: { pipelines: ['site*'] } } },
  })
})
afterAll(async () => {
  await server?.stop()
  await git?.stop()
})
beforeEach(() => {
  asked.length = 0
  answers = []
  outcome = undefined
})

async function create(name: string, kinds: readonly string[]): Promise<void> {
  const type = (category: string, owner: string, provider: string) => ({ category, owner, provider, version: '1' })
  const pipeline = {
    name,
    stages: [
      {
        name: 'Source',
        actions: kinds.map((kind) => ({
          name: kind,
          actionTypeId: type('Source', 'AWS', 'CodeStarSourceConnection'),
          configuration: {
            ConnectionArn: arnOf(kind),
            FullRepositoryId: 'acme/site',
            BranchName: 'main',
            DetectChanges: 'false',
          },
          outputArtifacts: [{ name: `of-${kind}` }],
        })),
      },
      {
        name: 'Build',
        actions: [
          { name: 'Try', actionTypeId: type('Build', 'Custom', 'Try'), inputArtifacts: [{ name: `of-${kinds[0]}` }] },
        ],
      },
    ],
  }
  await server.services.operations.createPipeline(server.admin, {
    pipeline,
  } as unknown as OperationInput<'createPipeline'>)
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await holds()); ) {
    if (Date.now() > end) throw new Error(`it did not come to be: ${JSON.stringify(asked)} ${server.log()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const last = (path: string) => asked.filter((one) => one.path.startsWith(path)).at(-1)?.body

test('each forge is told in its own words, with a link, and ends with what the execution ended with', async () => {
  await create('site', ['github', 'gitlab', 'gitea'])
  const [github, gitlab, gitea] = ['/api/v3/repos/acme/site', '/api/v4/projects/acme%2Fsite', '/api/v1/repos/acme/site']
  await until(() => [github, gitlab, gitea].every((path) => last(path)?.state === 'success'))
  expect(
    asked.every(
      ({ path, authorization }) => path.endsWith(`/statuses/${commit}`) && authorization === `Bearer ${token}`,
    ),
  ).toBe(true)
  const link = expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/pipelines\/site\/executions\//)
  const told = { state: 'success', description: 'site: succeeded', target_url: link }
  expect(last(github)).toEqual({ ...told, context: 'penstock/site' })
  expect(last(gitea)).toEqual({ ...told, context: 'penstock/site' })
  expect(last(gitlab)).toEqual({ ...told, name: 'penstock/site' })
})

test('a failure is a failure, is told again when the forge stumbles, and a state that is there already is no failure', async () => {
  outcome = new Error('broken')
  await create('site-two', ['gitlab'])
  await until(() => last('/api/v4')?.state === 'failed')
  outcome = undefined
  answers = [
    { about: 'site-two', status: 400, body: { message: 'Cannot transition status via :run from :running' } },
    { about: 'site-two', status: 502, body: {} },
  ]
  await server.services.operations.startPipelineExecution(server.admin, { name: 'site-two' })
  await until(() => last('/api/v4')?.state === 'success')
  const deliveries = async () =>
    (await server.services.operations.listDeliveries(server.admin, { pipelineName: 'site-two' })).deliveries
  const about = (kind: string) => async () => (await deliveries()).find((one) => one.kind === kind)
  await until(async () => (await about('executionSucceeded')())?.status === 'Delivered')
  expect(await about('executionSucceeded')()).toMatchObject({ notifier: 'commit-status', receiver: 'site-two/gitlab' })
  const stumbled = async () =>
    (await deliveries()).some(({ attemptLog }) => attemptLog.some(({ error }) => error?.includes('answered 502')))
  await until(stumbled)
})

test('other pipelines are not told, and what the forge never heard of is given up at once, without the token', async () => {
  await create('other', ['github'])
  answers = [{ about: 'site-three', status: 422, body: { message: 'No commit found for SHA' } }]
  await create('site-three', ['github'])
  const of = async (pipelineName: string) =>
    (await server.services.operations.listDeliveries(server.admin, { pipelineName })).deliveries
  await until(async () => (await of('site-three')).some(({ status }) => status === 'GivenUp'))
  const [given] = (await of('site-three')).filter(({ status }) => status === 'GivenUp')
  expect(given?.error).toMatch(/does not have the commit in acme\/site/)
  expect(JSON.stringify(await of('site-three'))).not.toContain(token)
  expect(await of('other')).toEqual([])
})
