import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { runAction, startGitServer, type TestGitServer } from '@penstock/core/testkit'
import { codecommit } from '../src/codecommit.js'
import { type CodeCommitConfig, credentialsOf, regionOf } from '../src/config.js'
import { gitPassword } from '../src/git-password.js'
import { keys, startCodeCommit } from './codecommit-server.js'

const times = {
  engine: 'auto',
  pollTimeoutSeconds: 20,
  fetchTimeoutMinutes: 1,
  isomorphicMaxMegabytes: 256,
  repositories: {},
} as const

let server: TestGitServer | undefined
afterEach(async () => {
  await server?.stop()
  server = undefined
})

async function start(): Promise<{ config: CodeCommitConfig; id: string }> {
  server = await startCodeCommit()
  await server.createRepository('v1/repos/site')
  const id = await server.commit('v1/repos/site', { 'index.html': '<p>hello' }, 'Say hello\n\nWarmly.', {
    when: 1_700_000_000_000,
  })
  return { config: { ...times, ...keys, region: 'eu-west-1', endpoint: server.url }, id }
}

const configured = {
  RepositoryName: 'site',
  BranchName: 'main',
  PollForSourceChanges: true,
  OutputArtifactFormat: 'CODE_ZIP',
} as const
const poll = {
  clock: systemClock,
  signal: new AbortController().signal,
  log: () => undefined,
  exec: undefined as never,
  http: { request: () => Promise.reject(new Error('not used')) },
}

/** A git server of anybody's. */
async function startOpen() {
  const git = await startGitServer()
  const url = await git.createRepository('course/wonderwidgets')
  const id = await git.commit('course/wonderwidgets', { 'index.html': '<p>widgets' }, 'Begin')
  return { url, id, stop: () => git.stop() }
}

test('polls with a signature that holds', async () => {
  const { config, id } = await start()
  const found = await codecommit(config).latestRevision(configured, poll)
  expect(found).toMatchObject({
    revisionId: id,
    revisionUrl: `https://eu-west-1.console.aws.amazon.com/codesuite/codecommit/repositories/site/commit/${id}?region=eu-west-1`,
  })
})

test('other keys are refused in words that do not hold them', async () => {
  const { config } = await start()
  const wrong = { ...config, secretAccessKey: 'another+secret' }
  await expect(codecommit(wrong).latestRevision(configured, poll)).rejects.toThrow('refused access (401)')
})

test('fetches: artifact, revision, variables', async () => {
  const { config, id } = await start()
  const run = await runAction(codecommit(config), {
    configuration: { RepositoryName: 'site', BranchName: 'main' },
    outputs: ['Source'],
  })
  expect(run).toMatchObject({ outcome: 'succeeded' })
  expect(readFileSync(join(run.outputs.Source ?? '', 'index.html'), 'utf8')).toBe('<p>hello')
  expect(run.result).toMatchObject({
    externalExecutionId: id,
    summary: 'Say hello',
    revision: { revisionId: id, revisionSummary: 'Say hello', author: 'Ada Lovelace', created: 1_700_000_000_000 },
    outputVariables: {
      AuthorDate: '2023-11-14T22:13:20Z',
      BranchName: 'main',
      CommitId: id,
      CommitMessage: 'Say hello\n\nWarmly.',
      CommitterDate: '2023-11-14T22:13:20Z',
      RepositoryName: 'site',
    },
  })
  expect(run.log).not.toContain(keys.secretAccessKey)
  await run.remove()
})

test('one poll key for as long as the keys are the same, whatever the time', () => {
  const source = codecommit({ ...times, ...keys })
  const key = source.pollKey?.(configured)
  expect(key).toContain('https://git-codecommit.us-east-1.amazonaws.com/v1/repos/site main')
  expect(source.pollKey?.(configured)).toBe(key)
  expect(codecommit({ ...times, ...keys, accessKeyId: 'OTHER' }).pollKey?.(configured)).not.toBe(key)
  expect(key).not.toContain(keys.accessKeyId)
})

test('China has a domain of its own', () => {
  const source = codecommit({ ...times, ...keys, region: 'cn-north-1' })
  expect(source.pollKey?.(configured)).toContain('https://git-codecommit.cn-north-1.amazonaws.com.cn/v1/repos/site')
})

test('no keys at all: what to do is said', async () => {
  const nothing = { ...times, accessKeyId: 'only-half' }
  await expect(codecommit(nothing).latestRevision(configured, poll)).rejects.toThrow(
    'set accessKeyId and secretAccessKey',
  )
})

test('keys come from the configuration or from the environment, never half and half', () => {
  const env = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'S', AWS_SESSION_TOKEN: 'T', AWS_REGION: 'eu-north-1' }
  expect(credentialsOf(times, env)).toEqual({ accessKeyId: 'E', secretAccessKey: 'S', sessionToken: 'T' })
  expect(credentialsOf({ ...times, ...keys }, env)).toEqual(keys)
  expect(credentialsOf({ ...times, accessKeyId: 'x' }, env)).toBeUndefined()
  expect(regionOf(times, env)).toBe('eu-north-1')
  expect(regionOf(times, {})).toBe('us-east-1')
})

const helper = (() => {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()
;(helper ? test : test.skip).each([{}, { sessionToken: 'FwoGZXIvYXdzEBYa+/=' }])(
  'equals what the AWS CLI computes: %j',
  (more) => {
    const input = 'protocol=https\nhost=git-codecommit.eu-west-1.amazonaws.com\npath=v1/repos/my-site\n\n'
    const env = {
      PATH: process.env.PATH,
      HOME: '/nonexistent',
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
      AWS_SESSION_TOKEN: more.sessionToken ?? '',
      AWS_DEFAULT_REGION: 'eu-west-1',
    }
    const printed = execFileSync('aws', ['codecommit', 'credential-helper', '--ignore-host-check', 'get'], {
      input,
      env,
      encoding: 'utf8',
    })
    const said = Object.fromEntries(
      printed
        .trim()
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    )
    const [, y, mo, d, h, mi, s] = /^(....)(..)(..)T(..)(..)(..)Z/.exec(said.password ?? '') ?? []
    const now = Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}Z`)
    const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/my-site'
    expect(gitPassword(url, 'eu-west-1', { ...keys, ...more }, now)).toEqual(said)
  },
)

test('a repository of the map is read from where the map says, without keys of AWS', async () => {
  const { config, id } = await start()
  const url = `${config.endpoint}/v1/repos/site`
  const login = { username: 'ada', password: 'a password' }
  const none = {
    ...config,
    accessKeyId: undefined,
    secretAccessKey: undefined,
    endpoint: undefined,
  } as never as CodeCommitConfig
  const mapped = codecommit({ ...none, repositories: { 'local-wonderwidgets': url } })
  const wonder = { ...configured, RepositoryName: 'local-wonderwidgets' }
  // This server wants CodeCommit's signature: what matters is that nothing of AWS was needed to be refused by it.
  await expect(mapped.latestRevision(wonder, poll)).rejects.toThrow(`${url} refused access (401)`)
  await expect(
    codecommit({ ...none, repositories: { site: { url: 'ftp://x/y', ...login } } }).latestRevision(configured, poll),
  ).rejects.toThrow('must begin with https://')
  const open = await startOpen()
  try {
    const found = await codecommit({ ...none, repositories: { 'local-wonderwidgets': open.url } }).latestRevision(
      wonder,
      poll,
    )
    expect(found).toMatchObject({ revisionId: open.id })
    expect(found).not.toHaveProperty('revisionUrl')
  } finally {
    await open.stop()
  }
  expect(id).toHaveLength(40)
})
