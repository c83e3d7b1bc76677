/** A real sshd with git behind it. */
import { execFileSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock.js'
import { branchTip } from '../../src/git/branch-tip.js'
import { changedFiles } from '../../src/git/changed-files.js'
import { fetchCommit } from '../../src/git/fetch-commit.js'
import { listRefs } from '../../src/git/list-refs.js'
import type { GitRemote } from '../../src/git/remote.js'
import { git, makeCommit } from '../../src/testkit/git-commits.js'
import { startSshd, type TestSshd } from '../../src/testkit/sshd.js'

const limits = { clock: systemClock }
let sshd: TestSshd
let folder: string
let remote: GitRemote
let first: string
let second: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-test-'))
  chmodSync(folder, 0o755)
  sshd = await startSshd()
  const repository = join(folder, 'site.git')
  await git(folder, ['init', '--quiet', '--bare', '--initial-branch', 'main', repository])
  first = await makeCommit(repository, { 'a.txt': 'one', 'bin/b.txt': 'two' }, 'First', 'main', {})
  second = await makeCommit(repository, { 'a.txt': 'three' }, 'Second', 'main', {})
  await git(repository, ['-c', 'user.name=A', '-c', 'user.email=a@b', 'tag', '-a', '-m', 'x', 'v1', first])
  execFileSync('chown', ['-R', `${sshd.account.uid}:${sshd.account.gid}`, repository])
  remote = {
    url: `ssh://${sshd.user}@127.0.0.1:${sshd.port}${repository}`,
    ssh: { identityFile: sshd.privateKeyFile, knownHostsFile: sshd.knownHostsFile },
  }
})
afterAll(async () => {
  await sshd.stop()
  rmSync(folder, { recursive: true, force: true })
})

const strange = (ssh: GitRemote['ssh'], url = remote.url) => branchTip({ url, ...(ssh ? { ssh } : {}) }, 'main', limits)

test('branches and tags, a commit by its id, and what a push changed', async () => {
  expect(await branchTip(remote, 'main', limits)).toEqual({ commit: second, url: remote.url })
  expect((await listRefs(remote, ['refs/tags/'], limits)).refs).toEqual([{ name: 'refs/tags/v1', commit: first }])
  const { signal } = new AbortController()
  const folders = { folder: join(folder, 'tree'), gitFolder: join(folder, 'git') }
  const request = { remote, url: remote.url, branch: 'main', signal }
  const commit = await fetchCommit({ ...request, ...folders, commit: first, history: false })
  expect([commit.message, readFileSync(join(folder, 'tree/bin/b.txt'), 'utf8')]).toEqual(['First', 'two'])
  expect(await changedFiles({ ...request, from: first, to: second })).toEqual(['a.txt'])
})

test('a branch that is not there is told with those that are', async () => {
  await expect(branchTip(remote, 'maim', limits)).rejects.toThrow('has no branch maim; it has main')
})

test('a server that is not in known_hosts is refused, one with another key with a warning', async () => {
  const empty = join(folder, 'none')
  writeFileSync(empty, '')
  const ssh = { identityFile: sshd.privateKeyFile, knownHostsFile: empty }
  await expect(strange(ssh)).rejects.toMatchObject({ problem: 'tls', message: expect.stringContaining('is not known') })
  const other = readFileSync(`${sshd.privateKeyFile}.pub`, 'utf8').split(' ').slice(0, 2).join(' ')
  writeFileSync(empty, `[127.0.0.1]:${sshd.port} ${other}\n`)
  await expect(strange(ssh)).rejects.toThrow('its host key is another one')
})

test('a key that the server does not take, a repository that is not there, and nobody there', async () => {
  const stranger = join(folder, 'stranger')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', stranger])
  await expect(strange({ ...remote.ssh, identityFile: stranger })).rejects.toMatchObject({ problem: 'unauthorised' })
  await expect(strange(remote.ssh, `${remote.url}x`)).rejects.toMatchObject({ problem: 'gone' })
  const closed = remote.url.replace(`:${sshd.port}`, ':1')
  await expect(strange(remote.ssh, closed)).rejects.toThrow('it refuses connections')
})
