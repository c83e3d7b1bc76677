import type { ActionType, ActionTypeInfo, RuleTypeInfo } from '@penstock/core'

const counts = (minimumCount: number, maximumCount: number) => ({ minimumCount, maximumCount })

/** Action types as the bundled plugins declare them, in short. */
export const sampleTypes: readonly ActionTypeInfo[] = [
  {
    id: { category: 'Source', owner: 'ThirdParty', provider: 'GitHub', version: '1' },
    description: 'Takes the commits of a branch from a GitHub repository.',
    plugin: 'github-source',
    properties: {
      Owner: { description: 'The user or organisation.', required: true, key: true, example: 'octocat' },
      Repo: { description: 'The repository’s name.', required: true, key: true, example: 'hello-world' },
      Branch: { description: 'The branch to follow.', required: true, key: true, default: 'main' },
      OAuthToken: { description: 'A token that may read the repository.', secret: true },
      PollForSourceChanges: { description: 'Look for changes regularly.', type: 'boolean', default: true },
    },
    inputArtifacts: counts(0, 0),
    outputArtifacts: counts(1, 1),
  },
  {
    id: { category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' },
    description: 'Runs a Rake task.',
    plugin: 'rake-build',
    properties: {
      Task: { description: 'The task to run.', default: 'default' },
      Minutes: { description: 'How long it may take.', type: 'number', default: 60 },
    },
    inputArtifacts: counts(1, 1),
    outputArtifacts: counts(0, 1),
  },
  {
    id: { category: 'Test', owner: 'ThirdParty', provider: 'BlazeMeter', version: '1' },
    description: 'Tests under load with BlazeMeter.',
    plugin: 'blazemeter-test',
    properties: {
      ApiKey: { description: 'The API key’s id.', required: true },
      ApiSecret: { description: 'The API key’s secret.', required: true, secret: true },
    },
    inputArtifacts: counts(0, 1),
    outputArtifacts: counts(0, 1),
  },
  {
    id: { category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    description: 'Waits for someone’s yes.',
    plugin: 'manual-approval',
    properties: {
      CustomData: { description: 'What is asked.' },
      ExternalEntityLink: { description: 'What to look at before answering.' },
      NotificationArn: { description: 'Who is told.' },
    },
    inputArtifacts: counts(0, 0),
    outputArtifacts: counts(0, 0),
  },
  {
    id: { category: 'Deploy', owner: 'AWS', provider: 'CodeDeploy', version: '1' },
    description: 'Deploys a revision with an AppSpec file to hosts over SSH.',
    plugin: 'codedeploy-ssh',
    properties: {
      ApplicationName: { description: 'The application.', required: true, key: true },
      DeploymentGroupName: { description: 'The group of hosts.', required: true, key: true },
    },
    inputArtifacts: counts(1, 1),
    outputArtifacts: counts(0, 0),
  },
]

/** Rule types as the bundled plugin declares them, in short. */
export const sampleRules: readonly RuleTypeInfo[] = [
  {
    provider: 'VariableCheck',
    version: '1',
    description: 'Compares a variable with a value.',
    plugin: 'stage-rules',
    properties: {
      Variable: { description: 'The variable.', required: true },
      Value: { description: 'What it must be.', required: true },
      Operator: { description: 'How they are compared.', enum: ['EQ', 'NE', 'CONTAINS', 'MATCHES'], default: 'EQ' },
    },
    inputArtifacts: counts(0, 0),
  },
  {
    provider: 'DeploymentWindow',
    version: '1',
    plugin: 'stage-rules',
    properties: { Cron: { description: 'When it is open.', required: true }, TimeZone: { description: 'Where.' } },
    inputArtifacts: counts(0, 0),
  },
  {
    provider: 'Commands',
    version: '1',
    plugin: 'stage-rules',
    properties: {},
    inputArtifacts: counts(0, 1),
  },
]

/** Made with CreateCustomActionType: no plugin knows it. */
export const customType: ActionType = {
  id: { category: 'Test', owner: 'Custom', provider: 'Probe', version: '1' },
  actionConfigurationProperties: [
    { name: 'Target', required: true, key: true, secret: false, description: 'What is probed' },
    { name: 'Key', required: false, key: false, secret: true },
  ],
  inputArtifactDetails: counts(0, 1),
  outputArtifactDetails: counts(0, 1),
}
