import type { BuildProject as Project } from '@penstock/core'
import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { checkSchema } from '../../../core/src/host/json-schema.js'
import { type CodeBuildParts, codeBuild } from '../src/codebuild/provider.js'
import { type CodeBuildService, trialService } from '../src/codebuild/service.js'
import { type CodeBuildSettings, settingsSchema } from '../src/codebuild/settings.js'
import { contents, removeTrees, tree } from './trees.js'

afterAll(removeTrees)

const echo = (text: string) => `version: 0.2\nphases: { build: { commands: ['echo "${text}"'] } }\n`

/** An action of the project `site` on a server with these settings. */
function run(
  settings: Partial<CodeBuildSettings>,
  options: RunActionOptions = {},
  files: Record<string, string> = {},
  parts: Pick<CodeBuildParts, 'cacheFolder'> = {},
  service: Partial<CodeBuildService> = {},
) {
  const provider = codeBuild('Build', { service: { ...trialService(settings), ...service }, ...parts })
  const { configuration, inputs, ...rest } = options
  return runAction(provider, {
    configuration: { ProjectName: 'site', ...configuration },
    inputs: { Source: tree(files), ...inputs },
    ...rest,
  })
}

const site = (more: Partial<Project> = {}): Partial<CodeBuildSettings> => ({ projects: [{ name: 'site', ...more }] })

test('three projects run three buildspecs: a file of the source, a text, and the usual one', async () => {
  const projects: Project[] = [
    { name: 'file', source: { buildspec: 'ci/prod.yml' } },
    { name: 'text', source: { type: 'CODEPIPELINE', buildspec: echo('of the project') } },
    { name: 'usual' },
  ]
  const files = { 'ci/prod.yml': echo('of the file'), 'buildspec.yml': echo('of the source') }
  const said = async (ProjectName: string) => (await run({ projects }, { configuration: { ProjectName } }, files)).log
  expect(await said('file')).toContain('\nof the file\n')
  expect(await said('text')).toContain('\nof the project\n')
  expect(await said('usual')).toContain('\nof the source\n')
})

test("a project that is not declared runs the repository's buildspec, and the summary says so", async () => {
  const { result, log } = await run({}, {}, { 'buildspec.yml': echo('ran') })
  expect(result?.summary).toBe('project site is not declared; build 1 with buildspec.yml')
  expect(log).toMatch(/^project site is not declared\n/)
})

test('or fails before anything runs', async () => {
  const settings = { unknownProject: 'fail', projects: [{ name: 'sight' }] } as const
  const { failure, log } = await run(settings, {}, { 'buildspec.yml': echo('ran') })
  expect(failure).toMatchObject({
    type: 'ConfigurationError',
    message: expect.stringMatching(/^project site is not declared: .*codebuild\.projects.*declared: sight/),
  })
  expect(log).not.toContain('ran')
})

test('who says a variable last has the last word: buildspec, project, action; each as it is written', async () => {
  const environmentVariables = [
    { name: 'B', value: 'project' },
    { name: 'C', value: 'project' },
  ]
  const spec =
    'version: 0.2\nenv: { variables: { A: 1.10, B: 0x1F, C: yes, D: 2024-01-02, E: } }\n' +
    'phases: { build: { commands: [\'echo "$A|$B|$C|$D|$E|"\'] } }\n'
  const { log } = await run(
    site({ environment: { environmentVariables } }),
    { configuration: { EnvironmentVariables: '[{"name":"C","value":"action"}]' } },
    { 'buildspec.yml': spec },
  )
  expect(log).toContain('\n1.10|project|action|2024-01-02||\n')
})

