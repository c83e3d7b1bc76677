/** `penstock import`: what AWS prints becomes what `penstock validate` accepts, and what differs is said. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PipelineDeclaration } from '@penstock/core'
import { startServer } from '@penstock/core/server'
import { cleanUp, penstock } from '../process/world.js'

const fixture = (name: string) => join(__dirname, 'fixtures', name)
let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-import-'))
})
afterAll(async () => {
  await cleanUp()
  rmSync(folder, { recursive: true, force: true })
})

const run = (...args: string[]) => penstock([...args, '--data', join(folder, 'data')], { cwd: folder })

interface Imported {
  readonly pipeline: PipelineDeclaration
  readonly tags?: readonly object[]
}

/** Imports, and has the result validated by the other command. */
async function imported(...args: string[]): Promise<Imported & { readonly notes: string }> {
  const { status, out, err } = await run('import', ...args)
  expect({ status, err: status === 0 ? '' : err }).toEqual({ status: 0, err: '' })
  const file = join(folder, 'imported.json')
  writeFileSync(file, out)
  expect(await run('validate', file)).toMatchObject({ status: 0, out: `${file}: valid\n` })
  return { ...(JSON.parse(out) as Imported), notes: err }
}

const actionsOf = ({ stages }: PipelineDeclaration) => stages.flatMap(({ actions }) => actions)
const named = (pipeline: PipelineDeclaration, name: string) =>
  actionsOf(pipeline).find((action) => action.name === name)

test('what get-pipeline prints', async () => {
  const { pipeline, notes } = await imported(fixture('get-pipeline.json'))
  expect(actionsOf(pipeline).map(({ name, actionTypeId: { provider } }) => `${name} ${provider}`)).toEqual([
    'App GitHub',
    'Infra CodeStarSourceConnection',
    'Compile CodeBuild',
    'Warm Lambda',
    'Approve Manual',
    'Hosts CodeDeploy',
    'Containers ECS',
  ])
  expect(named(pipeline, 'App')).toMatchObject({
    namespace: 'SourceVariables',
    configuration: { Owner: 'acme', OAuthToken: '{{secret:oauth-token}}', PollForSourceChanges: 'false' },
  })
  expect(named(pipeline, 'Compile')?.configuration).toEqual({
    ProjectName: 'storefront-build',
    BatchEnabled: 'true',
    EnvironmentVariables: '[{"name":"COMMIT","value":"#{SourceVariables.CommitId}","type":"PLAINTEXT"}]',
  })
  expect(named(pipeline, 'Containers')).toMatchObject({
    runOrder: 2,
    inputArtifacts: [{ name: 'Built' }],
    configuration: { ClusterName: 'web', ServiceName: 'storefront', FileName: 'imagedefinitions.json' },
  })
  for (const told of [
    'TODO stages[0].actions[0].configuration.OAuthToken: put the secret at the server first: penstock secret set oauth-token',
    'TODO stages[0].actions[0].configuration.PollForSourceChanges: is false',
    'TODO stages[0].actions[1]: name the connection arn:aws:codestar-connections:eu-west-1',
    'DROPPED stages[1].actions[1].region: was us-east-1',
    'TODO stages[2].actions[1]: name the hosts of production',
    'TODO stages[2].actions[2]: give the server AWS credentials that may register task definitions and update the service storefront',
    'CHANGED artifactStore.encryptionKey',
  ]) {
    expect(notes).toContain(told)
  }
}, 120_000)

test('a CloudFormation template in YAML, with its functions worked out', async () => {
  const { pipeline, tags, notes } = await imported(
    fixture('template.yaml'),
    '--parameter',
    'BranchName=trunk',
    'Stage=beta',
  )
  expect(pipeline).toMatchObject({
    name: 'beta-api-us-east-1',
    roleArn: 'arn:aws:iam::000000000000:role/Role',
    pipelineType: 'V2',
    artifactStore: { type: 'S3', location: 'ArtifactBucket' },
    variables: [{ name: 'LEVEL', defaultValue: 'debug' }],
    triggers: [{ gitConfiguration: { sourceActionName: 'Api', push: [{ branches: { includes: ['trunk'] } }] } }],
  })
  expect(tags).toEqual([{ key: 'team', value: 'api-beta' }])
  expect(named(pipeline, 'Api')?.configuration).toEqual({
    ConnectionArn: 'import-shared-connection',
    FullRepositoryId: 'acme/api',
    BranchName: 'trunk',
    DetectChanges: 'false',
  })
  expect(named(pipeline, 'Tools')?.configuration).toMatchObject({ Owner: 'acme', OAuthToken: '{{secret:GitHubToken}}' })
  expect(named(pipeline, 'Docs')?.configuration).toMatchObject({ OAuthToken: '{{secret:github-token}}' })
  expect(named(pipeline, 'Test')?.configuration).toMatchObject({
    EnvironmentVariables: '[{"name":"STAGE","value":"beta","type":"PLAINTEXT"}]',
  })
  expect(named(pipeline, 'Approve')).toMatchObject({
    timeoutInMinutes: 60,
    configuration: { CustomData: 'Deploy acme/api?' },
  })
  expect(named(pipeline, 'Stack')).toMatchObject({
    actionTypeId: { provider: 'CloudFormation' },
    configuration: { StackName: 'api-beta', TemplatePath: expect.stringMatching(/::template\.yaml$/) },
  })
  for (const told of [
    "CHANGED RoleArn: 'arn:aws:iam::000000000000:role/Role' stands in: it is kept, and nothing here depends on it",
    "CHANGED ArtifactStores[0].ArtifactStore.Location: 'ArtifactBucket' stands in",
    'MAPPED stages[0].actions[0]: Api stays Source/AWS/CodeStarSourceConnection/1',
    'another stack exports it (shared-connection)',
    'TODO DisableInboundStageTransitions: close the transition into Deploy once it is created (Not before Monday)',
    'DROPPED RestartExecutionOnUpdate',
    'CHANGED artifactStores',
    'TODO Webhook: the webhook is not imported',
  ]) {
    expect(notes).toContain(told)
  }
}, 120_000)

