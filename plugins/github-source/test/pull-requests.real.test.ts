/** Pull requests by polling: the repository is a real git server's, the API in front of it speaks like the three servers'. */
import type { ChangeInterest } from '@penstock/core'
import { pollContext } from '@penstock/core/testkit'
import type { GitConfig } from '../src/config.js'
import { connection } from '../src/connection.js'
import type { ForgeKind } from '../src/pull-requests/choose-api.js'
import { forgeToken, startForge, type TestForge } from './forge.js'

const arn = 'arn:aws:codestar-connections:eu-west-1:123456789012:connection/1234'
const interest: ChangeInterest = { allBranches: false, tags: false, pullRequests: true, changedFiles: false }
let forge: TestForge
let tip: string

beforeEach(async () => {
  forge = await startForge()
  await forge.server.createRepository('acme/site')
  tip = await forge.server.commit('acme/site', { a: '1' }, 'First')
})
afterEach(() => forge.server.stop())

function source(kind: ForgeKind | undefined, token: string | undefined = forgeToken, id = 'acme/site') {
  const server = { url: forge.server.url, ...(kind === undefined ? {} : { kind }), token }
  const config: GitConfig = {
    githubUrl: forge.server.url,
    connections: { [arn]: server },
    sshIdentities: {},
    engine: 'auto',
    pollTimeoutSeconds: 20,
    fetchTimeoutMinutes: 1,
    isomorphicMaxMegabytes: 256,
    localRepositories: [],
    submodules: 'notice' as const,
    lfs: 'notice' as const,
  }
  const configured = { ConnectionArn: arn, FullRepositoryId: id, BranchName: 'main' }
  const poll = pollContext()
  const ask = async (cursor?: string, more: Partial<ChangeInterest> = {}) => {
    const { changesSince } = connection(config)
    if (changesSince === undefined) throw new Error('the source has no changesSince')
    const typed = { ...configured, DetectChanges: true, OutputArtifactFormat: 'CODE_ZIP' } as const
    return changesSince(typed, cursor, { ...interest, ...more }, poll)
  }
  return { ask, said: poll.said }
}

async function propose(number: number, message = 'One'): Promise<string> {
  const branch = `topic-${number}`
  const commit = await forge.server.commit('acme/site', { b: message }, message, { branch, from: 'main' })
  const files = ['docs/a.md', 'b']
  forge.pulls.push({ number, state: 'open', merged: false, commit, branch, target: 'main', files })
  return commit
}

