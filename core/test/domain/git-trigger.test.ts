import type { GitEvent } from '../../src/domain/git-event.js'
import { matchTriggers, triggerInterest } from '../../src/domain/git-trigger.js'
import type { GitConfiguration, TriggerDeclaration } from '../../src/domain/pipeline.js'

function trigger(filters: Omit<GitConfiguration, 'sourceActionName'>, sourceActionName = 'Source'): TriggerDeclaration {
  return { providerType: 'CodeStarSourceConnection', gitConfiguration: { sourceActionName, ...filters } }
}
const push = (branch: string, changedFiles?: readonly string[]): GitEvent =>
  changedFiles === undefined ? { kind: 'push', branch } : { kind: 'push', branch, changedFiles }
const tag = (name: string): GitEvent => ({ kind: 'tag', tag: name })
const pull = (targetBranch: string, pullRequestEvent: 'OPEN' | 'UPDATED' | 'CLOSED', files?: string[]): GitEvent => ({
  kind: 'pullRequest',
  branch: 'topic',
  targetBranch,
  pullRequestEvent,
  ...(files === undefined ? {} : { changedFiles: files }),
})

const branches = trigger({ push: [{ branches: { includes: ['main', 'release/**'], excludes: ['release/old*'] } }] })
const files = trigger({
  push: [
    {
      branches: { includes: ['main'] },
      filePaths: { includes: ['src/**', '*.json'], excludes: ['**/*.md', 'package-lock.json'] },
    },
  ],
})
const tags = trigger({ push: [{ tags: { includes: ['v*'], excludes: ['v*-rc?'] } }] })
const either = trigger({
  push: [{ branches: { includes: ['a'] } }, { tags: { includes: ['t'] } }],
  pullRequest: [{ branches: { includes: ['main'] } }],
})
const pulls = trigger({ pullRequest: [{ events: ['OPEN', 'UPDATED'], branches: { includes: ['main'] } }] })
const merged = trigger({
  pullRequest: [{ events: ['CLOSED'], branches: { includes: ['main'] }, filePaths: { includes: ['docs/**'] } }],
})

test.each<{ it: string; given: TriggerDeclaration; when: GitEvent; starts: boolean; says?: string }>([
  { it: 'G1 an include of several', given: branches, when: push('release/1/x'), starts: true },
  {
    it: 'G1 no include',
    given: branches,
    when: push('dev'),
    starts: false,
    says: 'the branch dev is not wanted (includes main, release/**; excludes release/old*)',
  },
  { it: 'G1 an exclude wins', given: branches, when: push('release/old-1'), starts: false },
  {
    it: 'G1 excludes alone let all others in',
    given: trigger({ push: [{ branches: { excludes: ['wip-*'] } }] }),
    when: push('x'),
    starts: true,
  },
  {
    it: 'G1 excludes alone',
    given: trigger({ push: [{ branches: { excludes: ['wip-*'] } }] }),
    when: push('wip-x'),
    starts: false,
  },
  { it: 'G1 OR between entries: branch', given: either, when: push('a'), starts: true },
  { it: 'G1 OR between entries: tag', given: either, when: tag('t'), starts: true },
  { it: 'G1 OR between push and pull request', given: either, when: pull('main', 'CLOSED'), starts: true },
  {
    it: 'G1 AND inside an entry: file but wrong branch',
    given: files,
    when: push('dev', ['src/a']),
    starts: false,
    says: 'the branch dev',
  },
  {
    it: 'G1 AND inside an entry: branch but wrong file',
    given: files,
    when: push('main', ['lib/a']),
    starts: false,
    says: 'none of the first 1 changed files',
  },
  { it: 'G2 one good file of several', given: files, when: push('main', ['README.md', 'src/deep/a.ts']), starts: true },
  {
    it: 'G2 each file is judged alone',
    given: files,
    when: push('main', ['src/a.md', 'package-lock.json', 'lib/b']),
    starts: false,
  },
  {
    it: 'G2 an exclude does not touch other files',
    given: files,
    when: push('main', ['src/a.md', 'tsconfig.json']),
    starts: true,
  },
  { it: 'G2 nothing changed', given: files, when: push('main', []), starts: false },
  { it: 'G2 files that nobody knows', given: files, when: push('main'), starts: true },
  { it: 'G3 tags', given: tags, when: tag('v1.2'), starts: true },
  {
    it: 'G3 an excluded tag',
    given: tags,
    when: tag('v1.2-rc1'),
    starts: false,
    says: 'the tag v1.2-rc1 is not wanted',
  },
  { it: 'G3 a tag filter and a branch of that name', given: tags, when: push('v1'), starts: false },
  { it: 'G3 a branch filter and a tag of that name', given: branches, when: tag('main'), starts: false },
  { it: 'G3 a pull request event asked for', given: pulls, when: pull('main', 'UPDATED'), starts: true },
  {
    it: 'G3 another event',
    given: pulls,
    when: pull('main', 'CLOSED'),
    starts: false,
    says: 'asks for OPEN or UPDATED, and this was CLOSED',
  },
  {
    it: 'G3 the target branch decides, not the topic',
    given: trigger({ pullRequest: [{ branches: { includes: ['topic'] } }] }),
    when: pull('main', 'OPEN'),
    starts: false,
  },
  { it: 'G3 a merge with its files', given: merged, when: pull('main', 'CLOSED', ['docs/a/b']), starts: true },
  { it: 'G3 a merge of other files', given: merged, when: pull('main', 'CLOSED', ['src/a']), starts: false },
  {
    it: 'G3 a pull request filter and a push',
    given: pulls,
    when: push('main'),
    starts: false,
    says: 'has no filter for the push to main',
  },
  { it: 'G3 a push filter and a pull request', given: branches, when: pull('main', 'OPEN'), starts: false },
  {
    it: 'G4 the first push of a branch with a file filter',
    given: files,
    when: { ...push('main', ['src/a']), newBranch: true },
    starts: false,
    says: 'first push',
  },
  {
    it: 'G4 the first push of a branch without one',
    given: branches,
    when: { ...push('main', ['src/a']), newBranch: true },
    starts: true,
  },
  {
    it: 'G4 the hundredth file counts',
    given: files,
    when: push('main', [...Array<string>(99).fill('x'), 'src/a']),
    starts: true,
  },
  {
    it: 'G4 the next does not',
    given: files,
    when: push('main', [...Array<string>(100).fill('x'), 'src/a']),
    starts: false,
    says: 'first 100',
  },
  {
    it: 'G6 the glob is matched against the whole name',
    given: trigger({ push: [{ branches: { includes: ['feat'] } }] }),
    when: push('feature'),
    starts: false,
  },
])('$it: $starts', ({ given, when, starts, says }) => {
  const verdict = matchTriggers([given], 'Source', when, 'main')
  expect(verdict.matches).toBe(starts)
  expect(verdict.reason).toContain(says ?? '')
  expect(verdict.reason).not.toContain('undefined')
})

