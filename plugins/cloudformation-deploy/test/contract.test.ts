import { startAwsServer, type TestAwsServer, testActionProvider } from '@penstock/core/testkit'
import { cloudFormation } from '../src/provider.js'
import { FakeStacks } from './fake-stacks.js'

const stacks = new FakeStacks()
let server: TestAwsServer
beforeAll(async () => {
  stacks.alwaysChanges = true
  stacks.add({ StackName: 'site' }, 'CREATE_COMPLETE')
  server = await startAwsServer(stacks.answers)
})
afterAll(() => server.stop())

const access = { accessKeyId: 'AKIA', secretAccessKey: 'secret', pollSeconds: 0.01 }

testActionProvider(
  'CloudFormation',
  () => cloudFormation({ ...access, endpoint: server.endpoint }, () => 'eu-central-1'),
  () => ({
    configuration: { ActionMode: 'CREATE_UPDATE', StackName: 'site', TemplatePath: 'Code::template.json' },
    inputs: {
      Code: { 'template.json': '{"Resources": {}}', 'list.json': '[]', 'params.json': '{"Parameters": {"A": {}}}' },
    },
    slow: { configuration: { StackName: 'never-ends' } },
    effects: () => stacks.begun,
    bad: [
      { configuration: { TemplatePath: '' }, says: 'TemplatePath is missing' },
      { configuration: { TemplatePath: 'template.json' }, says: 'TemplatePath is "template.json"' },
      { configuration: { TemplatePath: 'Other::template.json' }, says: 'Other is no input artifact' },
      {
        configuration: { TemplatePath: 'Code::none.json' },
        says: 'TemplatePath: the artifact Code has no file none.json',
      },
      {
        configuration: { TemplateConfiguration: 'Code::list.json' },
        says: 'TemplateConfiguration: Code::list.json must be a JSON object',
      },
      { configuration: { TemplateConfiguration: 'Code::params.json' }, says: 'Parameters.A must be a text' },
      { configuration: { ActionMode: 'CHANGE_SET_EXECUTE' }, says: 'ChangeSetName is missing' },
      { configuration: { Capabilities: 'CAPABILITY_ALL' }, says: 'Capabilities has "CAPABILITY_ALL"' },
      { configuration: { ParameterOverrides: '{' }, says: 'ParameterOverrides is no JSON' },
      { configuration: { ParameterOverrides: '{"A": {"Ref": "B"}}' }, says: 'ParameterOverrides.A must be a text' },
      { configuration: { ParameterOverrides: '{"A": {"Fn::GetParam": ["Code"]}}' }, says: 'Fn::GetParam' },
    ],
  }),
)