describe.each<{ kind: ForgeKind; list: string }>([
  { kind: 'github', list: '/api/v3/repos/acme/site/pulls' },
  { kind: 'gitea', list: '/api/v1/repos/acme/site/pulls' },
  { kind: 'gitlab', list: '/api/v4/projects/acme%2Fsite/merge_requests' },
])('$kind', ({ kind, list }) => {
  test('G3 opened, new commits, merged: each once, with its target branch', async () => {
    const { ask } = source(kind)
    await propose(1)
    const begin = await ask()
    expect(begin.revisions).toEqual([])
    const opened = await propose(2)
    const afterOpen = await ask(begin.cursor)
    expect(afterOpen.revisions).toEqual([
      {
        revisionId: opened,
        revisionChangeId: opened,
        revisionSummary: 'Pull 2',
        revisionUrl: 'https://forge.example/acme/site/pull/2',
        author: 'ada',
        event: {
          kind: 'pullRequest',
          pullRequestEvent: 'OPEN',
          branch: 'topic-2',
          targetBranch: 'main',
          previousRevisionId: `${'0'.repeat(39)}1`,
        },
      },
    ])
    const [first] = forge.pulls
    if (first) first.commit = await forge.server.commit('acme/site', { b: '2' }, 'Two', { branch: 'topic-1' })
    const afterUpdate = await ask(afterOpen.cursor)
    expect(afterUpdate.revisions).toMatchObject([{ revisionId: first?.commit, event: { pullRequestEvent: 'UPDATED' } }])
    Object.assign(first ?? {}, { state: 'closed', merged: true, commit: tip })
    const afterMerge = await ask(afterUpdate.cursor)
    expect(afterMerge.revisions).toMatchObject([
      { revisionId: tip, event: { pullRequestEvent: 'CLOSED', targetBranch: 'main' } },
    ])
    expect((await ask(afterMerge.cursor)).revisions).toEqual([])
    expect(forge.asked.at(-1)).toBe(`GET ${list} -> 304`)
  })

  test('one from a fork says so, and so does one whose fork is gone; once merged it is the branch it went into', async () => {
    const { ask } = source(kind)
    const begin = await ask()
    await propose(3)
    await propose(4)
    const [fork, gone] = forge.pulls
    Object.assign(fork ?? {}, { from: 'eve/site' })
    Object.assign(gone ?? {}, { from: null })
    const found = await ask(begin.cursor)
    const forks = found.revisions.map(({ event }) => event?.fork)
    expect(forks).toEqual(
      kind === 'gitlab'
        ? [{ repository: 'project 2' }, {}]
        : [{ repository: 'eve/site', association: 'NONE' }, { association: 'NONE' }],
    )
    Object.assign(fork ?? {}, { state: 'closed', merged: true, commit: tip })
    const [merged] = (await ask(found.cursor)).revisions
    expect(merged?.event).toMatchObject({ pullRequestEvent: 'CLOSED' })
    expect(merged?.event?.fork).toBeUndefined()
  })

  test('G2 the changed files, only where a filter looks at them', async () => {
    const { ask } = source(kind)
    const begin = await ask()
    await propose(7)
    const [plain] = (await ask(begin.cursor)).revisions
    expect(plain?.event?.changedFiles).toBeUndefined()
    const [listed] = (await ask(begin.cursor, { changedFiles: true })).revisions
    expect(listed?.event?.changedFiles).toEqual(['docs/a.md', 'b'])
  })

  test('more than a page', async () => {
    const { ask } = source(kind)
    const begin = await ask()
    const commit = await propose(1)
    for (let number = 2; number <= 130; number++)
      forge.pulls.push({ number, state: 'open', merged: false, commit, branch: 'b', target: 'main', files: [] })
    const { revisions, cursor } = await ask(begin.cursor)
    expect(revisions).toHaveLength(130)
    Object.assign(forge.pulls[120] ?? {}, { state: 'closed' })
    expect((await ask(cursor)).revisions).toMatchObject([{ event: { pullRequestEvent: 'CLOSED' } }])
  })
})

test('pushes are told as before, beside pull requests', async () => {
  const { ask } = source('github')
  const begin = await ask()
  await propose(1)
  const pushed = await forge.server.commit('acme/site', { a: '2' }, 'Second')
  const { revisions } = await ask(begin.cursor)
  expect(revisions.map(({ event }) => event?.kind)).toEqual(['push', 'pullRequest'])
  expect(revisions[0]?.revisionId).toBe(pushed)
})

test('a pull request that vanished with its repository tells nothing', async () => {
  const { ask } = source('github')
  await propose(1)
  const begin = await ask()
  forge.pulls.length = 0
  expect((await ask(begin.cursor)).revisions).toEqual([])
})

test.each([
  { failure: { status: 403, headers: { 'x-ratelimit-remaining': '0' } }, says: 'asked for too often (403)' },
  { failure: { status: 403 }, says: 'the token must be valid, and may read pull requests' },
  { failure: { status: 418 }, says: 'cannot be read: status 418' },
])('what a server refuses with $failure.status is said, and never the token', async ({ failure, says }) => {
  const { ask } = source('github')
  forge.failure = failure
  const asking = ask()
  await expect(asking).rejects.toThrow(says)
  await expect(asking).rejects.not.toThrow(forgeToken)
})

test('a server of an unknown kind is left to webhooks, and says so', async () => {
  const { ask, said } = source(undefined)
  expect((await ask()).revisions).toEqual([])
  expect(said.join()).toContain('only a webhook can')
})
