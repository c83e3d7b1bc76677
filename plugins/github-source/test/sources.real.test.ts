import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '@penstock/core'
import { runAction, startGitServer, type TestGitServer } from '@penstock/core/testkit'
import type { GitConfig } from '../src/config.js'
import { connection } from '../src/connection.js'
import { git } from '../src/git.js'
import { github } from '../src/github.js'

const token = 'ghp_0123456789secret'
const arn = 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/1234'
const messages: string[] = []
const poll = {
  clock: systemClock,
  signal: new AbortController().signal,
  log: (message: string) => messages.push(message),
  exec: undefined as never,
  http: { request: () => Promise.reject(new Error('not used')) },
}

let server: TestGitServer
let config: GitConfig
let first: string
beforeEach(async () => {
  messages.length = 0
  server = await startGitServer({ auth: { username: 'x-access-token', password: token } })
  await server.createRepository('acme/site')
  const files = { 'a.txt': 'one', run: { content: '#!/bin/sh', executable: true }, link: { symlink: 'a.txt' } }
  first = await server.commit('acme/site', files, 'First\n\nAll of it.', { when: 1_700_000_000_000 })
  config = {
    githubUrl: server.url,
    connections: { [arn]: { url: server.url, token } },
    sshIdentities: {},
    engine: 'auto',
    pollTimeoutSeconds: 20,
    fetchTimeoutMinutes: 1,
    isomorphicMaxMegabytes: 256,
    localRepositories: [],
    submodules: 'notice' as const,
    lfs: 'notice' as const,
  }
})
afterEach(() => server.stop())

/** What everybody on the machine can see of its processes. */
function commandLines(): string[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name))
  return pids.map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    } catch {
      return '' // ended meanwhile
    }
  })
}

const onGithub = { Owner: 'acme', Repo: 'site', Branch: 'main', OAuthToken: token, PollForSourceChanges: true }
const strings = { Owner: 'acme', Repo: 'site', Branch: 'main', OAuthToken: token }

