import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { codeBuild } from '../src/codebuild/provider.js'
import { contents, removeTrees, tree } from './trees.js'

afterAll(removeTrees)

const build = codeBuild('Build')

function run(buildspec: string, options: RunActionOptions = {}, files: Record<string, string> = {}) {
  const { configuration, inputs, ...rest } = options
  return runAction(build, {
    configuration: { ProjectName: 'my-project', ...configuration },
    inputs: { Source: tree({ 'buildspec.yml': buildspec, ...files }), ...inputs },
    ...rest,
  })
}

test('all phases run in one shell; exported variables and artifacts come out', async () => {
  const result = await run(
    `version: 0.2
env:
  variables: { GREETING: hello, STAGE: from-buildspec, NUMBER: 7 }
  exported-variables: [VERSION, GREETING]
phases:
  install:
    commands: [cd sub, 'export VERSION=1.2.3']
  pre_build:
    commands:
      - pwd
  build:
    commands:
      - |
        if [ "$NUMBER" = 7 ]; then
          echo "$GREETING $STAGE $VERSION" > ../dist.txt
        fi
  post_build:
    commands: echo "succeeding $CODEBUILD_BUILD_SUCCEEDING"
artifacts:
  files: dist.txt
`,
    {
      configuration: { EnvironmentVariables: '[{"name":"STAGE","value":"beta","type":"PLAINTEXT"}]' },
      outputs: ['Out'],
    },
    { 'sub/x': '' },
  )
  expect(result).toMatchObject({
    outcome: 'succeeded',
    result: { outputVariables: { VERSION: '1.2.3', GREETING: 'hello' } },
  })
  expect(contents(result.outputs.Out)).toEqual({ 'dist.txt': 'hello beta 1.2.3\n' })
  expect(result.log).toMatch(/\[pre_build\] \$ pwd\n.*\/sub\n/)
  expect(result.log).toContain('succeeding 1')
})

/** What each phase says that it ran, and how the build ended. */
async function transitions(phases: string): Promise<{ ran: string; failure?: string }> {
  const { log, failure } = await run(`version: 0.2\nphases:\n${phases}`)
  const ran = [...log.matchAll(/^ran (\S+)/gm)].map(([, what]) => what).join(' ')
  return { ran, ...(failure === undefined ? {} : { failure: failure.message }) }
}

const all = 'echo ran'
test.each([
  {
    it: 'a failed install ends the build, after its finally',
    phases: `
  install: { commands: [false, ${all} no], finally: [${all} finally] }
  build: { commands: [${all} build] }`,
    ran: 'finally',
    failure: 'phase install failed with exit code 1',
  },
  {
    it: 'a failed pre_build ends the build',
    phases: `
  pre_build: { commands: [exit 4], finally: [${all} finally] }
  build: { commands: [${all} build] }
  post_build: { commands: [${all} post] }`,
    ran: 'finally',
    failure: 'phase pre_build failed with exit code 4',
  },
  {
    it: 'a failed build is followed by post_build',
    phases: `
  build: { commands: [sh -c "exit 3", ${all} no], finally: [${all} finally] }
  post_build: { commands: [${all} post:$CODEBUILD_BUILD_SUCCEEDING] }`,
    ran: 'finally post:0',
    failure: 'phase build failed with exit code 3',
  },
  {
    it: 'also when a command left the shell',
    phases: `
  build: { commands: [exit 5, ${all} no], finally: [${all} finally] }
  post_build: { commands: [${all} post], finally: [${all} last] }`,
    ran: 'finally post last',
    failure: 'phase build failed with exit code 5',
  },
  {
    it: "also with the user's own set -e",
    phases: `
  build: { commands: [set -e, "false\\n${all} no", ${all} no], finally: [${all} finally] }
  post_build: { commands: [${all} post] }`.replaceAll('\\n', '; '),
    ran: 'finally post',
    failure: 'phase build failed with exit code 1',
  },
  {
    it: 'also when it is no shell at all',
    phases: `
  build: { commands: ["if then fi", ${all} no] }
  post_build: { commands: [${all} post] }`,
    ran: 'post',
    failure: 'phase build failed with exit code 2',
  },
  {
    it: 'on-failure ABORT skips post_build',
    phases: `
  build: { commands: [false], on-failure: ABORT, finally: [${all} finally] }
  post_build: { commands: [${all} post] }`,
    ran: 'finally',
    failure: 'phase build failed with exit code 1',
  },
  {
    it: 'on-failure CONTINUE goes on, and the action still fails',
    phases: `
  install: { commands: [false], on-failure: CONTINUE }
  build: { commands: [${all} build] }
  post_build: { commands: [${all} post] }`,
    ran: 'build post',
    failure: 'phase install failed with exit code 1',
  },
  {
    it: 'a failed finally fails its phase',
    phases: `
  pre_build: { commands: [${all} pre], finally: [exit 6] }
  build: { commands: [${all} build] }`,
    ran: 'pre',
    failure: 'phase pre_build failed with exit code 6',
  },
  {
    it: 'a post_build that leaves the shell as well hides nothing',
    phases: `
  build: { commands: [exit 2] }
  post_build: { commands: [exit 3] }`,
    ran: '',
    failure: 'phase build failed with exit code 2',
  },
  {
    it: 'exit 0 ends a phase well',
    phases: `
  build: { commands: [exit 0, ${all} no], finally: [${all} finally] }
  post_build: { commands: [${all} post] }`,
    ran: 'finally post',
  },
])('$it', async ({ phases, ran, failure }) => {
  expect(await transitions(phases)).toEqual({ ran, ...(failure === undefined ? {} : { failure }) })
})

