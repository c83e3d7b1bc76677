import { githubEvent } from '../../src/domain/github-event.js'

const [old, now, tagObject] = ['a'.repeat(40), 'b'.repeat(40), 'c'.repeat(40)]
const zero = '0'.repeat(40)
const push = { 'x-github-event': 'push', 'x-github-delivery': '1' }
const commit = {
  id: now,
  message: 'Say it\n\nMore.',
  timestamp: '2026-01-02T03:04:05+01:00',
  url: 'https://github.com/acme/site/commit/b',
  author: { name: 'Ada' },
  added: ['new.ts'],
  modified: ['a.ts'],
  removed: [],
}
const pushed = {
  ref: 'refs/heads/feature/x',
  before: old,
  after: now,
  created: false,
  deleted: false,
  forced: false,
  repository: { full_name: 'acme/site' },
  head_commit: commit,
  commits: [{ added: [], modified: ['a.ts'], removed: ['gone.ts'] }, commit],
}
const pull = {
  action: 'opened',
  repository: { full_name: 'acme/site' },
  pull_request: {
    title: 'Better',
    html_url: 'https://github.com/acme/site/pull/7',
    user: { login: 'ada' },
    merged: false,
    merge_commit_sha: tagObject,
    head: { ref: 'topic', sha: now, repo: { full_name: 'acme/site' } },
    base: { ref: 'main', sha: old },
  },
}

const event = (headers: Record<string, string>, payload: unknown) => {
  const answer = githubEvent(headers, payload)
  if (answer.kind === 'ignored') throw new Error(answer.reason)
  return answer.revisions[0]
}

test('W4 a push to a branch', () => {
  expect(event(push, pushed)).toEqual({
    revisionId: now,
    revisionChangeId: now,
    revisionSummary: 'Say it',
    revisionUrl: 'https://github.com/acme/site/commit/b',
    author: 'Ada',
    created: Date.UTC(2026, 0, 2, 2, 4, 5),
    event: {
      kind: 'push',
      branch: 'feature/x',
      changedFiles: ['a.ts', 'gone.ts', 'new.ts'],
      previousRevisionId: old,
      repository: 'acme/site',
    },
  })
})

test('G4 the first push of a branch', () => {
  const first = { ...pushed, before: zero, created: true }
  expect(event(push, first)?.event).toMatchObject({ newBranch: true })
  expect(event(push, first)?.event?.previousRevisionId).toBeUndefined()
})

test.each([
  { it: 'a forced push', change: { forced: true } },
  { it: 'more commits than are listed', change: { commits: Array(2048).fill(commit) } },
  { it: 'no list of commits', change: { commits: undefined } },
  { it: 'commits without lists', change: { commits: [{ id: now }] } },
])('G2 files are not known after $it', ({ change }) => {
  expect(event(push, { ...pushed, ...change })?.event?.changedFiles).toBeUndefined()
})

test('G3 a tag, light or annotated: the commit that it is about', () => {
  const tagged = { ...pushed, ref: 'refs/tags/v1/rc', before: zero, after: tagObject, commits: [] }
  expect(event(push, tagged)).toMatchObject({
    revisionId: now,
    event: { kind: 'tag', tag: 'v1/rc', repository: 'acme/site' },
  })
  expect(event(push, { ...tagged, head_commit: null })?.revisionId).toBe(tagObject)
})

test.each([
  { action: 'opened', change: {}, id: now, happened: 'OPEN' },
  { action: 'reopened', change: {}, id: now, happened: 'OPEN' },
  { action: 'synchronize', change: {}, id: now, happened: 'UPDATED' },
  { action: 'closed', change: {}, id: now, happened: 'CLOSED' },
  { action: 'closed', change: { merged: true }, id: tagObject, happened: 'CLOSED' },
])('G3 a pull request $action $change is $happened', ({ action, change, id, happened }) => {
  const payload = { ...pull, action, pull_request: { ...pull.pull_request, ...change } }
  expect(event({ 'x-github-event': 'pull_request' }, payload)).toEqual({
    revisionId: id,
    revisionChangeId: id,
    revisionSummary: 'Better',
    revisionUrl: 'https://github.com/acme/site/pull/7',
    author: 'ada',
    event: {
      kind: 'pullRequest',
      pullRequestEvent: happened,
      branch: 'topic',
      targetBranch: 'main',
      previousRevisionId: old,
      repository: 'acme/site',
    },
  })
})

test.each([
  { it: 'another repository', repo: { full_name: 'eve/site' }, fork: { repository: 'eve/site', association: 'NONE' } },
  { it: 'a repository that is gone', repo: null, fork: { association: 'NONE' } },
  { it: 'the same one in other letters', repo: { full_name: 'Acme/Site' }, fork: undefined },
])('a pull request from $it is told apart', ({ repo, fork }) => {
  const { head } = pull.pull_request
  const payload = {
    ...pull,
    pull_request: { ...pull.pull_request, author_association: 'NONE', head: { ...head, repo } },
  }
  expect(event({ 'x-github-event': 'pull_request' }, payload)?.event?.fork).toEqual(fork)
})

test.each([
  {
    it: 'a deleted branch',
    headers: push,
    payload: { ...pushed, after: zero, deleted: true },
    says: 'refs/heads/feature/x was deleted',
  },
  { it: 'a note', headers: push, payload: { ...pushed, ref: 'refs/notes/x' }, says: 'neither a branch nor a tag' },
  { it: 'a ping', headers: { 'x-github-event': 'ping' }, payload: {}, says: 'the event ping starts nothing' },
  {
    it: 'a label',
    headers: { 'x-github-event': 'pull_request' },
    payload: { ...pull, action: 'labeled' },
    says: 'was labeled starts nothing',
  },
  {
    it: 'an action that every object has',
    headers: { 'x-github-event': 'pull_request' },
    payload: { ...pull, action: 'constructor' },
    says: 'starts nothing',
  },
  { it: 'no event', headers: {}, payload: pushed, says: 'no X-GitHub-Event' },
  { it: 'nonsense', headers: push, payload: ['x'], says: "has no 'after'" },
  { it: 'nothing', headers: { 'x-github-event': 'pull_request' }, payload: null, says: 'starts nothing' },
  {
    it: 'a commit that is none',
    headers: push,
    payload: { ...pushed, after: '--upload-pack=x' },
    says: "has no 'after'",
  },
  { it: 'a push of nothing but a ref', headers: push, payload: { ref: 'refs/heads/main' }, says: "has no 'after'" },
])('W4 ignored: $it', ({ headers, payload, says }) => {
  const answer = githubEvent(headers as Record<string, string>, payload)
  expect(answer).toEqual({ kind: 'ignored', reason: expect.stringContaining(says) })
})
