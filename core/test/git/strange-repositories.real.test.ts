/** Repositories that are not as most are: whichever program fetches them, the same files come out, or it is said why not. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, normalize } from 'node:path'
import { changedFilesWithGit } from '../../src/git/changed-files.js'
import { fetchCommit, type GitEngine } from '../../src/git/fetch-commit.js'
import { listRefs } from '../../src/git/list-refs.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'
import { git } from '../../src/testkit/git-commits.js'
import { startGitServer, type TestGitServer } from '../../src/testkit/git-server.js'

let server: TestGitServer
let work: string
let repositories: string
beforeAll(async () => {
  work = mkdtempSync(join(tmpdir(), 'penstock-test-'))
  repositories = join(work, 'served')
  mkdirSync(repositories)
  server = await startGitServer({
    folder: repositories,
    // /dumb/... are mere files, as any web server gives them.
    intercept(request, response) {
      if (request.url?.startsWith('/dumb/') !== true) return false
      const file = join(
        repositories,
        normalize(decodeURIComponent(request.url.slice('/dumb'.length).split('?')[0] ?? '')),
      )
      const found = existsSync(file) && lstatSync(file).isFile()
      response.writeHead(found ? 200 : 404).end(found ? readFileSync(file) : '')
      return true
    },
  })
})
afterAll(async () => {
  await server.stop()
  rmSync(work, { recursive: true, force: true })
})

const person = { GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_COMMITTER_NAME: 'Ada' }
const identity = {
  ...person,
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
}

/** Makes a repository by a shell script that runs in a work tree of its branch main and ends with pushing. Answers its URL. */
async function repository(name: string, script: string, init = ''): Promise<string> {
  const tree = mkdtempSync(join(work, 'tree-'))
  const bare = join(repositories, `${name}.git`)
  const begin = `git init -q -b main ${init} . && git init -q -b main --bare ${init} '${bare}' && git remote add origin '${bare}'`
  const options = { cwd: tree, env: { PATH: process.env.PATH, HOME: tree, ...identity } }
  execFileSync('bash', ['-ec', `${begin}\n${script}\ngit -C '${bare}' update-server-info`], options)
  return `${server.url}/${name}.git`
}

let folders = 0
async function fetchTip(url: string, engine: GitEngine, more: { history?: boolean; maxBytes?: number } = {}) {
  const folder = join(work, `out-${folders++}`)
  const remote = { url }
  const { refs } = await listRefs(remote, ['refs/heads/main'], { clock: new FakeClock() })
  const commit = refs[0]?.commit ?? ''
  const notes: string[] = []
  const gitFolder = more.history === true ? join(folder, '.git') : `${folder}.git`
  const places = { folder, gitFolder, history: false, branch: 'main' }
  const notice = (line: string) => void notes.push(line)
  const info = await fetchCommit(
    { remote, url, commit, ...places, signal: new AbortController().signal, notice, ...more },
    engine,
  )
  return { folder, info, notes, commit }
}

/** Every path but those of git's own data, byte for byte as Latin-1, with its kind and content. */
function listing(folder: string | Buffer, inner = ''): Record<string, string> {
  let found: Record<string, string> = {}
  for (const name of readdirSync(folder, { encoding: 'buffer' })) {
    if (name.toString() === '.git') continue
    const path = Buffer.concat([Buffer.from(folder), Buffer.from('/'), name])
    const shown = inner + name.toString('latin1')
    const stat = lstatSync(path)
    if (stat.isDirectory()) found = { ...found, [shown]: 'folder ', ...listing(path, `${shown}/`) }
    else if (stat.isSymbolicLink()) found[shown] = `link ${readlinkSync(path, 'latin1')}`
    else found[shown] = `${(stat.mode & 0o111) > 0 ? 'x' : 'file'} ${readFileSync(path).toString('latin1')}`
  }
  return found
}

