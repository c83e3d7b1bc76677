/** What stands beside a pipeline in the same text: each is taken over, or told of with what to do. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { buildProject } from '../../src/cli/import/build-project.js'
import { convert } from '../../src/cli/import/convert.js'
import { findPipeline } from '../../src/cli/import/find-pipeline.js'
import { readTexts } from '../../src/cli/import/read-text.js'
import { Report } from '../../src/cli/import/report.js'
import { buildProjectSchema } from '../../src/domain/build-project.js'
import { checkSchema } from '../../src/host/json-schema.js'

const around = { region: 'us-east-1', accountId: '000000000000', parameters: {} }
const properties = ['ProjectName', 'ConnectionArn', 'NotificationArn', 'BranchName'].map((name) => ({
  name,
  required: false,
  key: false,
  secret: false,
}))
const details = { minimumCount: 0, maximumCount: 5 }

function imported(text: string) {
  const report = new Report()
  const found = findPipeline(readTexts(text), around, report)
  const projects = found.projects.map(({ id, input }) => buildProject(input, id, report))
  const known = {
    describe: (id: never) => ({
      id,
      actionConfigurationProperties: properties,
      inputArtifactDetails: details,
      outputArtifactDetails: details,
    }),
    describeRule: () => undefined,
  }
  const names = new Set(projects.map(({ name }) => name))
  const pipeline = convert(found.pipeline, 'us-east-1', known, names, report)
  return { pipeline, projects, notes: report.notes.map(({ kind, path, message }) => `${kind} ${path}: ${message}`) }
}

const cdk = (name: string) => readFileSync(join(__dirname, '../../../test/import/fixtures/cdk', `${name}.json`), 'utf8')

/** Each wanted line is there, with exactly this beginning. */
function expectNotes(notes: readonly string[], wanted: readonly string[]): void {
  for (const line of wanted) expect(notes).toContainEqual(expect.stringContaining(line))
}

