/** `penstock import --create` at a running server: templates of the shapes that people have, and AWS's own command after it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { aws } from '../../plugins/aws-api/test/support/clients.js'
import { cleanUp, type Ended, penstock, type ServerProcess, serve, temporaryFolder, until } from '../process/world.js'

jest.setTimeout(180_000)

const shape = (name: string) => join(__dirname, 'fixtures', 'shapes', name)
let folder: string
let server: ServerProcess
let git: TestGitServer
let keys: { readonly accessKeyId: string; readonly secretAccessKey: string }

beforeAll(async () => {
  folder = temporaryFolder()
  git = await startGitServer()
  server = await serve(folder)
  const made = await run('access-key', 'create', '--user', 'me', '--output', 'json')
  keys = JSON.parse(made.out)
})
afterAll(async () => {
  await cleanUp()
  await git?.stop()
})

const run = (...args: string[]): Promise<Ended> => penstock([...args, '--data', join(folder, 'data')], { cwd: folder })
const cli = (...args: string[]) =>
  aws(server.address, ['codepipeline', ...args], {
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
    AWS_DEFAULT_REGION: 'us-east-1',
  }) as Promise<never>

interface Got {
  readonly pipeline: {
    readonly version: number
    readonly stages: { name: string; actions: { name: string; actionTypeId: { provider: string } }[] }[]
  }
}

test.each([
  {
    it: 'what cdk synth wrote',
    file: 'cdk.json',
    name: 'MyServicePipeline',
    has: [
      'Source/acme_service CodeStarSourceConnection',
      'UpdatePipeline/SelfMutate CodeBuild',
      'Assets/FileAsset1 CodeBuild',
      'Prod/Prepare CloudFormation',
      'Prod/Deploy CloudFormation',
    ],
    says: ['CHANGED artifactStores', 'DROPPED stages[3].actions[0].region', 'DROPPED tags'],
  },
  {
    it: 'change sets with an approval, from CodeCommit',
    file: 'changeset.yaml',
    args: ['--parameter', 'AWS::StackName=orders'],
    name: 'orders-prod',
    has: [
      'Source/SourceAction CodeCommit',
      'Build/Build CodeBuild',
      'Production/ChangeSet CloudFormation',
      'Production/Approve Manual',
      'Production/Execute CloudFormation',
    ],
    says: [
      "TODO Stages[0].Actions[0].Configuration.BranchName: 'branch' stands in: SSM has the value of /orders/branch",
      'give the server AWS credentials that may change the stack orders-us-east-1',
    ],
  },
  {
    it: 'an action type and webhooks of its own',
    file: 'custom.yaml',
    args: ['--parameter', 'Secret=twenty-characters-long'],
    name: 'images',
    has: ['Source/Code GitHub', 'Build/Build ImageBuild'],
    says: [
      'CREATED action type Build/Custom/ImageBuild/3',
      'CLOSED transition into Build',
      `CREATED webhook Hook: http`,
      'CREATED webhook from-inside: http',
      'TODO stages[1].actions[0].configuration.Token: put the value of **** itself',
    ],
  },
  {
    it: "get-pipeline's YAML",
    file: 'get-pipeline.yaml',
    name: 'nightly',
    has: ['Source/Source CodeCommit', 'Run/Run StepFunctions'],
    says: ['give the server AWS credentials that may start and describe executions of arn:aws:states'],
  },
  {
    it: 'conditions, mappings and a stage that may not be',
    file: 'site.yaml',
    name: 'www-site',
    has: ['Source/Zip S3', 'Approve/Ask Manual', 'Publish/Upload S3', 'Publish/Invalidate Lambda'],
    says: ['MAPPED stages[2].actions[0]: Upload stays Deploy/AWS/S3/1', 'invalidate-production is invoked on AWS'],
  },
  {
    it: "Terraform's state",
    file: 'terraform-state.json',
    name: 'shop',
    has: ['Source/Source CodeStarSourceConnection', 'Build/Build CodeBuild'],
    says: ['CREATED webhook shop-hook: http'],
  },
  {
    it: "one pipeline of Terraform's plan",
    file: 'terraform-plan.json',
    args: ['--resource', 'module.two.aws_codepipeline.this'],
    name: 'two',
    has: ['Source/Code GitHub', 'Deploy/Hosts CodeDeploy'],
    says: ['name the hosts of hosts in penstock.yaml'],
  },
  {
    it: 'triggers, variables, conditions, commands',
    file: 'v2.yaml',
    name: 'v2',
    has: ['Source/Code CodeStarSourceConnection', 'Build/Make Commands', 'Deploy/Deploy Commands'],
    says: ['DROPPED stages[1].actions[0].timeoutInMinutes: was 30: only approvals have one'],
  },
  {
    it: 'what the newest CDK made, with its build projects',
    file: '../cdk/classic.json',
    name: 'Pipe7793F8A1',
    has: [
      'Source/Code CodeCommit',
      'Build/Build CodeBuild',
      'Build/Test CodeBuild',
      'Gate/Ok Manual',
      'Deploy/D CodeDeploy',
    ],
    says: ['CREATED project shop-build', 'CREATED project Test7BFAF513', 'TODO NightlyC44EE0A7: starts the pipeline'],
  },
])('created: $it', async ({ file, args = [], name, has, says }) => {
  const dry = await run('import', shape(file), '--create', '--dry-run', ...args)
  expect(dry).toMatchObject({ status: 0, out: expect.stringContaining(`WOULD BE CREATED pipeline ${name}`) })
  await expect(cli('get-pipeline', '--name', name)).rejects.toThrow(/PipelineNotFoundException/)
  // A pipeline that names a secret is refused until somebody put it: that is what the TODO line says.
  for (const [, secret = ''] of `${dry.out}${dry.err}`.matchAll(/penstock secret set ([\w.-]+)/g)) {
    const put = ['secret', 'set', secret, '--data', join(folder, 'data')]
    expect(await penstock(put, { cwd: folder, input: 's3cr3t-value' })).toMatchObject({ status: 0 })
  }
  const { status, out, err } = await run('import', shape(file), '--create', ...args)
  expect({ status, err: status === 0 ? '' : err }).toEqual({ status: 0, err: '' })
  expect(out).toContain(`CREATED pipeline ${name} (version 1)`)
  for (const told of says) expect(out + err).toContain(told)
  const { pipeline } = (await cli('get-pipeline', '--name', name)) as Got
  const actions = pipeline.stages.flatMap((stage) =>
    stage.actions.map((action) => `${stage.name}/${action.name} ${action.actionTypeId.provider}`),
  )
  expect(actions).toEqual(has)
})

test('what came along is there: doors, tags, triggers, webhooks', async () => {
  expect(await cli('get-pipeline-state', '--name', 'images')).toMatchObject({
    stageStates: [{}, { inboundTransitionState: { enabled: false, disabledReason: 'Not before monday freeze' } }],
  })
  const tags = (name: string) =>
    cli('list-tags-for-resource', '--resource-arn', `arn:aws:codepipeline:us-east-1:000000000000:${name}`)
  expect(await tags('MyServicePipeline')).toEqual({ tags: [{ key: 'aws-cdk:id', value: 'MyServicePipeline' }] })
  expect(await tags('shop')).toMatchObject({ tags: expect.arrayContaining([{ key: 'managed', value: 'terraform' }]) })
  // Debian's command knows neither variables nor triggers: Penstock's own prints them.
  const { out } = await run('get', 'shop', '--output', 'json')
  expect(JSON.parse(out)).toMatchObject({
    pipeline: {
      variables: [{ name: 'LEVEL', defaultValue: 'info' }],
      triggers: [{ gitConfiguration: { sourceActionName: 'Source', push: [{ branches: { includes: ['main'] } }] } }],
    },
  })
  const { webhooks } = (await cli('list-webhooks')) as { webhooks: { definition: { name: string } }[] }
  expect(webhooks.map(({ definition }) => definition.name).sort()).toEqual(['Hook', 'from-inside', 'shop-hook'])
})

test('an imported pipeline runs to its end', async () => {
  const url = await git.createRepository('acme/greeting')
  await git.commit('acme/greeting', { name: 'Penstock\n' }, 'Name')
  const made = await run('import', join(__dirname, 'fixtures', 'run.yaml'), '--create', '--parameter', `Url=${url}`)
  expect(made).toMatchObject({ status: 0, out: 'CREATED pipeline greeting (version 1)\n' })
  const { pipelineExecutionId: id } = (await cli('start-pipeline-execution', '--name', 'greeting')) as {
    pipelineExecutionId: string
  }
  const execution = ['get-pipeline-execution', '--pipeline-name', 'greeting', '--pipeline-execution-id', id]
  await until(async () => {
    const { pipelineExecution } = (await cli(...execution)) as { pipelineExecution: { status: string } }
    if (pipelineExecution.status === 'Failed') throw new Error(server.err())
    return pipelineExecution.status === 'Succeeded'
  })
})

test("a build's project comes along from batch-get-projects, and its commands are what runs", async () => {
  const url = await git.createRepository('acme/built')
  await git.commit(
    'acme/built',
    { 'ci/build.yml': 'version: 0.2\nphases: { build: { commands: [\'test "$STAGE" = beta\'] } }\n' },
    'x',
  )
  const type = (category: string, owner: string, provider: string) => ({ category, owner, provider, version: '1' })
  const pipeline = {
    name: 'built',
    roleArn: 'arn:aws:iam::000000000000:role/x',
    artifactStore: { type: 'S3', location: 'codepipeline-us-east-1-1' },
    stages: [
      {
        name: 'Source',
        actions: [
          {
            name: 'Code',
            actionTypeId: type('Source', 'Custom', 'Git'),
            configuration: { Url: url, Branch: 'main' },
            outputArtifacts: [{ name: 'Src' }],
          },
        ],
      },
      {
        name: 'Build',
        actions: [
          {
            name: 'Build',
            actionTypeId: type('Build', 'AWS', 'CodeBuild'),
            configuration: { ProjectName: 'built-project' },
            inputArtifacts: [{ name: 'Src' }],
          },
        ],
      },
    ],
  }
  const project = {
    name: 'built-project',
    source: { type: 'CODEPIPELINE', buildspec: 'ci/build.yml' },
    environment: { image: 'aws/codebuild/standard:7.0', environmentVariables: [{ name: 'STAGE', value: 'beta' }] },
  }
  const input = `${JSON.stringify({ pipeline })}\n${JSON.stringify({ projects: [project] })}\n`
  const made = await penstock(['import', '-', '--create', '--data', join(folder, 'data')], { cwd: folder, input })
  expect(made).toMatchObject({
    status: 0,
    out: 'CREATED project built-project\nCREATED pipeline built (version 1)\n',
  })
  const again = await penstock(['import', '-', '--update', '--data', join(folder, 'data')], { cwd: folder, input })
  expect(again.out).toContain('UPDATED project built-project')
  const { pipelineExecutionId: id } = (await cli('start-pipeline-execution', '--name', 'built')) as {
    pipelineExecutionId: string
  }
  const execution = ['get-pipeline-execution', '--pipeline-name', 'built', '--pipeline-execution-id', id]
  await until(async () => {
    const { pipelineExecution } = (await cli(...execution)) as { pipelineExecution: { status: string } }
    if (pipelineExecution.status === 'Failed') throw new Error(server.err())
    return pipelineExecution.status === 'Succeeded'
  })
})

test('one that is there: refused, changed with --update, from standard input and over the network', async () => {
  const again = await run('import', shape('v2.yaml'), '--create')
  expect(again).toMatchObject({ status: 1, out: '' })
  expect(again.err).toContain("the pipeline 'v2' exists already, in version 1: --update changes it")
  const { accessKeyId, secretAccessKey } = keys
  const far = ['--endpoint', server.address, '--access-key-id', accessKeyId, '--secret-access-key', secretAccessKey]
  const input = readFileSync(shape('v2.yaml'), 'utf8')
  const updated = await penstock(['import', '-', '--update', ...far], { cwd: folder, input })
  expect(updated).toMatchObject({ status: 0, out: 'UPDATED pipeline v2 (version 2)\n' })
})

test.each([
  { it: 'another key', args: ['--secret-access-key', 'wrong'], says: /SignatureDoesNotMatch|InvalidSignature/ },
  { it: 'no server there', args: ['--endpoint', 'http://127.0.0.1:9'], says: /127\.0\.0\.1:9 cannot be reached/ },
])('refused: $it', async ({ args, says }) => {
  const { accessKeyId, secretAccessKey } = keys
  const far = ['--endpoint', server.address, '--access-key-id', accessKeyId, '--secret-access-key', secretAccessKey]
  const { status, out, err } = await penstock(['import', shape('v2.yaml'), '--create', ...far, ...args], {
    cwd: folder,
  })
  expect({ status, out }).toEqual({ status: 1, out: '' })
  expect(err).toMatch(says)
})

test('what cannot work yet creates nothing, and says how to go on', async () => {
  const { status, out, err } = await run('import', shape('ecs.yaml'), '--create')
  expect({ status, out }).toEqual({ status: 1, out: '' })
  expect(err).toContain('INVALID stages[0].actions[2].actionTypeId: ActionType')
  expect(err).toContain(
    'TODO stages[0].actions[2]: no plugin provides Source/ThirdParty/Bitbucket/1: put another source in its place',
  )
  expect(err).toContain('put the secret at the server first: penstock secret set ci-token')
  expect(err).not.toContain('INVALID stages[0].actions[1]') // its configuration came from an anchor
  await expect(cli('get-pipeline', '--name', 'Pipeline')).rejects.toThrow(/PipelineNotFoundException/)
})

test('what beside a pipeline is refused is told, with status 3', async () => {
  const text = JSON.stringify({
    Resources: {
      Bad: {
        Type: 'AWS::CodePipeline::Webhook',
        Properties: {
          Authentication: 'IP',
          AuthenticationConfiguration: { AllowedIPRange: 'everywhere' },
          Filters: [{ JsonPath: '$.ref' }],
          TargetPipeline: 'nightly',
          TargetAction: 'Source',
        },
      },
      P: {
        Type: 'AWS::CodePipeline::Pipeline',
        Properties: { ...stages(JSON.parse((await run('import', shape('get-pipeline.yaml'))).out)) },
      },
    },
  })
  const made = await penstock(['import', '-', '--update', '--data', join(folder, 'data')], { cwd: folder, input: text })
  expect(made).toMatchObject({ status: 3, out: 'UPDATED pipeline nightly (version 2)\n' })
  expect(made.err).toMatch(/FAILED the webhook Bad: .*AllowedIPRange/i)
})

/** get-pipeline's structure in CloudFormation's spelling. */
function stages({ pipeline: { version: _, ...pipeline } }: { pipeline: Record<string, unknown> }): object {
  return pascal(pipeline) as object
}

function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [
      name.charAt(0).toUpperCase() + name.slice(1),
      name === 'configuration' ? one : pascal(one),
    ]),
  )
}