describe('GitHub', () => {
  test('polls: the newest commit, and its page', async () => {
    const found = await github(config).latestRevision(onGithub, poll)
    expect(found).toEqual({
      revisionId: first,
      revisionChangeId: first,
      revisionUrl: `${server.url}/acme/site/commit/${first}`,
      event: { kind: 'push', branch: 'main' },
    })
  })

  test('fetches the newest: artifact, revision, variables, and no token anywhere', async () => {
    const run = await runAction(github(config), { configuration: strings, outputs: ['Source'] })
    expect(run.failure).toBeUndefined()
    const folder = run.outputs.Source ?? ''
    expect(readdirSync(folder).sort()).toEqual(['a.txt', 'link', 'run'])
    expect(statSync(join(folder, 'run')).mode & 0o111).toBe(0o111)
    expect(readlinkSync(join(folder, 'link'))).toBe('a.txt')
    const url = `${server.url}/acme/site/commit/${first}`
    expect(run.result).toEqual({
      summary: 'First',
      externalExecutionId: first,
      externalExecutionUrl: url,
      outputVariables: {
        AuthorDate: '2023-11-14T22:13:20Z',
        BranchName: 'main',
        CommitId: first,
        CommitMessage: 'First\n\nAll of it.',
        CommitUrl: url,
        CommitterDate: '2023-11-14T22:13:20Z',
        RepositoryName: 'site',
      },
      revision: {
        revisionId: first,
        revisionChangeId: first,
        revisionSummary: 'First',
        revisionUrl: url,
        branch: 'main',
        author: 'Ada Lovelace',
        created: 1_700_000_000_000,
      },
    })
    expect(JSON.stringify(run)).not.toContain(token)
    // Not in any file that the run left either: git's configuration, the log, the artifact.
    // The worker's own list of what to mask is another's concern: it goes with the workspace.
    const left = spawnSync('grep', ['-rF', '--exclude=masks', token, run.folder], { encoding: 'utf8' })
    expect(left.stdout).toBe('')
    await run.remove()
  })

  test('fetches the pinned commit though the branch went on', async () => {
    await server.commit('acme/site', { 'a.txt': 'two' }, 'Second')
    const run = await runAction(github(config), {
      configuration: strings,
      outputs: ['Source'],
      revision: { revisionId: first },
    })
    expect(readFileSync(join(run.outputs.Source ?? '', 'a.txt'), 'utf8')).toBe('one')
    expect(run.result?.revision?.revisionId).toBe(first)
  })

  test('X14 a commit asked for by whoever starts the execution', async () => {
    const second = await server.commit('acme/site', { 'a.txt': 'two' }, 'Second')
    const ask = (revisionType: 'COMMIT_ID' | 'IMAGE_DIGEST', revisionValue: string) =>
      runAction(github(config), {
        configuration: strings,
        outputs: ['Source'],
        revision: { revisionId: second },
        sourceOverride: { actionName: 'Source', revisionType, revisionValue },
      })
    expect((await ask('COMMIT_ID', first)).result?.revision?.revisionId).toBe(first)
    expect((await ask('COMMIT_ID', 'main')).failure).toMatchObject({
      type: 'ConfigurationError',
      message: expect.stringContaining("'main' must be a whole commit id"),
    })
    expect((await ask('IMAGE_DIGEST', first)).failure).toMatchObject({
      message: expect.stringContaining('not IMAGE_DIGEST'),
    })
    const unknown = await ask('COMMIT_ID', 'f'.repeat(40))
    expect(unknown.failure).toMatchObject({
      type: 'RevisionUnavailable',
      message: expect.stringContaining(`has no commit ${'f'.repeat(40)}`),
    })
  })

  test.each([
    {
      it: 'a wrong token',
      change: { OAuthToken: 'ghp_wrong' },
      type: 'PermissionError',
      says: 'the token or password is wrong',
    },
    { it: 'no token', change: { OAuthToken: '' }, type: 'PermissionError', says: 'it asks for credentials' },
    { it: 'no such repository', change: { Repo: 'nothing' }, type: 'ConfigurationError', says: 'does not exist (404)' },
    {
      it: 'no such branch',
      change: { Branch: 'dev' },
      type: 'ConfigurationError',
      says: 'has no branch dev; it has main',
    },
  ])('$it fails the action in words', async ({ change, type, says }) => {
    const run = await runAction(github(config), { configuration: { ...strings, ...change }, outputs: ['Source'] })
    expect(run.failure).toMatchObject({ type, message: expect.stringContaining(says) })
    expect(JSON.stringify(run)).not.toMatch(/ghp_/)
  })

  test("the plugin's token serves actions without one", async () => {
    const { OAuthToken: _, ...without } = onGithub
    const found = await github({ ...config, githubToken: token }).latestRevision(without, poll)
    expect(found?.revisionId).toBe(first)
  })

  test('a stop ends the fetch', async () => {
    const stop = new AbortController()
    setTimeout(() => stop.abort(new Error('stopped')), 30)
    const run = await runAction(github(config), { configuration: strings, outputs: ['Source'], signal: stop.signal })
    expect(run.outcome).toBe('failed')
    expect(run.outputs).toEqual({})
  })

  test('a fetch that hangs is ended at its time limit, and shows no token to others on the machine', async () => {
    await server.stop()
    let shown: string[] = []
    server = await startGitServer({
      auth: { username: 'x-access-token', password: token },
      intercept(request) {
        // The git program, and not our own questions: it never gets an answer.
        if (request.headers['user-agent']?.startsWith('git/2') !== true) return false
        shown = commandLines()
        return true
      },
    })
    await server.createRepository('acme/site')
    await server.commit('acme/site', { a: '1' }, 'First')
    const hurried = { ...config, githubUrl: server.url, fetchTimeoutMinutes: 0.05 }
    const run = await runAction(github(hurried), { configuration: strings, outputs: ['Source'], grace: 100 })
    expect(run.failure).toMatchObject({
      type: 'SystemUnavailable',
      message: expect.stringContaining('did not end within 3 s'),
    })
    expect(shown.some((line) => line.includes('remote-http'))).toBe(true)
    expect(shown.filter((line) => line.includes(token) || line.includes(btoa(`x-access-token:${token}`)))).toEqual([])
    expect(commandLines().filter((line) => line.includes(server.url))).toEqual([])
  })

  test('after a restart the same commit is gone on with', async () => {
    const run = await runAction(github(config), { configuration: strings, outputs: ['Source'] })
    expect(run.checkpoints).toEqual([{ commit: first }])
    await server.commit('acme/site', { 'a.txt': 'two' }, 'Second')
    const again = await runAction(github(config), {
      configuration: strings,
      outputs: ['Source'],
      checkpoint: run.checkpoints[0],
    })
    expect(again.result?.revision?.revisionId).toBe(first)
  })

  test('polls are shared by equal branches and accounts, and keys show no token', () => {
    const key = (change: object) => github(config).pollKey?.({ ...onGithub, ...change })
    expect(key({})).toBe(key({ PollForSourceChanges: false }))
    expect(
      new Set([key({}), key({ Branch: 'dev' }), key({ Repo: 'other' }), key({ OAuthToken: 'another' })]).size,
    ).toBe(4)
    expect(key({})).not.toContain(token)
    expect(github(config).polls?.({ ...onGithub, PollForSourceChanges: false })).toBe(false)
  })
})

