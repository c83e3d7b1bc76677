/** With a stand-in for docker, which records what it is told. podman.test.ts builds and pushes for real. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunActionOptions, runAction, testActionProvider } from '@penstock/core/testkit'
import { problemsOf } from '../src/properties.js'
import { dockerBuild } from '../src/provider.js'
import { installStandIn } from './stand-in.js'

jest.setTimeout(60_000)

const folder = mkdtempSync(join(tmpdir(), 'penstock-docker-'))
const engine = installStandIn(join(folder, 'bin'))
process.env.PATH = `${join(folder, 'bin')}:${process.env.PATH}`
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const code = join(mkdtempSync(join(folder, 'code-')))
writeFileSync(join(code, 'Dockerfile'), 'FROM scratch\n')
const digest = `sha256:${'d'.repeat(64)}`

async function build(configuration: Record<string, string>, more: Partial<RunActionOptions> = {}) {
  engine.calls()
  const run = await runAction(dockerBuild, {
    inputs: { Code: code },
    configuration: { Image: 'registry.example.com/team/shop', ...configuration },
    ...more,
  })
  const artifact = run.outputs.Image
  const read = (name: string) => JSON.parse(readFileSync(join(artifact ?? '', name), 'utf8')) as unknown
  const files =
    artifact === undefined ? {} : { detail: read('imageDetail.json'), definitions: read('imagedefinitions.json') }
  await run.remove()
  return { ...run, files, calls: engine.calls() }
}

testActionProvider('Docker', () => dockerBuild, {
  configuration: {
    Image: 'registry.example.com/team/shop',
    Tags: '1,latest',
    Push: 'true',
    Username: 'ci',
    Password: 'hunter2-hunter2',
  },
  inputs: { Code: { Dockerfile: 'FROM scratch\n' } },
  outputs: ['Image'],
  slow: { inputs: { Code: { Dockerfile: 'FROM scratch\n# SLOW\n' } }, begun: 'begun' },
  bad: [
    { configuration: { Image: 'shop:1' }, says: 'Image' },
    { configuration: { Tags: 'a b' }, says: 'Tags' },
    { configuration: { BuildArgs: '[1]' }, says: 'BuildArgs' },
  ],
})

test('it logs in through standard input, builds, pushes every tag, and tells the digest', async () => {
  const run = await build(
    {
      Tags: '1.2, latest',
      Push: 'true',
      Username: 'ci',
      Password: 'hunter2-hunter2',
      BuildArgs: '{"VERSION":"1.2"}',
      Target: 'release',
      Platforms: 'linux/amd64',
    },
    { outputs: ['Image'] },
  )
  const uri = `registry.example.com/team/shop@${digest}`
  expect(run).toMatchObject({
    outcome: 'succeeded',
    result: {
      summary: uri,
      outputVariables: { ImageUri: uri, ImageDigest: digest, ImageId: `sha256:${'1'.repeat(64)}` },
    },
    files: { detail: { ImageURI: uri }, definitions: [{ name: 'shop', imageUri: uri }] },
  })
  const [login, made, ...pushed] = run.calls
  expect(login).toMatchObject({
    args: ['login', '--username', 'ci', '--password-stdin', 'registry.example.com'],
    stdin: 'hunter2-hunter2',
  })
  const said = made?.args.join(' ') ?? ''
  expect(said).toMatch(
    /^build --iidfile \S+ --file \S+\/Dockerfile --tag registry.example.com\/team\/shop:1.2 --tag registry.example.com\/team\/shop:latest --target release --platform linux\/amd64 --build-arg VERSION=1.2 \S+$/,
  )
  expect(pushed.map(({ args }) => args.slice(0, 2))).toEqual([
    ['push', 'registry.example.com/team/shop:1.2'],
    ['push', 'registry.example.com/team/shop:latest'],
    ['image', 'inspect'],
  ])
  // Logins stay in the job's own folder.
  for (const { config } of run.calls) expect(config).toMatch(/\.docker-build\/login$/)
  expect(run.log).not.toContain('hunter2')
  expect(run.log).toContain('$ docker login registry.example.com')
})

test('without a push there is the id only, and without a user no login', async () => {
  const run = await build({})
  expect(run.result?.outputVariables).toEqual({
    ImageUri: 'registry.example.com/team/shop:latest',
    ImageId: `sha256:${'1'.repeat(64)}`,
  })
  expect(run.calls.map(({ args, config }) => [args[0], config])).toEqual([['build', undefined]])
})

test('an image for several platforms is built and pushed as one', async () => {
  const run = await build({ Platforms: 'linux/amd64,linux/arm64', Push: 'true' })
  expect(run.calls).toHaveLength(1)
  expect(run.calls[0]?.args.slice(0, 3)).toEqual(['buildx', 'build', '--push'])
  expect(run.calls[0]?.args).toContain('linux/amd64,linux/arm64')
  expect(run.result?.outputVariables).toEqual({
    ImageUri: `registry.example.com/team/shop@${digest}`,
    ImageDigest: digest,
  })
})

test.each([
  {
    it: 'a wrong password',
    configuration: { Username: 'ci', Password: 'wrong-password' },
    says: '"docker login registry.example.com" failed with exit code 1',
  },
  {
    it: 'a context outside',
    configuration: { Context: '../..' },
    says: 'Context is "../..", which is outside of the input artifact',
  },
  {
    it: 'no Dockerfile',
    configuration: { Dockerfile: 'Dockerfile.none' },
    says: 'Dockerfile is "Dockerfile.none", which the input artifact does not have',
  },
])('$it is the failure', async ({ configuration, says }) => {
  const run = await build(configuration)
  expect(run.failure?.message).toContain(says)
})

test.each([
  {
    it: 'several platforms without a push',
    change: { Platforms: 'linux/amd64,linux/arm64' },
    says: 'Push must be true',
  },
  { it: 'a platform that is none', change: { Platforms: 'amd64' }, says: 'Platforms has "amd64"' },
  { it: 'a user without a password', change: { Username: 'ci' }, says: 'Username needs Password' },
  { it: 'an argument that is no text', change: { BuildArgs: '{"A":{}}' }, says: '"A" is no name with a text' },
  { it: 'no time at all', change: { Timeout: 0 }, says: 'Timeout is 0' },
])('$it is refused', ({ change, says }) => {
  const configuration = {
    Image: 'a/b',
    Tags: 'latest',
    Engine: 'docker',
    Context: '.',
    Dockerfile: 'Dockerfile',
    Push: false,
    ...change,
  } as const
  expect(problemsOf(configuration as Parameters<typeof problemsOf>[0]).join()).toContain(says)
})
