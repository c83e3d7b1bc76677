/** Our reader of known_hosts against OpenSSH's own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fingerprint, hostName, KnownHosts, knownHostsLine } from '../../src/shell/known-hosts.js'

let folder: string
const keys: { type: string; base64: string; raw: Buffer }[] = []

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-known-'))
  for (const type of ['ed25519', 'ecdsa', 'ed25519']) {
    const file = join(folder, `key${keys.length}`)
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file])
    const [name = '', base64 = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ')
    keys.push({ type: name, base64, raw: Buffer.from(base64, 'base64') })
  }
})
afterAll(() => rmSync(folder, { recursive: true }))

const key = (index: number) => {
  const found = keys[index]
  if (found === undefined) throw new Error('no key')
  return found
}

/** True when `ssh-keygen -F` finds the host in a file with this text. */
function opensshFinds(text: string, name: string): boolean {
  const file = join(folder, 'known_hosts')
  writeFileSync(file, text)
  return spawnSync('ssh-keygen', ['-F', name, '-f', file]).status === 0
}

function hashed(name: string): string {
  const file = join(folder, 'to_hash')
  writeFileSync(file, `${name} ${key(0).type} ${key(0).base64}\n`)
  execFileSync('ssh-keygen', ['-q', '-H', '-f', file], { stdio: 'ignore' })
  return readFileSync(file, 'utf8').trim().split(' ')[0] ?? ''
}

test.each([
  ['web1', 'web1', 22],
  ['web1', 'web2', 22],
  ['web1,10.0.0.1', '10.0.0.1', 22],
  ['[web1]:2222', 'web1', 2222],
  ['[web1]:2222', 'web1', 22],
  ['web1', 'web1', 2222],
  ['*.example.com', 'a.example.com', 22],
  ['*.example.com', 'example.com', 22],
  ['web?', 'web7', 22],
  ['*.example.com,!bad.example.com', 'bad.example.com', 22],
  ['!bad.example.com,*.example.com', 'good.example.com', 22],
  ['WEB1', 'web1', 22],
  ['[*]:2222', 'web1', 2222],
  ['#web1', 'web1', 22],
])('%s for %s port %d', (patterns, host, port) => {
  const text = `${patterns} ${key(0).type} ${key(0).base64} a comment\n`
  const ours = new KnownHosts(text).check(host, port, key(0).raw).verdict === 'known'
  expect(ours).toBe(opensshFinds(text, hostName(host, port)))
})

test.each([
  ['web1', 22],
  ['web1', 2222],
])('a hashed name: %s port %d', (host, port) => {
  const text = `${hashed(hostName(host, port))} ${key(0).type} ${key(0).base64}\n`
  expect(text).toMatch(/^\|1\|/)
  expect(opensshFinds(text, hostName(host, port))).toBe(true)
  expect(new KnownHosts(text).check(host, port, key(0).raw)).toEqual({ verdict: 'known' })
  expect(new KnownHosts(text).check('other', port, key(0).raw)).toEqual({ verdict: 'unknown' })
})

test('another key of the same type is a change, and so is any key of a type that is not pinned', () => {
  const text = `# comment\n\nweb1 ${key(0).type} ${key(0).base64}\n`
  expect(new KnownHosts(text).check('web1', 22, key(2).raw)).toEqual({
    verdict: 'changed',
    line: 3,
    type: 'ssh-ed25519',
  })
  expect(new KnownHosts(text).check('web1', 22, key(1).raw)).toMatchObject({ verdict: 'changed', line: 3 })
  expect(new KnownHosts(text).typesOf('web1', 22)).toEqual(['ssh-ed25519'])
})

test('a revoked key is refused even when it is pinned too', () => {
  const text = `web1 ${key(0).type} ${key(0).base64}\n@revoked * ${key(0).type} ${key(0).base64}\n`
  expect(new KnownHosts(text).check('web1', 22, key(0).raw)).toEqual({ verdict: 'revoked', line: 2 })
})

test('a certificate authority vouches for nothing here', () => {
  const text = `@cert-authority *.example.com ${key(0).type} ${key(0).base64}\n`
  expect(new KnownHosts(text).check('a.example.com', 22, key(0).raw)).toEqual({
    verdict: 'unknown',
    authority: 1,
  })
})

test('fingerprints and lines as OpenSSH writes them', () => {
  const shown = execFileSync('ssh-keygen', ['-lf', join(folder, 'key0.pub')], { encoding: 'utf8' })
  expect(shown).toContain(fingerprint(key(0).raw))
  expect(knownHostsLine('Web1', 2222, key(0).raw)).toBe(`[web1]:2222 ${key(0).type} ${key(0).base64}`)
})