describe('what CDK made', () => {
  test('CDK Pipelines: each step is a project, with its commands and its variables', () => {
    const { projects, notes } = imported(cdk('pipelines'))
    const [synth, smoke, selfMutation, assets] = projects
    expect(projects.map(({ name }) => name)).toEqual([
      'PipelineBuildSynthCdkBuildProject6BEFA8E6',
      'PipelineProdSmoke8CD850E1',
      'svc-selfupdate',
      'PipelineAssetsFileAsset185A67CB4',
    ])
    expect(JSON.parse(synth?.source?.buildspec ?? '')).toMatchObject({
      phases: { install: { commands: ['npm ci'] }, build: { commands: ['npm run build', 'npx cdk synth'] } },
    })
    expect(synth?.environment?.environmentVariables).toEqual([{ name: 'STAGE', value: 'beta', type: 'PLAINTEXT' }])
    expect(smoke?.environment?.environmentVariables).toEqual([
      { name: 'TOK', value: 'prod/token', type: 'SECRETS_MANAGER' },
    ])
    expect(selfMutation?.source?.buildspec).toContain('cdk -a . deploy')
    expect(assets?.source?.buildspec).toContain('cdk-assets')
    expectNotes(notes, [
      "environmentVariables.TOK: put the secret at the server (penstock secret set NAME, with its value on standard input), and name it in penstock.yaml: codebuild: secretsManager: { 'prod/token': NAME }",
      "todo PipelineUpdatePipelineSelfMutationDAA41400.source.buildspec: changes the pipeline's own stack on AWS",
      'mapped stages[1].actions[0].configuration.ProjectName: the project PipelineBuildSynthCdkBuildProject6BEFA8E6 is imported',
      'environment.image: builds run on the worker itself: install what aws/codebuild/standard:7.0 has',
    ])
    expect(notes.join('\n')).not.toMatch(/PipelineBuildSynth\w+' stands in/)
  })

  test('a pipeline by hand: projects, a group, topics, events, a notification rule', () => {
    const { pipeline, projects, notes } = imported(cdk('classic'))
    expect(projects[0]).toEqual({
      name: 'shop-build',
      source: { type: 'CODEPIPELINE', buildspec: 'ci/buildspec.prod.yml' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/amazonlinux2-x86_64-standard:5.0',
        computeType: 'BUILD_GENERAL1_LARGE',
        environmentVariables: [
          { name: 'PLAIN', value: 'x', type: 'PLAINTEXT' },
          { name: 'DB', value: 'Sec2765B176:password', type: 'SECRETS_MANAGER' },
          { name: 'PARAM', value: '/shop/x', type: 'PARAMETER_STORE' },
        ],
        privilegedMode: true,
      },
      cache: { type: 'LOCAL', modes: ['LOCAL_SOURCE_CACHE'] },
      timeoutInMinutes: 45,
    })
    expect(pipeline.stages[2]?.actions[0]?.configuration?.NotificationArn).toBe(
      'arn:aws:sns:us-east-1:000000000000:Approvals8537C562',
    )
    expectNotes(notes, [
      'todo GroupC77FDACD: declare the group in penstock.yaml: plugins: codedeploy-ssh: applications: shop: groups: prod: { hosts: [...], deploymentConfig: CodeDeployDefault.HalfAtATime, autoRollback: { enabled: true, events: [DEPLOYMENT_FAILURE] } }; its hosts were EC2 instances with one of the tags role=web',
      'todo NightlyC44EE0A7: starts the pipeline at rate(1 day)',
      'changed RepoClassicPipe5BAF0C95mainEventRuleAE7A12EA: an event of aws.codecommit started the pipeline',
      'todo PipeN54B8F1EC: told people of executions',
      'todo Approvals8537C562: is told of approvals on AWS',
      'todo Approvalsopsexamplecom0374F596: tells ops@example.com (email) of approvals',
      'changed Build45A36621.environment.privilegedMode: is passed over',
      'changed Build45A36621.serviceRole: was ',
      "changed Test7BFAF513.source: was CODECOMMIT: in a pipeline the action's input is what is built",
      "dropped Resources: the stack's own, which nothing here depends on: AWS::CodeCommit::Repository, AWS::SecretsManager::Secret, AWS::IAM::Role (10)",
    ])
  })

  test.each(['pipelines', 'classic'])('%s: every project is one that the server takes', (name) => {
    for (const project of imported(cdk(name)).projects)
      expect(checkSchema(buildProjectSchema, project).problems).toEqual([])
  })
})

const stages = (ProjectName: unknown) => [
  { Name: 'Build', Actions: [{ Name: 'A', ActionTypeId: { Provider: 'CodeBuild' }, Configuration: { ProjectName } }] },
]
const template = (resources: object, more: object = {}) =>
  JSON.stringify({
    Resources: {
      P: { Type: 'AWS::CodePipeline::Pipeline', Properties: { Name: 'p', Stages: stages({ Ref: 'B' }) } },
      ...resources,
    },
    ...more,
  })
const project = (properties: object) => ({ B: { Type: 'AWS::CodeBuild::Project', Properties: properties } })

test.each([
  {
    it: 'a network, file systems, sources of its own, a webhook, limits',
    text: template(
      project({
        Name: 'b',
        VpcConfig: { VpcId: 'v' },
        FileSystemLocations: [{ Type: 'EFS' }],
        SecondarySources: [{ Type: 'GITHUB' }],
        Triggers: { Webhook: true },
        ConcurrentBuildLimit: 1,
        AutoRetryLimit: 2,
        Environment: {
          Type: 'WINDOWS_SERVER_2022_CONTAINER',
          RegistryCredential: { Credential: 'c' },
          Certificate: 'c',
        },
        Cache: { Type: 'S3', Location: 'bucket' },
        LogsConfig: { S3Logs: { Status: 'ENABLED' } },
        Source: { Type: 'CODEPIPELINE', BuildSpec: 'arn:aws:s3:::specs/buildspec.yml' },
      }),
    ),
    says: [
      "dropped B.vpcConfig: builds are in the worker's network",
      'dropped B.fileSystemLocations',
      'dropped B.secondarySources',
      'dropped B.triggers: builds that its own webhook starts belong to no pipeline',
      'dropped B.concurrentBuildLimit',
      'dropped B.autoRetryLimit',
      'todo B.environment.type: was WINDOWS_SERVER_2022_CONTAINER',
      'dropped B.environment.registryCredential',
      'dropped B.environment.certificate',
      'changed B.cache: was in S3',
      'changed B.logsConfig',
      'todo B.source.buildspec: is in S3 (arn:aws:s3:::specs/buildspec.yml)',
    ],
  },
  {
    it: 'a project that another stack has',
    text: JSON.stringify({
      Type: 'AWS::CodePipeline::Pipeline',
      Properties: { Name: 'p', Stages: stages('elsewhere') },
    }),
    says: [
      'todo stages[0].actions[0].configuration.ProjectName: the project elsewhere is not in this file: aws codebuild batch-get-projects --names elsewhere | penstock project put -',
    ],
  },
  {
    it: 'resources that are made by a loop',
    text: template({ ...project({ Name: 'b' }), 'Fn::ForEach::Topics': ['T', ['a'], {}] }),
    says: ['todo Fn::ForEach::Topics: is not unrolled'],
  },
  {
    it: 'a rule that nobody provides',
    text: JSON.stringify({
      name: 'p',
      stages: [
        {
          name: 'S',
          actions: [],
          onSuccess: {
            conditions: [
              {
                result: 'FAIL',
                rules: [
                  {
                    name: 'Alarm',
                    region: 'eu-west-1',
                    ruleTypeId: { category: 'Rule', provider: 'CloudWatchAlarm' },
                    configuration: { AlarmName: 'errors' },
                  },
                ],
              },
            ],
          },
        },
      ],
    }),
    says: [
      'dropped stages[0].onSuccess.conditions[0].rules[0].region: was eu-west-1',
      'todo stages[0].onSuccess.conditions[0].rules[0]: no plugin provides the rule CloudWatchAlarm: commands that fail stand in',
      'aws cloudwatch describe-alarms --alarm-names errors',
    ],
  },
])('told of: $it', ({ text, says }) => {
  expectNotes(imported(text).notes, says)
})

test('a connection, and a topic with a name, are what the pipeline says', () => {
  const text = JSON.stringify({
    Resources: {
      P: {
        Type: 'AWS::CodePipeline::Pipeline',
        Properties: {
          Stages: [
            {
              Name: 'S',
              Actions: [
                {
                  Name: 'A',
                  ActionTypeId: { Provider: 'X' },
                  Configuration: { ConnectionArn: { 'Fn::GetAtt': ['C', 'ConnectionArn'] } },
                },
                { Name: 'B', ActionTypeId: { Provider: 'X' }, Configuration: { NotificationArn: { Ref: 'T' } } },
              ],
            },
          ],
        },
      },
      C: {
        Type: 'AWS::CodeStarConnections::Connection',
        Properties: { ConnectionName: 'hub', ProviderType: 'GitHub' },
      },
      T: {
        Type: 'AWS::SNS::Topic',
        Properties: { TopicName: 'gate', Subscription: [{ Endpoint: 'a@b.c', Protocol: 'email' }] },
      },
    },
  })
  const { pipeline, notes } = imported(text)
  const [first, second] = pipeline.stages[0]?.actions ?? []
  const arn = 'arn:aws:codestar-connections:us-east-1:000000000000:connection/hub'
  expect(first?.configuration).toEqual({ ConnectionArn: arn })
  expect(second?.configuration).toEqual({ NotificationArn: 'arn:aws:sns:us-east-1:000000000000:gate' })
  expectNotes(notes, [
    `todo C: was a connection to GitHub: give ${arn} its url and token in penstock.yaml`,
    'todo T: is told of approvals on AWS (its subscribers: a@b.c)',
  ])
})

describe("get-pipeline's output and batch-get-projects' together", () => {
  const pipeline = {
    pipeline: {
      name: 'p',
      stages: [
        {
          name: 'Build',
          actions: [
            {
              name: 'A',
              actionTypeId: { category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
              configuration: { ProjectName: 'web' },
            },
          ],
        },
      ],
    },
  }
  const projects = {
    projects: [
      {
        name: 'web',
        arn: 'arn:aws:codebuild:us-east-1:1:project/web',
        source: { type: 'CODEPIPELINE', buildspec: '', insecureSsl: false },
        artifacts: { type: 'CODEPIPELINE' },
        cache: { type: 'NO_CACHE' },
        environment: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0', environmentVariables: [] },
        timeoutInMinutes: 60,
        tags: [],
        badge: { badgeEnabled: false },
      },
      { name: 'other' },
    ],
    projectsNotFound: [],
  }

  test.each([
    { it: 'one after the other', text: `${JSON.stringify(pipeline, null, 4)}\n${JSON.stringify(projects)}\n` },
    { it: 'the other way round, without a break', text: `${JSON.stringify(projects)}${JSON.stringify(pipeline)}` },
    { it: 'in one object', text: JSON.stringify({ ...pipeline, ...projects }) },
    { it: 'as YAML', text: `---\n${JSON.stringify(pipeline)}\n---\n${JSON.stringify(projects)}\n` },
  ])('$it', ({ text }) => {
    const { projects: made, notes } = imported(text)
    expect(made).toEqual([
      {
        name: 'web',
        source: { type: 'CODEPIPELINE' },
        environment: { type: 'LINUX_CONTAINER', image: 'aws/codebuild/standard:7.0' },
        timeoutInMinutes: 60,
      },
    ])
    expectNotes(notes, ['dropped projects.other: no action of the pipeline names it'])
  })

  test('two pipelines are one too many', () => {
    expect(() => imported(`${JSON.stringify(pipeline)}${JSON.stringify(pipeline)}`)).toThrow(
      'has 2 documents with a pipeline',
    )
  })

  test('a brace in a text cuts nothing, and what is cut short is said', () => {
    const odd = { pipeline: { ...pipeline.pipeline, name: 'p', note: '}{ "\\"' } }
    expect(imported(`${JSON.stringify(odd)} ${JSON.stringify(projects)}`).projects).toHaveLength(1)
    expect(() => imported(`${JSON.stringify(odd)} {"projects": [`)).toThrow('is not JSON')
  })
})

test("Terraform's plan: projects come along, and what only apply tells is named", () => {
  const text = JSON.stringify({
    format_version: '1.2',
    planned_values: {
      root_module: {
        resources: [
          {
            address: 'aws_codepipeline.p',
            type: 'aws_codepipeline',
            values: {
              name: 'p',
              stage: [
                {
                  name: 'Source',
                  action: [{ name: 'A', provider: 'CodeStarSourceConnection', configuration: { BranchName: 'main' } }],
                },
                {
                  name: 'Build',
                  action: [{ name: 'B', provider: 'CodeBuild', configuration: { ProjectName: 'web' } }],
                },
              ],
            },
          },
          {
            address: 'aws_codebuild_project.web',
            type: 'aws_codebuild_project',
            values: {
              name: 'web',
              build_timeout: 20,
              source: [{ type: 'CODEPIPELINE', buildspec: 'ci/build.yml' }],
              environment: [
                {
                  type: 'LINUX_CONTAINER',
                  image: 'golang:1.24',
                  compute_type: 'BUILD_GENERAL1_SMALL',
                  privileged_mode: false,
                  environment_variable: [{ name: 'A', value: 'b', type: 'PLAINTEXT' }],
                },
              ],
              cache: [{ type: 'LOCAL', modes: ['LOCAL_CUSTOM_CACHE'] }],
              vpc_config: [],
              secondary_sources: [],
            },
          },
          {
            address: 'aws_codedeploy_deployment_group.g',
            type: 'aws_codedeploy_deployment_group',
            values: { app_name: 'a', deployment_group_name: 'elsewhere' },
          },
          {
            address: 'aws_cloudwatch_event_target.t',
            type: 'aws_cloudwatch_event_target',
            values: { rule: 'nightly' },
          },
          { address: 'aws_iam_role.r', type: 'aws_iam_role', values: {} },
          { address: 'aws_iam_role.s', type: 'aws_iam_role', values: {} },
        ],
      },
    },
    resource_changes: [
      {
        address: 'aws_codepipeline.p',
        change: {
          after_unknown: {
            arn: true,
            id: true,
            role_arn: true,
            stage: [{ action: [{ configuration: { ConnectionArn: true } }] }, { action: [{ configuration: {} }] }],
          },
        },
      },
    ],
  })
  const { pipeline, projects, notes } = imported(text)
  expect(pipeline.stages[0]?.actions[0]?.configuration).toEqual({ BranchName: 'main', ConnectionArn: 'ConnectionArn' })
  expect(projects).toEqual([
    {
      name: 'web',
      source: { type: 'CODEPIPELINE', buildspec: 'ci/build.yml' },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'golang:1.24',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [{ name: 'A', value: 'b', type: 'PLAINTEXT' }],
        privilegedMode: false,
      },
      cache: { type: 'LOCAL', modes: ['LOCAL_CUSTOM_CACHE'] },
      timeoutInMinutes: 20,
    },
  ])
  expectNotes(notes, [
    "todo aws_codepipeline.p.stage[0].action[0].configuration.ConnectionArn: 'ConnectionArn' stands in: only apply tells the value",
    'todo aws_cloudwatch_event_target.t: the rule nightly may start the pipeline',
    "dropped resources: the configuration's own, which nothing here depends on: aws_iam_role (2)",
  ])
  expect(notes.join('\n')).not.toContain('elsewhere')
})