const strange = String.raw`
cat >.gitattributes <<'END'
*.crlf text eol=crlf
*.auto text=auto eol=crlf
*.lf text eol=lf
binary.crlf -text
*.id ident
wide.txt working-tree-encoding=UTF-16
big.txt text working-tree-encoding=UTF-16BE eol=crlf
old.txt text working-tree-encoding=windows-1252
*.bin filter=lfs diff=lfs merge=lfs -text
secret.* filter=git-crypt
[attr]windows text eol=crlf
deep/**/x.txt windows
/root-only.t eol=crlf
"a name.q" eol=crlf
[ab]*.br eol=crlf
unset.crlf !eol !text
END
for name in a.crlf binary.crlf unset.crlf c.auto d.lf root-only.t deep/root-only.t deep/e/f/x.txt deep/x.txt 'a name.q' b1.br c1.br; do
  mkdir -p "$(dirname "$name")"; printf 'one\ntwo\n' >"$name"
done
touch mixed.auto; printf 'a\0b\nc\n' >nul.auto
printf '$Id$ and $Id: 0123 $ and $Id: not ours $\n' >my.id
printf 'w\303\274de\n' | iconv -f UTF-8 -t UTF-16 >wide.txt; printf 'gr\303\266\303\237e\r\n' | iconv -f UTF-8 -t UTF-16BE >big.txt
printf '5 \342\202\254\n' | iconv -f UTF-8 -t windows-1252 >old.txt
mkdir sub; printf '*.crlf text eol=lf\n' >sub/.gitattributes; printf 'own\n' >sub/own.crlf
printf 'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n' >big.bin
printf 'never a pointer' >small.bin
printf 'sealed\n' >secret.key
printf 'x\n' >"$(printf 'lat-\351.txt')"; printf 'y\n' >"$(printf 'd\344r.crlf')"
ln -s /dev/null out; ln -s "$(printf 'lat-\351.txt')" in; printf '#!/bin/sh\n' >run; chmod +x run
git add -A 2>/dev/null
raw() { git update-index --cacheinfo "100644,$(git hash-object -w --no-filters --stdin),$1"; }
printf 'a\r\nb\n' | raw mixed.auto
printf '$Id$ and $Id: 0123 $ and $Id: not ours $\n' | raw my.id
git update-index --add --cacheinfo 160000,0123456789012345678901234567890123456789,vendor/lib
printf 'caf\351 cr\350me\n' >../message
git -c i18n.commitEncoding=ISO-8859-1 commit -qF ../message
git push -q origin HEAD:refs/heads/main`

