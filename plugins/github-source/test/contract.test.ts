import { startGitServer, type TestGitServer, testSourceProvider } from '@penstock/core/testkit'
import type { GitConfig } from '../src/config.js'
import { git } from '../src/git.js'
import { github } from '../src/github.js'

const token = 'ghp_contract_s3cret'
let server: TestGitServer
let commits = 0
const change = async () => {
  await server.commit('acme/site', { 'a.txt': String(++commits) }, `Commit ${commits}`)
}

beforeAll(async () => {
  server = await startGitServer({ auth: { username: 'x-access-token', password: token } })
  await server.createRepository('acme/site')
  await change()
})
afterAll(() => server.stop())

const config = (): GitConfig => ({
  githubUrl: server.url,
  connections: {},
  sshIdentities: {},
  engine: 'auto',
  pollTimeoutSeconds: 20,
  fetchTimeoutMinutes: 1,
  isomorphicMaxMegabytes: 256,
  localRepositories: [],
  submodules: 'notice' as const,
  lfs: 'notice' as const,
})

testSourceProvider('GitHub', () => github(config()), {
  configuration: { Owner: 'acme', Repo: 'site', Branch: 'main', OAuthToken: token },
  outputs: ['Code'],
  change,
  missing: { configuration: { Repo: 'nowhere' } },
})

testSourceProvider(
  'Git',
  () => git(config()),
  () => ({
    configuration: { Url: `${server.url}/acme/site`, Branch: 'main', Username: 'x-access-token', Password: token },
    outputs: ['Code'],
    change,
    missing: { configuration: { Branch: 'no-such-branch' } },
  }),
)
