/** What a repository only names, submodules and files of Git LFS, and repositories that are folders of this machine. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Extras, forStrangers } from '../../src/git/extras.js'
import { fetchCommit, type GitEngine } from '../../src/git/fetch-commit.js'
import { listRefs } from '../../src/git/list-refs.js'
import { checkUrl, type GitRemote } from '../../src/git/remote.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'
import { startGitServer, type TestGitServer } from '../../src/testkit/git-server.js'

const login = { username: 'u', password: 'pass-word-1' }
let server: TestGitServer
let stranger: TestGitServer
let work: string
let repositories: string
const large = 'the large file\n'.repeat(100)
const oid = createHash('sha256').update(large).digest('hex')

beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'penstock-extras-'))
  repositories = join(work, 'served')
  mkdirSync(repositories)
  server = await startGitServer({ folder: repositories, auth: login, intercept: answerLfs })
  stranger = await startGitServer()
})
afterAll(async () => {
  await server.stop()
  await stranger.stop()
  rmSync(work, { recursive: true, force: true })
})

/** Git LFS's batch API and its storage, as far as a download needs them; with credentials, as the repository. */
function answerLfs(request: IncomingMessage, response: ServerResponse): boolean {
  const { url = '' } = request
  if (!url.includes('/info/lfs/')) return false
  const wanted = `Basic ${Buffer.from(`${login.username}:${login.password}`).toString('base64')}`
  const isStorage = url.endsWith(`/storage/${oid}`)
  if (!isStorage && request.headers.authorization !== wanted) {
    response.writeHead(401, { 'lfs-authenticate': 'Basic' }).end('{}')
    return true
  }
  if (isStorage) {
    response.writeHead(200).end(large)
    return true
  }
  const href = `${server.url}${url.replace('/objects/batch', `/storage/${oid}`)}`
  const objects = [{ oid, size: large.length, authenticated: true, actions: { download: { href } } }]
  response.writeHead(200, { 'content-type': 'application/vnd.git-lfs+json' })
  response.end(JSON.stringify({ transfer: 'basic', objects }))
  return true
}