describe("AWS's stores are named secrets here", () => {
  const spec = `version: 0.2
env:
  parameter-store: { DB: /prod/db }
  secrets-manager: { USER_NAME: 'prod/login:user', ARN: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf:user' }
phases: { build: { commands: ['test "$DB" = p4ssword; echo "$?$USER_NAME$ARN"'] } }
`
  const secrets = { 'db-password': 'p4ssword', login: '{"user":"alice-in-w"}', other: 'never' }
  const map: Partial<CodeBuildSettings> = {
    parameterStore: { '/prod/db': 'db-password' },
    secretsManager: {
      'prod/login': 'login',
      'arn:aws:secretsmanager:eu-west-1:123456789012:secret:x-AbCdEf': 'login',
    },
  }

  test('what is mapped is there, masked, and the mapping is said', async () => {
    const { outcome, log } = await run(map, { secrets }, { 'buildspec.yml': spec })
    expect(outcome).toBe('succeeded')
    expect(log).toContain('env.parameter-store DB: the named secret db-password')
    expect(log).toContain('env.secrets-manager USER_NAME: the named secret login, its member user')
    expect(log).toContain('\n0********\n')
  })

  test("a repository gets no secret that is not mapped, whatever its name; a project's owner does", async () => {
    const asked = spec.replace('/prod/db', 'other')
    const refused = await run(map, { secrets }, { 'buildspec.yml': asked })
    expect(refused.failure?.message).toContain('env.parameter-store DB is "other" on AWS')
    const environmentVariables = [{ name: 'DB', value: 'db-password', type: 'SECRETS_MANAGER' }] as const
    const owned = await run(
      { ...map, ...site({ environment: { environmentVariables } }) },
      { secrets },
      { 'buildspec.yml': spec },
    )
    expect(owned.outcome).toBe('succeeded')
  })

  test('a secret that is not there, or has no such member, is named', async () => {
    const { failure } = await run(
      map,
      { secrets: { 'db-password': 'x1', login: 'no json' } },
      { 'buildspec.yml': spec },
    )
    expect(failure?.message).toContain(
      'env.secrets-manager USER_NAME: the secret "login" is no JSON object with a member "user"',
    )
    const none = await run(map, {}, { 'buildspec.yml': spec })
    expect(none.failure?.message).toContain('it is mapped to the secret "db-password", which no secret store has')
  })
})

test("the guide's variables", async () => {
  const settings = {
    ...site({ environment: { image: 'aws/codebuild/standard:7.0' }, encryptionKey: 'arn:aws:kms:x' }),
    images: { 'aws/codebuild/standard:7.0': 'localhost/build:7' },
  }
  const { log, result, progress } = await run(
    settings,
    { job: { actionExecutionId: 'aaaa-1', pipelineName: 'web' } },
    { 'buildspec.yml': 'version: 0.2\nphases: { build: { commands: [env] } }\n' },
    {},
    { numbers: { next: async () => 7 } },
  )
  for (const line of [
    'AWS_DEFAULT_REGION=us-east-1',
    'AWS_REGION=us-east-1',
    'CODEBUILD_BUILD_ARN=arn:aws:codebuild:us-east-1:000000000000:build/site:aaaa-1',
    'CODEBUILD_BUILD_ID=site:aaaa-1',
    'CODEBUILD_BUILD_IMAGE=localhost/build:7',
    'CODEBUILD_BUILD_NUMBER=7',
    'CODEBUILD_BUILD_SUCCEEDING=1',
    'CODEBUILD_INITIATOR=codepipeline/web',
    'CODEBUILD_KMS_KEY_ID=arn:aws:kms:x',
    'CODEBUILD_PROJECT_ARN=arn:aws:codebuild:us-east-1:000000000000:project/site',
    'CODEBUILD_SOURCE_REPO_URL=',
  ])
    expect(log).toContain(`\n${line}\n`)
  const link = {
    externalExecutionId: 'site:aaaa-1',
    externalExecutionUrl: 'http://127.0.0.1:8080/pipelines/web/actions/aaaa-1/log',
  }
  expect(result).toMatchObject(link)
  expect(progress[0]).toMatchObject(link)
})

test("a project's time limit ends the build", async () => {
  const { failure } = await run(
    site({ timeoutInMinutes: 0.005 }),
    {},
    { 'buildspec.yml': 'version: 0.2\nphases: { build: { commands: [sleep 60] } }\n' },
  )
  expect(failure).toMatchObject({
    type: 'JobFailed',
    message: "the build took longer than its project's timeoutInMinutes (0.005) and was ended",
    externalExecutionId: expect.stringMatching(/^site:/),
  })
})

test('what a project asks for and does not get is said', async () => {
  const project = { source: { type: 'GITHUB' }, environment: { privilegedMode: true }, vpcConfig: { vpcId: 'v' } }
  const { log } = await run(site(project as Partial<Project>), {}, { 'buildspec.yml': echo('x') })
  expect(log).toContain('project site: source.type GITHUB')
  expect(log).toContain('project site: environment.privilegedMode')
  expect(log).toContain('project site: vpcConfig is passed over')
})