describe('G5 the default', () => {
  test.each([
    { it: 'a push to the configured branch', triggers: [], when: push('main'), starts: true },
    { it: 'a push to another', triggers: [], when: push('dev'), starts: false },
    { it: 'a tag', triggers: [], when: tag('v1'), starts: false },
    { it: 'a pull request', triggers: [], when: pull('main', 'OPEN'), starts: false },
    {
      it: "another action's trigger",
      triggers: [trigger({ push: [{ branches: { includes: ['x'] } }] }, 'Other')],
      when: push('main'),
      starts: true,
    },
    { it: 'a trigger without filters', triggers: [trigger({})], when: push('main'), starts: true },
    { it: 'is off when there is a trigger', triggers: [tags], when: push('main'), starts: false },
  ])('$it: $starts', ({ triggers, when, starts }) => {
    expect(matchTriggers(triggers, 'Source', when, 'main').matches).toBe(starts)
  })
})

test.each([
  { it: 'no triggers', triggers: [], interest: undefined },
  {
    it: "another action's",
    triggers: [trigger({ push: [{ tags: { includes: ['v*'] } }] }, 'Other')],
    interest: undefined,
  },
  { it: 'pull requests', triggers: [pulls], interest: { pullRequests: true } },
  {
    it: 'the configured branch alone',
    triggers: [trigger({ push: [{ branches: { includes: ['main'] } }] })],
    interest: undefined,
  },
  { it: 'its files', triggers: [files], interest: { changedFiles: true } },
  { it: 'other branches', triggers: [branches], interest: { allBranches: true } },
  {
    it: 'all branches but some',
    triggers: [trigger({ push: [{ branches: { excludes: ['wip'] } }] })],
    interest: { allBranches: true },
  },
  { it: 'tags', triggers: [tags], interest: { tags: true } },
  {
    it: 'branches, tags and pull requests',
    triggers: [either],
    interest: { allBranches: true, tags: true, pullRequests: true },
  },
])('G5 what a poll looks for: $it', ({ triggers, interest }) => {
  const nothing = { allBranches: false, tags: false, pullRequests: false, changedFiles: false }
  expect(triggerInterest(triggers, 'Source', 'main')).toEqual(interest && { ...nothing, ...interest })
})
