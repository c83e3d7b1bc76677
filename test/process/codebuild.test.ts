/** Build projects on a real server: declared and put, used by actions, with what their tests said. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestGitServer } from '@penstock/core/testkit'
import { serveSample } from './sample-pipeline.js'
import { cleanUp, penstock, serve, start, temporaryFolder } from './world.js'

jest.setTimeout(120_000) // real processes, on machines that are busy

let git: TestGitServer
let cwd: string
const here = (...args: string[]) => penstock([...args, '--data', 'data'], { cwd })

const junit = '<testsuite><testcase name="adds"/><testcase name="breaks"><failure>no</failure></testcase></testsuite>'
const buildspec = `version: 0.2
phases:
  build:
    commands:
      - echo "$CODEBUILD_BUILD_ID $STAGE"
      - |
        echo '${junit}' >junit.xml
reports: { unit: { files: junit.xml } }
`
/** As \`aws codebuild batch-get-projects\` prints them. */
const printed = {
  projects: [
    {
      name: 'put-one',
      arn: 'arn:aws:codebuild:us-east-1:123456789012:project/put-one',
      source: { type: 'CODEPIPELINE', buildspec, insecureSsl: false },
      environment: {
        type: 'LINUX_CONTAINER',
        image: 'aws/codebuild/standard:7.0',
        computeType: 'BUILD_GENERAL1_SMALL',
        environmentVariables: [{ name: 'STAGE', value: 'beta', type: 'PLAINTEXT' }],
      },
      timeoutInMinutes: 60,
    },
  ],
  projectsNotFound: [],
}

const action = (name: string, provider: string, configuration: Record<string, string>, artifacts: object) => ({
  name,
  actionTypeId: { category: 'Build', owner: provider === 'CodeBuild' ? 'AWS' : 'Custom', provider, version: '1' },
  configuration,
  ...artifacts,
})

/** A build of this project that makes no artifact, and, if need be, an action that wants it. */
function pipeline(name: string, ProjectName: string, wanted = false): string {
  const build = action(
    'Build',
    'CodeBuild',
    { ProjectName },
    { inputArtifacts: [{ name: 'S' }], outputArtifacts: [{ name: 'B' }] },
  )
  const use = action('Use', 'Shell', { Command: 'ls' }, { inputArtifacts: [{ name: 'B' }] })
  const source = {
    name: 'Git',
    actionTypeId: { category: 'Source', owner: 'Custom', provider: 'Git', version: '1' },
    configuration: { Url: `${git.url}/demo/site.git`, Branch: 'main' },
    outputArtifacts: [{ name: 'S' }],
  }
  const stages = [
    { name: 'Source', actions: [source] },
    { name: 'Build', actions: [build] },
    ...(wanted ? [{ name: 'Use', actions: [use] }] : []),
  ]
  const file = join(cwd, `${name}.json`)
  writeFileSync(file, JSON.stringify({ pipeline: { name, stages } }))
  return file
}

beforeAll(async () => {
  git = await serveSample()
  cwd = temporaryFolder()
  const yaml = `codebuild:
  unknownProject: fail
  projects:
    - name: declared-one
      source: { buildspec: "version: 0.2\\nphases: { build: { commands: [echo declared] } }" }
`
  writeFileSync(join(cwd, 'penstock.yaml'), yaml)
  writeFileSync(join(cwd, 'projects.json'), JSON.stringify(printed))
  await serve(cwd)
})
afterAll(async () => {
  await cleanUp()
  await git?.stop()
})

test('projects are put, listed, shown and removed; those of penstock.yaml are changed there', async () => {
  expect(await here('project', 'put', 'projects.json')).toMatchObject({ status: 0, out: 'put-one is created\n' })
  expect((await here('project', 'put', 'projects.json')).out).toBe('put-one is changed\n')
  const { out } = await here('project', 'list')
  expect(out).toMatch(/declared-one +\(its text\) +penstock\.yaml/)
  expect(out).toMatch(/put-one +\(its text\) +aws\/codebuild\/standard:7\.0 +\d+ s ago/)
  expect((await here('project', 'show', 'put-one')).out).toContain('computeType: BUILD_GENERAL1_SMALL')
  writeFileSync(join(cwd, 'wrong.yaml'), 'name: wrong\ntimeoutInMinutes: 1\n')
  expect(await here('project', 'put', 'wrong.yaml')).toMatchObject({
    status: 1,
    err: expect.stringContaining('project.timeoutInMinutes'),
  })
  expect(await here('project', 'rm', 'declared-one')).toMatchObject({
    status: 1,
    err: expect.stringContaining('project declared-one is declared in penstock.yaml: change it there'),
  })
  expect(await here('project', 'rm', 'nobody')).toMatchObject({ status: 1, err: expect.stringContaining("'nobody'") })
})

test('an action uses its project, makes no artifact, and its tests are told', async () => {
  await here('put', pipeline('web', 'put-one'))
  expect(await here('wait', 'web')).toMatchObject({ status: 0 })
  const { out } = await here('logs', 'web', 'Build')
  expect(out).toMatch(/^put-one:[0-9a-f-]{36} beta$/m)
  expect(out).toContain('output artifact "B" is not made: project put-one: source.buildspec declares no artifacts')
  expect((await here('tests', 'web')).out).toBe('Build/Build unit: 2 tests, 1 failed, 0 skipped, 0.0 s\n')
})

test('only an action that needs the artifact that nobody made fails', async () => {
  await here('put', pipeline('chain', 'declared-one', true))
  expect(await here('wait', 'chain')).toMatchObject({ status: 1 })
  expect((await here('status', 'chain')).out).toContain('input artifact "B" is not in the artifact store')
})

test('a project that nobody declared fails its action before anything runs', async () => {
  await here('put', pipeline('stray', 'no-such'))
  expect(await here('wait', 'stray')).toMatchObject({ status: 1 })
  expect((await here('status', 'stray')).out).toContain('project no-such is not declared')
  expect((await here('project', 'rm', 'put-one')).out).toBe('put-one is removed\n')
})

test('a worker on another machine has the projects, the account and the build numbers from its server', async () => {
  const home = temporaryFolder()
  const yaml = `worker: { enabled: false }
codebuild:
  projects:
    - name: declared-one
      environment: { environmentVariables: [{ name: STAGE, value: far }] }
      source: { buildspec: "version: 0.2\\nphases: { build: { commands: [env] } }" }
`
  writeFileSync(join(home, 'penstock.yaml'), yaml)
  const server = await serve(home)
  const there = (...args: string[]) => penstock([...args, '--data', 'data'], { cwd: home })
  const made = await there('access-key', 'create', '--user', 'w', '--policy', 'PenstockWorkerAccess', '--json')
  const { accessKeyId, secretAccessKey } = JSON.parse(made.out) as Record<string, string>
  const key = ['--access-key-id', accessKeyId ?? '', '--secret-access-key', secretAccessKey ?? '']
  start(['worker', '--endpoint', server.address, '--data', 'data', ...key], { cwd: temporaryFolder() })
  await there('put', pipeline('far', 'declared-one'))
  expect(await there('wait', 'far')).toMatchObject({ status: 0 })
  const { out } = await there('logs', 'far', 'Build')
  expect(out).toContain('\nSTAGE=far\n')
  expect(out).toContain('\nCODEBUILD_BUILD_NUMBER=1\n')
  expect(out).toContain('\nCODEBUILD_PROJECT_ARN=arn:aws:codebuild:us-east-1:000000000000:project/declared-one\n')
})