test('nothing is put out after a failure', async () => {
  const spec = 'version: 0.2\nphases: { build: { commands: [touch x, "false"] } }\nartifacts: { files: x }\n'
  const result = await run(spec, { outputs: ['Out'] })
  expect(result.outcome).toBe('failed')
  expect(result.outputs).toEqual({})
})

test('base-directory, discard-paths, exclude-paths and secondary artifacts', async () => {
  const result = await run(
    `version: 0.2
phases:
  build:
    commands: [mkdir -p target/lib, echo 1 >target/a.jar, echo 2 >target/lib/b.jar, echo 3 >target/lib/c.txt]
artifacts:
  files: ['**/*.jar']
  base-directory: target
  name: ignored
  secondary-artifacts:
    Flat: { files: ['**/*'], base-directory: target, discard-paths: yes }
    Some: { files: ['target/**/*'], exclude-paths: ['**/*.jar'] }
`,
    { outputs: ['Main', 'Flat', 'Some'] },
  )
  expect(result).toMatchObject({ outcome: 'succeeded' })
  expect(contents(result.outputs.Main)).toEqual({ 'a.jar': '1\n', 'lib/b.jar': '2\n' })
  expect(contents(result.outputs.Flat)).toEqual({ 'a.jar': '1\n', 'b.jar': '2\n', 'c.txt': '3\n' })
  expect(contents(result.outputs.Some)).toEqual({ 'target/lib/c.txt': '3\n' })
})

test('further inputs beside the primary one; the override as a path and as text', async () => {
  const inputs = { Lib: tree({ l: 'lib' }) }
  const spec = 'version: 0.2\nphases: { build: { commands: [cat $CODEBUILD_SRC_DIR_Lib/l] } }\n'
  const files = { 'ci/other.yml': spec.replace('cat', 'echo other; cat') }
  const asPath = await run(
    'not: used',
    { inputs, configuration: { PrimarySource: 'Source', BuildspecOverride: 'ci/other.yml' } },
    files,
  )
  expect(asPath.log).toContain('other\nlib')
  const asText = await run('not: used', { inputs, configuration: { PrimarySource: 'Source', BuildspecOverride: spec } })
  expect(asText).toMatchObject({ outcome: 'succeeded', log: expect.stringContaining('lib') })
})

