import { type TestGitServer, testSourceProvider } from '@penstock/core/testkit'
import { codecommit } from '../src/codecommit.js'
import { keys, startCodeCommit } from './codecommit-server.js'

let server: TestGitServer
let commits = 0
const change = async () => {
  await server.commit('v1/repos/site', { 'a.txt': String(++commits) }, `Commit ${commits}`)
}

beforeAll(async () => {
  server = await startCodeCommit()
  await server.createRepository('v1/repos/site')
  await change()
})
afterAll(() => server.stop())

const make = () =>
  codecommit({
    ...keys,
    region: 'eu-west-1',
    endpoint: server.url,
    engine: 'auto',
    pollTimeoutSeconds: 20,
    fetchTimeoutMinutes: 1,
    isomorphicMaxMegabytes: 256,
    repositories: {},
  })

testSourceProvider('CodeCommit', make, {
  configuration: { RepositoryName: 'site', BranchName: 'main' },
  outputs: ['Source'],
  secrets: { AWS: keys.secretAccessKey },
  change,
  missing: { configuration: { RepositoryName: 'nowhere' } },
  bad: [{ configuration: { OutputArtifactFormat: 'TARBALL' }, says: 'OutputArtifactFormat' }],
})