test('the cache is kept for the next build, by its key, and by a fallback', async () => {
  const cacheFolder = tree({})
  const spec = (key: string) => `version: 0.2
phases: { build: { commands: ['cat deps/got || true', 'mkdir -p deps/e && echo "made for $N" >deps/got && ln -sf got deps/l'] } }
cache: { key: '${key}', fallback-keys: [deps-], paths: ['deps/**/*', '/root/.m2/**/*'] }
`
  const build = async (n: number, lock: string) => {
    const EnvironmentVariables = JSON.stringify([{ name: 'N', value: String(n) }])
    const files = { 'buildspec.yml': spec('deps-$(codebuild-hash-files lock)'), lock }
    return (await run(site(), { configuration: { EnvironmentVariables } }, files, { cacheFolder: () => cacheFolder }))
      .log
  }
  const first = await build(1, 'a')
  expect(first).toMatch(/cache: nothing is kept under deps-[0-9a-f]{64} yet/)
  expect(first).toContain("/root/.m2/**/* lies outside of the build's folder")
  expect(await build(2, 'a')).toContain('\nmade for 1\n')
  expect(await build(3, 'b')).toContain('\nmade for 1\n')
  expect(await build(4, 'b')).toContain('\nmade for 3\n')
  const off = await run(
    site({ cache: { type: 'NO_CACHE' } }),
    {},
    { 'buildspec.yml': spec('k') },
    { cacheFolder: () => cacheFolder },
  )
  expect(off.log).toContain('project site has NO_CACHE')
})

test('what batch-get-projects prints can be declared; what is no project is refused by its place', () => {
  const printed = {
    name: 'site',
    arn: 'arn:aws:codebuild:us-east-1:1:project/site',
    source: { type: 'CODEPIPELINE', buildspec: 'b.yml', insecureSsl: false },
    artifacts: { type: 'CODEPIPELINE', name: 'site', packaging: 'NONE', encryptionDisabled: false },
    cache: { type: 'NO_CACHE' },
    environment: {
      type: 'LINUX_CONTAINER',
      image: 'aws/codebuild/standard:7.0',
      computeType: 'BUILD_GENERAL1_SMALL',
      environmentVariables: [{ name: 'A', value: '1', type: 'PLAINTEXT' }],
      privilegedMode: false,
      imagePullCredentialsType: 'CODEBUILD',
    },
    serviceRole: 'arn:aws:iam::1:role/r',
    timeoutInMinutes: 60,
    queuedTimeoutInMinutes: 480,
    encryptionKey: 'arn:aws:kms:us-east-1:1:alias/aws/s3',
    tags: [],
    created: '2026-01-01T00:00:00Z',
    lastModified: 1760000000.1,
    badge: { badgeEnabled: false },
    logsConfig: { cloudWatchLogs: { status: 'ENABLED' }, s3Logs: { status: 'DISABLED' } },
    projectVisibility: 'PRIVATE',
  }
  expect(checkSchema(settingsSchema, { projects: [printed] }).problems).toEqual([])
  const wrong = [{ ...printed, timeoutInMinutes: 1 }, { name: 'x y' }, { ...printed, evnironment: {} }]
  const { problems } = checkSchema(settingsSchema, { projects: wrong })
  expect(problems.map(({ path }) => path.join('.')).sort()).toEqual(
    expect.arrayContaining(['projects.0.timeoutInMinutes', 'projects.1.name']),
  )
  expect(JSON.stringify(problems)).toContain('evnironment')
})

test('outputs that nothing fills are not made, and the log says what that means', async () => {
  const { outcome, outputs, log } = await run({}, { outputs: ['BuildArtifact'] }, { 'buildspec.yml': echo('x') })
  expect(outcome).toBe('succeeded')
  expect(outputs).toEqual({})
  expect(log).toContain('output artifact "BuildArtifact" is not made: buildspec.yml declares no artifacts')
})