test('what has another meaning here is named in the log, and bash is a shell', async () => {
  const { outcome, log } = await run(`version: 0.2
env: { shell: bash, git-credential-helper: yes }
proxy: { upload-artifacts: yes, logs: no }
typo: 1
phases:
  install: { runtime-versions: { ruby: 3.2 }, commands: ['A=(1 2); echo "bash \${A[1]}"'] }
`)
  expect(outcome).toBe('succeeded')
  expect(log).toContain('buildspec.yml: env.git-credential-helper: git uses what is configured')
  expect(log).toContain('buildspec.yml: proxy: artifacts and logs stay')
  expect(log).toContain('buildspec.yml: no keys of a buildspec, and passed over: typo')
  expect(log).toMatch(/runtime-versions: ruby 3\.2 is wanted; the build's PATH has: ruby \d/)
  expect(log).toContain('bash 2')
})

const fine = 'version: 0.2\nphases: { build: { commands: ["true"] } }\n'
test.each<{ it: string; spec: string; options?: RunActionOptions; message: string }>([
  { it: 'no YAML', spec: 'version: [', message: 'buildspec.yml is not YAML' },
  {
    it: 'no map',
    spec: 'just text',
    message: 'buildspec.yml: its content is just text; right would be a map of keys',
  },
  { it: 'version', spec: 'version: 0.3\nphases: {}', message: 'buildspec.yml: version is 0.3; right would be 0.2' },
  { it: 'no phases', spec: 'version: 0.2', message: 'phases is missing; right would be at least one of install' },
  {
    it: 'a command with a colon',
    spec: 'version: 0.2\nphases:\n  build:\n    commands:\n      - echo a: b\n',
    message: 'phases.build.commands[0] is {"echo a":"b"}; right would be a text: quote it',
  },
  {
    it: 'a shell',
    spec: `${fine}env: { shell: powershell.exe }`,
    message: 'env.shell is powershell.exe; right would be bash',
  },
  {
    it: 'on-failure',
    spec: 'version: 0.2\nphases: { build: { commands: [x], on-failure: RETRY-0 } }',
    message: 'on-failure is RETRY-0; right would be ABORT, CONTINUE, RETRY',
  },
  {
    it: "AWS's own stores",
    spec: `${fine}env: { parameter-store: { KEY: /a/b }, secrets-manager: { S: x } }`,
    message: 'env.parameter-store KEY is "/a/b" on AWS: codebuild.parameterStore in penstock.yaml names the secret',
  },
  { it: 'two inputs', spec: fine, options: { inputs: { Lib: tree({}) } }, message: 'PrimarySource is missing' },
  {
    it: 'batch',
    spec: fine,
    options: { configuration: { BatchEnabled: 'true' } },
    message: 'buildspec.yml: batch is missing, and BatchEnabled is true',
  },
  { it: 'another user', spec: `${fine}run-as: nobody`, message: 'buildspec.yml: run-as is nobody: builds run as' },
  {
    it: 'another user in a phase',
    spec: 'version: 0.2\nphases: { build: { run-as: nobody, commands: [x] } }',
    message: 'phases.build.run-as is nobody',
  },
  {
    it: 'a batch of two kinds',
    spec: `${fine}batch: { build-list: [{ identifier: a }], build-fanout: { parallelism: 2 } }`,
    message: 'batch.build-list is build-list and build-fanout; right would be exactly one of',
  },
  {
    it: 'a batch that waits for itself',
    spec: `${fine}batch: { build-graph: [{ identifier: a, depend-on: [b] }, { identifier: b, depend-on: [a] }] }`,
    message: 'batch.build-graph is a circle (a, b)',
  },
  {
    it: 'a report format',
    spec: `${fine}reports: { r: { files: x, file-format: TAP } }`,
    message: 'reports.r.file-format is TAP; right would be one of JUNITXML',
  },
  {
    it: 'an object of S3',
    spec: fine,
    options: { configuration: { BuildspecOverride: 'arn:aws:s3:::b/buildspec.yml' } },
    message: 'no object of S3',
  },
  {
    it: 'override',
    spec: fine,
    options: { configuration: { BuildspecOverride: 'x.yml' } },
    message: 'the primary source has no x.yml',
  },
  {
    it: 'escape',
    spec: fine,
    options: { configuration: { BuildspecOverride: '../../x.yml' } },
    message: 'a folder inside the input',
  },
])('a ConfigurationError that says what is right: $it', async ({ spec, options, message }) => {
  const { failure } = await run(spec, options)
  expect(failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
})

test('no file where the artifacts section expects one', async () => {
  const { failure } = await run(`${fine}artifacts: { files: [dist/*] }`, { outputs: ['Out'] })
  expect(failure?.message).toBe('output artifact "Out" could not be stored: no file matches \'dist/*\'')
})

test('a repository without a buildspec', async () => {
  const { failure } = await runAction(build, { configuration: { ProjectName: 'p' }, inputs: { Source: tree({}) } })
  expect(failure).toMatchObject({
    type: 'ConfigurationError',
    message:
      'the primary source has no buildspec.yml: add one, or set BuildspecOverride or the source.buildspec of its project',
  })
})
