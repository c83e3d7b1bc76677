import { testActionProvider } from '@penstock/core/testkit'
import { jenkins } from '../src/provider.js'
import { type Behaviour, type JenkinsServer, startJenkins } from './jenkins-server.js'

const servers: JenkinsServer[] = []
afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())))

async function start(behaviour: Behaviour = {}): Promise<string> {
  const server = await startJenkins(behaviour)
  servers.push(server)
  return server.url
}

/** How many builds Jenkins was asked for. */
const effects = () =>
  servers.flatMap(({ seen }) => seen).filter((route) => /^POST .*\/build(WithParameters)?\?/.test(route)).length

testActionProvider(
  'Jenkins',
  () => jenkins('Build', { pollSeconds: 0.02 }),
  async () => ({
    configuration: { ProjectName: 'team/site', ServerUrl: await start(), UserName: 'ann', ApiToken: 'the-api-token' },
    slow: { configuration: { ServerUrl: await start({ endless: true }) }, begun: 'Building' },
    bad: [{ configuration: { Parameters: '[]' }, says: 'Parameters' }],
    effects,
  }),
)