describe('a connection', () => {
  const configured = {
    ConnectionArn: arn,
    FullRepositoryId: 'acme/site',
    BranchName: 'main',
    DetectChanges: true,
    OutputArtifactFormat: 'CODE_ZIP',
  } as const

  test('polls and fetches with the token of its ARN', async () => {
    expect((await connection(config).latestRevision(configured, poll))?.revisionId).toBe(first)
    const run = await runAction(connection(config), {
      configuration: { ConnectionArn: arn, FullRepositoryId: 'acme/site', BranchName: 'main' },
      outputs: ['Source'],
    })
    expect(run.result?.outputVariables).toEqual({
      AuthorDate: '2023-11-14T22:13:20Z',
      BranchName: 'main',
      CommitId: first,
      CommitMessage: 'First\n\nAll of it.',
      ConnectionArn: arn,
      FullRepositoryName: 'acme/site',
    })
  })

  test('CODEBUILD_CLONE_REF hands on a repository', async () => {
    await server.commit('acme/site', { 'a.txt': 'two' }, 'Second')
    const asked = {
      ConnectionArn: arn,
      FullRepositoryId: 'acme/site',
      BranchName: 'main',
      OutputArtifactFormat: 'CODEBUILD_CLONE_REF',
    }
    const run = await runAction(connection(config), { configuration: asked, outputs: ['Source'] })
    const folder = run.outputs.Source ?? ''
    expect(existsSync(join(folder, '.git'))).toBe(true)
    const log = execFileSync('git', ['-c', 'safe.directory=*', 'log', '--format=%s'], { cwd: folder, encoding: 'utf8' })
    expect(log).toBe('Second\nFirst\n')
  })

  test('an ARN that nobody configured', async () => {
    const other = { ...configured, ConnectionArn: 'arn:aws:codestar-connections:x' }
    await expect(connection(config).latestRevision(other, poll)).rejects.toThrow(
      'ConnectionArn arn:aws:codestar-connections:x is not known here: add it',
    )
    expect(() => connection(config).pollKey?.(other)).not.toThrow()
    expect(connection(config).polls?.({ ...configured, DetectChanges: false })).toBe(false)
  })
})

describe('any git server', () => {
  const configured = { Url: '', Branch: 'main', PollForSourceChanges: true, OutputArtifactFormat: 'CODE_ZIP' } as const

  test('with a user name and password', async () => {
    const Url = `${server.url}/acme/site`
    const found = await git(config).latestRevision(
      { ...configured, Url, Username: 'x-access-token', Password: token },
      poll,
    )
    expect(found?.revisionId).toBe(first)
    const run = await runAction(git(config), { configuration: { Url, Token: token }, outputs: ['Source'] })
    expect(run.result?.outputVariables).toMatchObject({ BranchName: 'main', RepositoryName: 'site', CommitId: first })
    expect(run.result?.revision?.revisionUrl).toBeUndefined()
  })

  test.each([
    [{ Url: 'git://github.com/acme/site.git' }, ['Url: the repository URL must begin with https://']],
    [{ Url: 'git@github.com:acme/site.git', SshIdentity: 'deploy' }, []],
    [{ Url: 'git@github.com:acme/site.git', Token: 't' }, ['Token is for https']],
    [{ Url: 'https://example.com/x', SshIdentity: 'deploy' }, ['SshIdentity is for ssh']],
    [
      { Url: 'https://ada:pw@example.com/x' },
      ['Url: the repository URL of example.com/x holds a user name or password'],
    ],
    [{ Url: 'https://example.com/x', Password: 'p', Token: 't' }, ['Token: give either', 'Username is missing']],
    [{ Url: 'https://example.com/x' }, []],
  ])('validates %j', (change, problems) => {
    const found = git(config).validate?.({ ...configured, ...change }) ?? []
    expect(found).toEqual(problems.map((problem) => expect.stringContaining(problem)))
    expect(found.join()).not.toContain('pw')
  })
})