test('a condition that is the other way leaves an action out', async () => {
  const { pipeline } = await imported(fixture('template.yaml'), '--parameter', 'BranchName=main', 'Stage=production')
  expect(named(pipeline, 'Approve')).toBeUndefined()
  expect(pipeline.variables).toEqual([{ name: 'LEVEL', defaultValue: 'error' }])
}, 60_000)

test('a single resource; what is not valid yet is said, with status 1', async () => {
  const { status, out, err } = await run('import', fixture('resource.json'))
  expect(status).toBe(1)
  const { pipeline } = JSON.parse(out) as Imported
  expect(pipeline).toMatchObject({ name: 'images', roleArn: 'arn:aws:iam::000000000000:role/images' })
  expect(named(pipeline, 'Zip')).toMatchObject({ runOrder: 1, configuration: { PollForSourceChanges: 'true' } })
  expect(named(pipeline, 'Scan')).toMatchObject({ actionTypeId: { provider: 'Commands' }, namespace: 'Scanned' })
  expect(err).toContain('TODO stages[1].actions[1]: make the action type Build/Custom/Resize/3 with')
  expect(err).toContain('TODO stages[1].blockers: hold: close the transition into Scan instead')
  expect(err).toMatch(/INVALID stages\[1\]\.actions\[1\].*Resize/)
  expect(err).toContain(
    'TODO stages[1].actions[1].configuration.Key: put the value of {{resolve:secretsmanager:prod/resize',
  )
  expect(named(pipeline, 'Own')?.configuration).toMatchObject({ Width: '800' })
}, 60_000)

test('--create puts it where the next start of the server finds it', async () => {
  const pipelines = join(folder, 'pipelines')
  const made = await run('import', fixture('get-pipeline.json'), '--create')
  expect(made).toMatchObject({ status: 0, out: '' })
  expect(made.err).toContain(`WRITTEN ${join(pipelines, 'storefront.json')}`)
  const named = join(folder, 'server', 'secrets', 'named')
  mkdirSync(named, { recursive: true, mode: 0o700 })
  writeFileSync(join(named, 'oauth-token'), 's3cr3t-value', { mode: 0o600 }) // what the TODO line asks for
  const server = await startServer({
    dataDir: join(folder, 'server'),
    port: 0,
    env: {},
    overrides: { pipelines, 'worker.enabled': false },
    writeLog: () => {},
  })
  try {
    const by = {
      name: 'admin',
      arn: 'arn:aws:iam::000000000000:user/admin',
      policies: ['AWSCodePipeline_FullAccess'] as const,
    }
    const { pipeline } = await server.services.operations.getPipeline(by, { name: 'storefront' })
    expect(pipeline.stages.map(({ name }) => name)).toEqual(['Source', 'Build', 'Release'])
  } finally {
    await server.stop()
  }
}, 60_000)

test.each([
  { it: 'no file', args: ['none.json'], says: /none\.json cannot be read \(ENOENT\)/ },
  { it: 'another text', text: 'hello: [', args: ['wrong.txt'], says: /wrong\.txt is neither JSON nor YAML/ },
  { it: 'another object', text: '{"a": 1}', args: ['wrong.txt'], says: /has no "pipeline" with "stages"/ },
  {
    it: 'a template without pipelines',
    text: 'Resources: {}',
    args: ['wrong.txt'],
    says: /no resource of type AWS::CodePipeline::Pipeline/,
  },
  {
    it: 'two pipelines',
    text: 'Resources: {A: {Type: "AWS::CodePipeline::Pipeline"}, B: {Type: "AWS::CodePipeline::Pipeline"}}',
    args: ['wrong.txt'],
    says: /choose with --resource one of A, B/,
  },
  {
    it: 'a parameter without a value',
    text: '{}',
    args: ['wrong.txt', '--parameter', 'Stage'],
    says: /--parameter is 'Stage', but must be Name=value/,
  },
])(
  'refused: $it',
  async ({ text, args, says }) => {
    if (text !== undefined) writeFileSync(join(folder, 'wrong.txt'), text)
    const { status, out, err } = await run('import', ...args)
    expect({ status, out }).toEqual({ status: 1, out: '' })
    expect(err).toMatch(says)
  },
  60_000,
)
