import { startAwsServer, type TestAwsServer, testActionProvider } from '@penstock/core/testkit'
import { ecs } from '../src/provider.js'
import { FakeCluster } from './fake-cluster.js'

const cluster = new FakeCluster()
const forever = new FakeCluster()
forever.ends = 'never'
let server: TestAwsServer
beforeAll(async () => {
  server = await startAwsServer({
    ...cluster.answers,
    DescribeServices: (input) => {
      const { answers } = input.cluster === 'slow' ? forever : cluster
      return answers.DescribeServices?.({ ...input, cluster: input.cluster === 'slow' ? 'main' : input.cluster })
    },
    UpdateService: (input) => (input.cluster === 'slow' ? forever : cluster).answers.UpdateService?.(input),
  })
})
afterAll(() => server.stop())

const image = (text: string) => ({ Image: { 'imagedefinitions.json': text, 'empty.json': '[]', 'twice.json': '' } })
const access = { accessKeyId: 'AKIA', secretAccessKey: 'secret', pollSeconds: 0.01 }

testActionProvider(
  'ECS',
  () => ecs({ ...access, endpoint: server.endpoint }, () => 'eu-central-1'),
  () => ({
    configuration: { ClusterName: 'main', ServiceName: 'site' },
    inputs: image('[{"name": "web", "imageUri": "site:2"}]'),
    slow: { configuration: { ClusterName: 'slow' } },
    effects: () => server.calls.filter(({ operation }) => operation === 'RegisterTaskDefinition').length,
    bad: [
      { configuration: { ClusterName: 'nowhere' }, says: 'ClusterName nowhere: ClusterNotFoundException' },
      {
        configuration: { ServiceName: 'nothing' },
        says: 'ServiceName nothing: the cluster main has no such service (MISSING)',
      },
      { configuration: { FileName: 'none.json' }, says: 'FileName none.json: the artifact Image has no such file' },
      {
        configuration: { FileName: 'empty.json' },
        says: 'FileName empty.json: must be a list of at least one container',
      },
      { configuration: { FileName: 'twice.json' }, says: 'FileName twice.json: is no JSON' },
      { configuration: { DeploymentTimeout: '0' }, says: 'DeploymentTimeout is 0' },
    ],
  }),
)
