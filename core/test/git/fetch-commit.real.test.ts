import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { changedFilesWithGit } from '../../src/git/changed-files.js'
import { fetchCommit, type GitEngine } from '../../src/git/fetch-commit.js'
import { changedFilesWithIsomorphicGit } from '../../src/git/isomorphic.js'
import type { GitRemote } from '../../src/git/remote.js'
import { git } from '../../src/testkit/git-commits.js'
import { type GitServerOptions, startGitServer, type TestGitServer } from '../../src/testkit/git-server.js'

const login = { username: 'x-access-token', password: 'ghp_s3cret' }
let server: TestGitServer
let work: string
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'penstock-test-'))
})
afterEach(async () => {
  await server.stop()
  rmSync(work, { recursive: true, force: true })
})

async function start(options: GitServerOptions = {}): Promise<GitRemote> {
  server = await startGitServer({ auth: login, ...options })
  const url = await server.createRepository('acme/site')
  return { url, credentials: () => login }
}

const commit = (message: string, files: Record<string, string | null> = { file: message }) =>
  server.commit('acme/site', files, message)

const engines: GitEngine[] = ['git', 'isomorphic-git']
describe.each(engines)('with %s', (engine) => {
  const fetch = (remote: GitRemote, id: string, more = {}) => {
    const folders = { folder: join(work, 'tree'), gitFolder: join(work, 'git') }
    const request = { remote, url: remote.url, commit: id, branch: 'main', ...folders, history: false, ...more }
    return fetchCommit({ signal: new AbortController().signal, ...request }, engine)
  }
  const changes = (remote: GitRemote, from: string, to: string) => {
    const request = { remote, url: remote.url, from, to, branch: 'main', gitFolder: join(work, 'changes') }
    const ask = engine === 'git' ? changedFilesWithGit : changedFilesWithIsomorphicGit
    return ask({ ...request, signal: new AbortController().signal })
  }

  test('the tip, with modes, links, odd names and what the commit says', async () => {
    const remote = await start()
    const files = {
      'bin/run me.sh': { content: '#!/bin/sh\n', executable: true },
      'deep/er/é.txt': 'ü',
      latest: { symlink: 'deep/er/é.txt' },
      'blob.bin': Buffer.from([0, 255, 13, 10]),
    }
    const options = { author: 'Grace Hopper <grace@example.com>', when: 1_700_000_000_000 }
    const id = await server.commit('acme/site', files, 'Say it\n\nAt length.\n', options)
    const said = await fetch(remote, id)
    const times = { authored: 1_700_000_000_000, committed: 1_700_000_000_000 }
    expect(said).toEqual({
      id,
      message: 'Say it\n\nAt length.',
      author: 'Grace Hopper',
      committer: 'Grace Hopper',
      ...times,
    })
    const tree = join(work, 'tree')
    expect(readdirSync(tree).sort()).toEqual(['bin', 'blob.bin', 'deep', 'latest'])
    expect(statSync(join(tree, 'bin/run me.sh')).mode & 0o111).toBe(0o111)
    expect(statSync(join(tree, 'blob.bin')).mode & 0o111).toBe(0)
    expect(readlinkSync(join(tree, 'latest'))).toBe('deep/er/é.txt')
    expect(readFileSync(join(tree, 'blob.bin'))).toEqual(Buffer.from([0, 255, 13, 10]))
  })

  test.each([{ protocol2: true }, { protocol2: false }])(
    'the pinned commit, not the tip: $protocol2',
    async (options) => {
      const remote = await start(options)
      const first = await commit('First')
      const second = await commit('Second')
      for (let more = 0; more < 3; more++) await commit(`More ${more}`)
      expect((await fetch(remote, second)).message).toBe('Second')
      expect(readFileSync(join(work, 'tree/file'), 'utf8')).toBe('Second')
      // Again into the same folders, as after a crash: nothing of the other commit stays.
      writeFileSync(join(work, 'tree/left-over'), '')
      writeFileSync(join(work, 'git/index.lock'), '')
      expect((await fetch(remote, first)).message).toBe('First')
      expect(readdirSync(join(work, 'tree'))).toEqual(['file'])
    },
  )

  test('a commit that is not there', async () => {
    const remote = await start()
    await commit('First')
    const failed = fetch(remote, '0123456789abcdef0123456789abcdef01234567')
    await expect(failed).rejects.toMatchObject({
      problem: 'no-commit',
      message: expect.stringContaining('has no commit 0123456789'),
    })
  })

  test('a wrong password fails without showing it', async () => {
    const remote = await start()
    const id = await commit('First')
    const wrong = { ...remote, credentials: () => ({ username: 'ada', password: 'hunter22' }) }
    const failure = await fetch(wrong, id).catch((error: Error) => error)
    expect(failure).toBeInstanceOf(Error)
    expect(String(failure)).not.toMatch(/hunter22|YWRhOmh1bnRlcjIy/)
  })

  test('history on request: a repository that git can work in, without credentials', async () => {
    const remote = await start()
    await commit('First')
    await server.tag('acme/site', 'v1', 'main')
    const id = await commit('Second')
    const tree = join(work, 'tree')
    await fetch(remote, id, { history: true, gitFolder: join(tree, '.git') })
    expect(await git(tree, ['log', '--format=%s'])).toBe('Second\nFirst')
    expect(await git(tree, ['status', '--porcelain', '--branch'])).toMatch(/^## main/)
    expect(await git(tree, ['status', '--porcelain'])).toBe('')
    expect(await git(tree, ['describe', '--tags'])).toMatch(/^v1-1-g/)
    const config = readFileSync(join(tree, '.git/config'), 'utf8')
    expect(config).toContain(remote.url)
    expect(config).not.toMatch(/s3cret|Authorization/i)
  })

  test('stopped meanwhile', async () => {
    const remote = await start()
    const id = await commit('First')
    const stop = new AbortController()
    const hung = { ...remote, url: remote.url }
    setTimeout(() => stop.abort(new Error('the execution was stopped')), 10)
    await expect(fetch(hung, id, { signal: stop.signal })).rejects.toThrow('the execution was stopped')
  })

  test.each([{ protocol2: true }, { protocol2: false }])('changed files: $protocol2', async (options) => {
    const remote = await start(options)
    const from = await commit('First', { 'a.txt': '1', 'b/gone.txt': 'x', 'c/same.txt': 's', d: 'file' })
    await commit('Between', { 'a.txt': '2' })
    const to = await server.commit(
      'acme/site',
      { 'a.txt': '3', 'b/gone.txt': null, 'n/ew é.txt': 'n', d: null, 'd/now/folder': '1' },
      'Second',
    )
    const files = ['a.txt', 'b/gone.txt', 'd', 'd/now/folder', 'n/ew é.txt']
    expect([...(await changes(remote, from, to))].sort()).toEqual(files)
  })

  test('a mode that changed is a change', async () => {
    const remote = await start()
    const from = await commit('First', { 'run.sh': '1', other: '1' })
    const to = await server.commit('acme/site', { 'run.sh': { content: '1', executable: true } }, 'Second')
    expect(await changes(remote, from, to)).toEqual(['run.sh'])
  })
})

test('no git program: isomorphic-git does it', async () => {
  const remote = await start()
  const id = await commit('First')
  const tools = mkdtempSync(join(tmpdir(), 'penstock-path-'))
  const path = process.env.PATH
  const { execFileSync } = await import('node:child_process')
  execFileSync('ln', ['-s', '/bin/sh', join(tools, 'sh')])
  process.env.PATH = tools
  try {
    const folders = { folder: join(work, 'tree'), gitFolder: join(work, 'git') }
    const request = { remote, url: remote.url, commit: id, branch: 'main', ...folders, history: false }
    const said = await fetchCommit({ ...request, signal: new AbortController().signal })
    expect(said.message).toBe('First')
    expect(existsSync(join(work, 'tree/file'))).toBe(true)
  } finally {
    process.env.PATH = path
    rmSync(tools, { recursive: true })
  }
})