describe('changes for triggers', () => {
  const nothing = { allBranches: false, tags: false, changedFiles: false }
  const everything = { allBranches: true, tags: true, changedFiles: true }
  const ask = (cursor: string | undefined, interest: typeof nothing) => {
    const { changesSince } = github(config)
    if (changesSince === undefined) throw new Error('the source has no changesSince')
    return changesSince(onGithub, cursor, interest, poll)
  }

  test('the first look only begins', async () => {
    const { revisions, cursor } = await ask(undefined, everything)
    expect(revisions).toEqual([])
    expect((await ask(cursor, everything)).revisions).toEqual([])
  })

  test('a push with its files, a new branch, a tag; each once', async () => {
    const begin = await ask(undefined, everything)
    const pushed = await server.commit('acme/site', { 'a.txt': 'two', 'src/b.ts': 'x' }, 'Second')
    const branched = await server.commit('acme/site', { c: '1' }, 'On a branch', { branch: 'feature/x', from: 'main' })
    await server.tag('acme/site', 'v1', 'main', 'annotated')
    const { revisions, cursor } = await ask(begin.cursor, everything)
    expect(revisions.map(({ revisionId, event }) => ({ revisionId, event }))).toEqual([
      { revisionId: branched, event: { kind: 'push', branch: 'feature/x', newBranch: true } },
      {
        revisionId: pushed,
        event: { kind: 'push', branch: 'main', previousRevisionId: first, changedFiles: ['a.txt', 'src/b.ts'] },
      },
      { revisionId: pushed, event: { kind: 'tag', tag: 'v1' } },
    ])
    expect((await ask(cursor, everything)).revisions).toEqual([])
  })

  test('only what is asked for: one request when nothing happened', async () => {
    const begin = await ask(undefined, nothing)
    await server.commit('acme/site', { c: '1' }, 'On a branch', { branch: 'main-2', from: 'main' })
    const before = server.requests.length
    expect((await ask(begin.cursor, nothing)).revisions).toEqual([])
    expect(server.requests.length - before).toBe(1)
    const pushed = await server.commit('acme/site', { c: '2' }, 'Second')
    const [found] = (await ask(begin.cursor, nothing)).revisions
    expect(found).toMatchObject({
      revisionId: pushed,
      event: { kind: 'push', branch: 'main', previousRevisionId: first },
    })
    expect(found?.event?.changedFiles).toBeUndefined()
  })

  test('a trigger that was added finds old tags and branches old', async () => {
    await server.tag('acme/site', 'v1', 'main')
    await server.commit('acme/site', { c: '1' }, 'On a branch', { branch: 'dev', from: 'main' })
    const begin = await ask(undefined, nothing)
    const more = await ask(begin.cursor, everything)
    expect(more.revisions).toEqual([])
    await server.tag('acme/site', 'v2', 'main')
    expect((await ask(more.cursor, everything)).revisions).toMatchObject([{ event: { kind: 'tag', tag: 'v2' } }])
  })

  test('after a force push whose old commit is gone, files are not known and the push still counts', async () => {
    const begin = await ask(undefined, everything)
    await server.deleteRepository('acme/site')
    await server.createRepository('acme/site')
    const pushed = await server.commit('acme/site', { x: 'new' }, 'Another history')
    const [found] = (await ask(begin.cursor, everything)).revisions
    expect(found).toMatchObject({
      revisionId: pushed,
      event: { kind: 'push', branch: 'main', previousRevisionId: first },
    })
    expect(found?.event?.changedFiles).toBeUndefined()
    expect(messages.join()).toContain('are not known')
  })
})