const person = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'Ada' }
const identity = {
  ...person,
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

/** Makes a repository by a shell script that runs in a work tree of its branch main and adds its files; it is committed and pushed then. */
function repository(name: string, script: string, folder = repositories): string {
  const tree = mkdtempSync(join(work, 'tree-'))
  const bare = join(folder, `${name}.git`)
  const begin = `git init -q -b main . && git init -q -b main --bare '${bare}' && git remote add origin '${bare}'`
  const end = `git commit -qm one && git push -q origin main`
  const env = { PATH: process.env.PATH, HOME: tree, ...identity, SERVED: repositories }
  execFileSync('bash', ['-ec', `${begin}\n${script}\n${end}`], { cwd: tree, env, stdio: 'pipe' })
  return `${server.url}/${name}.git`
}

/** A tree's entry for a commit of another repository, and the line that says where that one is. */
const submodule = (path: string, of: string, address: string) => `
  git config -f .gitmodules submodule.${path}.path ${path} && git config -f .gitmodules submodule.${path}.url ${address}
  git update-index --add --cacheinfo 160000,$(git -C "$SERVED/${of}.git" rev-parse main),${path} && git add .gitmodules`

let folders = 0
async function fetched(url: string, extras: Extras, more: { history?: boolean; engine?: GitEngine } = {}) {
  const folder = join(work, `out-${folders++}`)
  const remote: GitRemote = url.startsWith('http') ? { url, credentials: () => login } : { url }
  const { refs } = await listRefs(remote, ['refs/heads/main'], { clock: new FakeClock() })
  const { history = false, engine = 'git' } = more
  const notes: string[] = []
  await fetchCommit(
    {
      remote,
      url,
      commit: refs[0]?.commit ?? '',
      branch: 'main',
      folder,
      gitFolder: history ? join(folder, '.git') : `${folder}.git`,
      history,
      signal: new AbortController().signal,
      notice: (line) => void notes.push(line),
      extras,
    },
    engine,
  )
  const read = (path: string) => readFileSync(join(folder, path), 'utf8')
  return { folder, notes, read }
}

describe('submodules', () => {
  let url: string
  beforeAll(() => {
    repository('inner', 'echo innermost > i\ngit add i')
    repository('lib', `echo library > l\n${submodule('deep', 'inner', '../inner.git')}\ngit add l`)
    url = repository('app', `echo app > a\ngit add a\n${submodule('vendor/lib', 'lib', '../lib.git')}`)
  })
  test('fetched with the credentials of their server, theirs in turn, without git’s own files', async () => {
    const { folder, notes, read } = await fetched(url, { submodules: 'fetch' })
    expect(read('vendor/lib/l')).toBe('library\n')
    expect(read('vendor/lib/deep/i')).toBe('innermost\n')
    expect(existsSync(join(folder, 'vendor/lib/.git'))).toBe(false)
    expect(notes).toEqual([])
  })

  test('a whole clone keeps them usable, and holds no credentials', async () => {
    const { folder, read } = await fetched(url, { submodules: 'fetch' }, { history: true })
    expect(read('vendor/lib/deep/i')).toBe('innermost\n')
    const status = execFileSync('git', ['-C', folder, 'submodule', 'status', '--recursive'], { encoding: 'utf8' })
    expect(status).toMatch(/^ [0-9a-f]{40} vendor\/lib/)
    const secret = Buffer.from(`${login.username}:${login.password}`).toString('base64')
    const found = execFileSync('sh', ['-c', `grep -rlF '${secret}' . || true`], { cwd: folder, encoding: 'utf8' })
    expect(found).toBe('')
  })

  test('left out with a line, unless somebody asks for more', async () => {
    const { notes } = await fetched(url, {})
    expect(notes).toEqual(['1 submodule is not fetched: each is an empty folder'])
  })

  test('a pull request from a fork gets none: a stranger would choose what is fetched with the operator’s credentials', () => {
    expect(forStrangers({ submodules: 'fetch', lfs: 'fetch' })).toEqual({ submodules: 'notice', lfs: 'notice' })
    expect(forStrangers({ submodules: 'refuse' })).toEqual({ submodules: 'refuse', lfs: 'notice' })
  })

  test.each<{ it: string; extras: Extras; engine?: GitEngine; says: RegExp }>([
    { it: 'refused', extras: { submodules: 'refuse' }, says: /has 1 submodule, and submodules: refuse is set/ },
    {
      it: 'refused without git',
      extras: { submodules: 'refuse' },
      engine: 'isomorphic-git',
      says: /has 1 submodule, and submodules: refuse is set/,
    },
    {
      it: 'fetched without git',
      extras: { submodules: 'fetch' },
      engine: 'isomorphic-git',
      says: /only the git program can fetch them: apt-get install git/,
    },
  ])('$it: in words', async ({ extras, engine = 'git', says }) => {
    await expect(fetched(url, extras, { engine })).rejects.toMatchObject({
      problem: 'unsupported',
      message: expect.stringMatching(says),
    })
  })

  test('one on another server gets nobody’s credentials: it is refused by name', async () => {
    const elsewhere = await stranger.createRepository('x/other')
    await stranger.commit('x/other', { f: '1' }, 'x')
    const strange = repository('strange', `echo a > a\n${submodule('other', 'inner', elsewhere)}\ngit add a`)
    await expect(fetched(strange, { submodules: 'fetch' })).rejects.toMatchObject({
      problem: 'unsupported',
      message: expect.stringContaining(`submodule.other is at ${elsewhere}`),
    })
    expect(stranger.requests).toEqual([])
  })

  test('one that is not there fails the fetch, and says so', async () => {
    const gone = repository('gone', `echo a > a\n${submodule('other', 'inner', '../nowhere.git')}\ngit add a`)
    await expect(fetched(gone, { submodules: 'fetch' })).rejects.toMatchObject({
      problem: 'unreachable',
      message: expect.stringMatching(/a submodule of .* could not be fetched/),
    })
  })
})

describe('files of Git LFS', () => {
  let url: string
  beforeAll(() => {
    const pointer = `version https://git-lfs.github.com/spec/v1\\noid sha256:${oid}\\nsize ${large.length}\\n`
    url = repository(
      'media',
      `printf '*.bin filter=lfs diff=lfs merge=lfs -text\\n' > .gitattributes\nprintf '${pointer}' > big.bin\necho small > small\ngit add .`,
    )
  })

  test.each([{ history: false }, { history: true }])('fetched with git-lfs: %j', async (more) => {
    const { read, notes } = await fetched(url, { lfs: 'fetch' }, more)
    expect(read('big.bin')).toBe(large)
    expect(read('small')).toBe('small\n')
    expect(notes).toEqual([])
  })

  test('left out with a line, unless somebody asks for more', async () => {
    const { read, notes } = await fetched(url, {})
    expect(read('big.bin')).toContain(`oid sha256:${oid}`)
    expect(notes).toEqual(['1 file is not fetched from Git LFS: what is there is the pointer'])
  })

  test.each<GitEngine>(['git', 'isomorphic-git'])('refused in words, with %s', async (engine) => {
    await expect(fetched(url, { lfs: 'refuse' }, { engine })).rejects.toMatchObject({
      problem: 'unsupported',
      message: expect.stringMatching(/has 1 file in Git LFS, and lfs: refuse is set/),
    })
  })
})

describe('a folder of this machine', () => {
  let allowed: string
  beforeAll(() => {
    allowed = join(work, 'allowed')
    mkdirSync(join(allowed, 'team'), { recursive: true })
    repository('team/site', 'echo here > f\ngit add f', allowed)
    symlinkSync(repositories, join(allowed, 'out'))
  })

  test.each(['file URL', 'path'])('is polled and fetched by its %s, one commit deep', async (kind) => {
    const path = join(allowed, 'team/site.git')
    const url = checkUrl(kind === 'path' ? path : `file://${path}`, [allowed])
    const { read } = await fetched(url, {})
    expect(read('f')).toBe('here\n')
  })

  test('that belongs to somebody else is read all the same: the operator named it', async () => {
    const path = join(allowed, 'team/site.git')
    if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65534', path])
    chmodSync(path, 0o755)
    const { read } = await fetched(checkUrl(path, [allowed]), {})
    expect(read('f')).toBe('here\n')
  })

  test.each([
    { it: 'without the operator’s leave', text: '/srv/x.git', roots: [], says: 'its operator must name it' },
    { it: 'elsewhere', text: 'file:///etc', roots: ['allowed'], says: 'is in none of the folders' },
    { it: 'by a way out', text: 'allowed/../served/inner.git', roots: ['allowed'], says: 'is in none of the folders' },
    { it: 'by a link', text: 'allowed/out/inner.git', roots: ['allowed'], says: 'is in none of the folders' },
    { it: 'that is not there', text: 'allowed/nobody.git', roots: ['allowed'], says: 'there is no repository at' },
    {
      it: 'of another host',
      text: 'file://host/x',
      roots: ['allowed'],
      says: 'must look like file:///srv/git/site.git',
    },
  ])('$it: refused', ({ text, roots, says }) => {
    const inWork = (path: string) => (path.startsWith('allowed') ? `${work}/${path}` : path)
    expect(() => checkUrl(inWork(text), roots.map(inWork))).toThrow(says)
  })
})