describe('attributes, names and links', () => {
  let url: string
  beforeAll(async () => {
    url = await repository('strange', strange)
  })

  test('both programs make the same files, and say the same of what is not there', async () => {
    const [one, other] = [await fetchTip(url, 'git'), await fetchTip(url, 'isomorphic-git')]
    const files = listing(one.folder)
    expect(listing(other.folder)).toEqual(files)
    expect(files).toMatchObject({
      'a.crlf': 'file one\r\ntwo\r\n',
      'old.txt': 'file 5 \x80\n',
      'binary.crlf': 'file one\ntwo\n',
      'deep/e/f/x.txt': 'file one\r\ntwo\r\n',
      'a name.q': 'file one\r\ntwo\r\n',
      'sub/own.crlf': 'file own\n',
      'mixed.auto': 'file a\r\nb\n',
      'lat-\xe9.txt': 'file x\n',
      'd\xe4r.crlf': 'file y\r\n',
      out: 'link /dev/null',
      run: 'x #!/bin/sh\n',
      'vendor/lib': 'folder ',
    })
    expect(files['my.id']).toMatch(/^file \$Id: [0-9a-f]{40} \$ and \$Id: [0-9a-f]{40} \$ and \$Id: not ours \$\n$/)
    expect(one.notes.sort()).toEqual([
      "1 file is left as stored: the filter 'git-crypt' of .gitattributes is not run here",
      '1 file is not fetched from Git LFS: what is there is the pointer',
      '1 submodule is not fetched: each is an empty folder',
    ])
    expect(other.notes.sort()).toEqual(one.notes)
    for (const { info } of [one, other]) expect(info.message).toBe('café crème')
  })

  test('with history, too, and nothing counts as changed', async () => {
    await expect(fetchTip(url, 'isomorphic-git', { history: true })).rejects.toThrow('has names that are not UTF-8')
    const usual = await repository('usual', strange.replace(/^printf 'x.n' >.*$/m, '').replace(/ln -s "[^;]*;/, ''))
    const one = await fetchTip(usual, 'git', { history: true })
    const other = await fetchTip(usual, 'isomorphic-git', { history: true })
    expect(listing(other.folder)).toEqual(listing(one.folder))
    const states = [one, other].map(({ folder }) => git(folder, ['status', '--porcelain']))
    expect(await Promise.all(states)).toEqual(['M my.id', 'M my.id']) // which was stored as git would not store it
  })

  test('too much for a fetch without a git program is refused by its size', async () => {
    const refused = fetchTip(url, 'isomorphic-git', { maxBytes: 1_000 })
    await expect(refused).rejects.toMatchObject({ problem: 'unsupported', failureType: 'ConfigurationError' })
    await expect(refused).rejects.toThrow('apt-get install git, or raise isomorphicMaxMegabytes')
  })
})

describe('a tag that is called like the branch', () => {
  let url: string
  beforeAll(async () => {
    url = await repository(
      'twins',
      `echo 1 >one; git add .; git commit -qm one; echo t >T; git add .; git commit -qm tagged; git tag main
git push -q origin refs/tags/main; git reset -q --hard HEAD~1; echo b >B; git add .; git commit -qm branch
git push -q origin HEAD:refs/heads/main`,
    )
  })
  test.each(['git', 'isomorphic-git'] as const)('%s takes the branch', async (engine) => {
    const { folder, info } = await fetchTip(url, engine)
    expect([info.message, Object.keys(listing(folder)).sort()]).toEqual(['branch', ['B', 'one']])
    const whole = await fetchTip(url, engine, { history: true })
    expect(Object.keys(listing(whole.folder)).sort()).toEqual(['B', 'one'])
    expect(await git(whole.folder, ['rev-parse', 'HEAD'])).toBe(whole.commit)
    expect(await git(whole.folder, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main')
  })
})

const twoCommits = `echo 1 >a; git add .; git commit -qm one; git tag first; echo 2 >b; git add .; git commit -qm two
git push -q origin HEAD:refs/heads/main first`

describe('SHA-256 repositories', () => {
  let url: string
  beforeAll(async () => {
    url = await repository('long-ids', twoCommits, '--object-format=sha256')
  })
  test('are fetched by the git program', async () => {
    const { folder, info, commit } = await fetchTip(url, 'git')
    expect([commit.length, info.message, Object.keys(listing(folder))]).toEqual([64, 'two', ['a', 'b']])
    const whole = await fetchTip(url, 'git', { history: true })
    expect(await git(whole.folder, ['log', '--format=%s'])).toBe('two\none')
  })
  test('and their changes are found', async () => {
    expect(await changesOf(url)).toEqual(['b'])
  })
  test('without one they are refused in words, and for good', async () => {
    const refused = fetchTip(url, 'isomorphic-git')
    await expect(refused).rejects.toMatchObject({ failureType: 'ConfigurationError' })
    await expect(refused).rejects.toThrow('is a SHA-256 repository, which needs the git program')
  })
})

async function changesOf(url: string): Promise<readonly string[]> {
  const { refs } = await listRefs({ url }, ['refs/'], { clock: new FakeClock() })
  const at = (name: string) => refs.find((ref) => ref.name === name)?.commit ?? ''
  const range = { from: at('refs/tags/first'), to: at('refs/heads/main'), branch: 'main' }
  const gitFolder = join(work, `changes-${folders++}`)
  return changedFilesWithGit({ remote: { url }, url, ...range, gitFolder, signal: new AbortController().signal })
}

describe('repositories that a plain web server holds', () => {
  let url: string
  beforeAll(async () => {
    await repository('plain', twoCommits)
    url = `${server.url}/dumb/plain.git`
  })
  test('are fetched, files alone or with history, and their changes are found', async () => {
    const { folder, info } = await fetchTip(url, 'git')
    expect([info.message, Object.keys(listing(folder))]).toEqual(['two', ['a', 'b']])
    const whole = await fetchTip(url, 'git', { history: true })
    expect(await git(whole.folder, ['log', '--format=%s'])).toBe('two\none')
    expect(await changesOf(url)).toEqual(['b'])
  })
  test('without a git program they are refused in words', async () => {
    await expect(fetchTip(url, 'isomorphic-git')).rejects.toThrow(
      'is on a plain web server, which needs the git program',
    )
  })
})