test('base-directory may be a pattern, artifacts may hold shell expressions, exclusions may name a file', async () => {
  const spec = `version: 0.2
phases:
  build:
    commands:
      - mkdir -p my-build1/a my-build2/b my-build1/skip 'my-build[x]' && export V=7
      - touch my-build1/a/one my-build2/b/two my-build1/skip/no my-build1/a/drop 'my-build[x]/three' out-7
artifacts:
  files: ['**/*']
  base-directory: 'my-build*'
  exclude-paths: ['**/skip/**/*', '**/drop/**/*']
  secondary-artifacts:
    Flat: { files: ['**/*'], base-directory: 'my-build*', discard-paths: yes, exclude-paths: ['**/skip/**/*'] }
    Exact: { files: ['**/*'], base-directory: 'my-build[x]', name: 'site-$(date +%Y)' }
    Shell: { files: ['out-$V'], base-directory: $CODEBUILD_SRC_DIR }
`
  const outputs = ['Main', 'Flat', 'Exact', 'Shell']
  const { outcome, outputs: made, failure } = await run({}, { outputs }, { 'buildspec.yml': spec })
  expect(failure).toBeUndefined()
  expect(outcome).toBe('succeeded')
  expect(outputs.map((name) => Object.keys(contents(made[name])))).toEqual([
    ['a/one', 'b/two', 'three'],
    ['drop', 'one', 'three', 'two'],
    ['three'],
    ['out-7'],
  ])
})

test.each(['**/dist', 'packages/{a,b}/dist', './packages/?/dist', '$CODEBUILD_SRC_DIR/packages/*/dist'])(
  'base-directory %s is a pattern as files has them',
  async (folders) => {
    const spec = `version: 0.2
phases: { build: { commands: [mkdir -p packages/a/dist packages/b/dist dist-x, touch packages/a/dist/one packages/b/dist/two dist-x/no] } }
artifacts: { files: '**/*', base-directory: '${folders}' }
`
    const { outputs, failure } = await run({}, { outputs: ['O'] }, { 'buildspec.yml': spec })
    expect(failure).toBeUndefined()
    expect(Object.keys(contents(outputs.O))).toEqual(['one', 'two'])
  },
)

test("a base-directory that is not there is the build's fault, and it is told what is", async () => {
  const spec = `${echo('x')}artifacts: { files: '*', base-directory: 'dist-*' }\n`
  const { failure } = await run({}, { outputs: ['O'] }, { 'buildspec.yml': spec })
  expect(failure).toMatchObject({
    type: 'JobFailed',
    message: `base-directory is "dist-*": the build's folder has no such folder (it has buildspec.yml)`,
  })
})

test('what cannot be cached fails no build', async () => {
  const spec = `version: 0.2
phases: { build: { commands: [cd .., rm -r Source] } }
cache: { paths: ['node_modules/**/*'] }
`
  const { outcome, log } = await run({}, {}, { 'buildspec.yml': spec })
  expect(outcome).toBe('succeeded')
  expect(log).toContain('cache: it could not be kept: ')
})

test('on-failure RETRY runs the build again from the source as it was, as often as it says', async () => {
  const spec = (onFailure: string) => `version: 0.2
phases:
  build:
    on-failure: ${onFailure}
    commands: ['echo ran', 'test ! -e left && touch left', 'echo x >>../count', 'test $(wc -l <../count) -ge 3']
`
  const ran = async (onFailure: string) => {
    const { outcome, log } = await run({}, {}, { 'buildspec.yml': spec(onFailure) })
    return [outcome, log.match(/^ran$/gm)?.length]
  }
  expect(await ran('RETRY')).toEqual(['succeeded', 3])
  expect(await ran('RETRY-1')).toEqual(['failed', 2])
  expect(await ran("'RETRY-2-.*no such words.*'")).toEqual(['failed', 1])
  expect(await ran("'RETRY-.*exit status 1.*'")).toEqual(['succeeded', 3])
})

test('version 0.1 runs each command in a shell of its own', async () => {
  const spec = `version: 0.1
environment_variables: { plaintext: { OLD: kept } }
phases: { build: { commands: [cd sub, 'ls', 'export X=1', 'echo "[$X$OLD]"'] } }
`
  const { log } = await run({}, {}, { 'buildspec.yml': spec, 'sub/inside': '' })
  expect(log).not.toContain('\ninside\n')
  expect(log).toContain('\n[kept]\n')
})
