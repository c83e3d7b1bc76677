import { mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { git } from '../../src/testkit/git-commits.js'
import { startGitServer, type TestGitServer } from '../../src/testkit/git-server.js'

let server: TestGitServer
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-test-'))
})
afterEach(async () => {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
})

test('a real git clones what was committed, with modes and links', async () => {
  server = await startGitServer()
  const url = await server.createRepository('acme/site')
  await server.commit('acme/site', { 'a.txt': 'one', 'old.txt': 'x' }, 'First')
  const files = { 'bin/run': { content: '#!/bin/sh\n', executable: true }, link: { symlink: 'a.txt' }, 'old.txt': null }
  const id = await server.commit('acme/site', files, 'Second\n\nmore', {
    author: 'Bo <bo@example.com>',
    when: 86_400_000,
  })
  await git(folder, ['clone', '--quiet', url, 'copy'])
  const copy = join(folder, 'copy')
  expect(await git(copy, ['rev-parse', 'HEAD'])).toBe(id)
  expect(await git(copy, ['log', '-1', '--format=%an %ae %ct %s'])).toBe('Bo bo@example.com 86400 Second')
  expect(readFileSync(join(copy, 'a.txt'), 'utf8')).toBe('one')
  expect(statSync(join(copy, 'bin/run')).mode & 0o111).not.toBe(0)
  expect(readlinkSync(join(copy, 'link'))).toBe('a.txt')
  expect(() => statSync(join(copy, 'old.txt'))).toThrow('ENOENT')
})

test('a push over HTTP arrives, and the password is asked for', async () => {
  server = await startGitServer({ auth: { username: 'ada', password: 'pa:ss' } })
  const url = await server.createRepository('acme/site')
  await server.commit('acme/site', { a: '1' }, 'First')
  await expect(git(folder, ['ls-remote', url])).rejects.toThrow('terminal prompts disabled')
  const known = url.replace('//', '//ada:pa%3Ass@')
  await git(folder, ['clone', '--quiet', known, 'copy'])
  const copy = join(folder, 'copy')
  writeFileSync(join(copy, 'b'), '2')
  await git(copy, ['add', 'b'])
  await git(copy, ['-c', 'user.name=Bo', '-c', 'user.email=bo@example.com', 'commit', '--quiet', '-m', 'Pushed'])
  await git(copy, ['push', '--quiet', 'origin', 'HEAD:refs/heads/feature'])
  expect(await server.git('acme/site', 'log', '-1', '--format=%s', 'feature')).toBe('Pushed')
})

test('branches, tags and absent repositories', async () => {
  server = await startGitServer({ protocol2: false })
  const url = await server.createRepository('acme/site', { branch: 'trunk' })
  const first = await server.commit('acme/site', { a: '1' }, 'First')
  const second = await server.commit('acme/site', { b: '2' }, 'Second', { branch: 'feature', from: 'trunk' })
  await server.tag('acme/site', 'v1', 'trunk', 'Release')
  await server.deleteBranch('acme/site', 'nothing').catch(() => undefined)
  const refs = await git(folder, ['ls-remote', url])
  expect(refs).toContain(`${first}\trefs/heads/trunk`)
  expect(refs).toContain(`${second}\trefs/heads/feature`)
  expect(refs).toContain(`${first}\trefs/tags/v1^{}`)
  await server.deleteRepository('acme/site')
  await expect(git(folder, ['ls-remote', url])).rejects.toThrow('not found')
})
