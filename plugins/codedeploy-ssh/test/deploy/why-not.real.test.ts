/** Scripts that cannot be run say why, in words; both of a script's outputs come in order. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LocalShell } from '../../src/shell/local-shell.js'
import { type Content, script, writeBundle } from '../support/bundle.js'
import { deployLocal } from '../support/deploy-local.js'

jest.setTimeout(180_000)

let folder: string
let count = 0
beforeAll(() => {
  folder = mkdtempSync('/tmp/penstock-why-')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function deploy(hooks: string, files: Readonly<Record<string, Content>>, root = 'root', login = '/bin/sh') {
  const bundle = writeBundle(join(folder, `bundle${++count}`), {
    'appspec.yml': `version: 0.0\nos: linux\nhooks:\n${hooks}`,
    ...files,
  })
  return deployLocal({ bundle, root: join(folder, root), id: `d-${count}`, shell: async () => new LocalShell(login) })
}
const after = '  AfterInstall:\n    - location: s/h.sh\n'
const text = (content: string): Content => ({ text: content, mode: 0o755 })

test.each([
  [
    'Windows line ends',
    '#!/bin/bash\r\necho hi\r\n',
    String.raw`its first line ends with Windows's line end (#!/bin/bash\r): save the file with LF line ends`,
  ],
  [
    'Windows line ends behind an option',
    '#!/bin/sh -e\r\necho hi\r\n',
    String.raw`its first line ends with Windows's line end (#!/bin/sh -e\r)`,
  ],
  [
    'Windows line ends behind env',
    '#!/usr/bin/env bash\r\necho hi\r\n',
    String.raw`its first line ends with Windows's line end (#!/usr/bin/env bash\r)`,
  ],
  [
    'an interpreter that is not there',
    '#!/opt/none/python9\n',
    'there is no /opt/none/python9 on this host, which its first line asks for',
  ],
  [
    'an interpreter that env does not find',
    '#!/usr/bin/env python99\n',
    'there is no python99 on this host, which its first line asks for',
  ],
  [
    'an interpreter that is no program',
    '#!/etc/passwd\n',
    'its first line asks for /etc/passwd, which cannot be executed',
  ],
])('%s', async (_, content, why) => {
  const result = await deploy(after, { 's/h.sh': text(content) })
  expect(result).toMatchObject({ status: 'Failed' })
  expect(result.message).toMatch(/^AfterInstall: Script at specified location: s\/h\.sh failed with exit code \d+: /)
  expect(result.message).toContain(why)
})

test('an exit code of its own is no riddle', async () => {
  const result = await deploy(after, { 's/h.sh': script('exit 127') })
  expect(result.message).toBe('AfterInstall: Script at specified location: s/h.sh failed with exit code 127')
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot('a file system that lets nothing run', async () => {
  const mount = join(folder, 'noexec')
  mkdirSync(mount)
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'noexec,size=4m', 'penstock-test', mount])
  } catch {
    return // A container may not mount.
  }
  try {
    const result = await deploy(after, { 's/h.sh': script('true') }, 'noexec')
    expect(result.message).toContain(`${mount} is mounted noexec, so that nothing there can be run`)
  } finally {
    execFileSync('umount', ['-l', mount]) // the run's last process may still be leaving
  }
})

test('a script of the previous revision that fails is named as that, with the way past it', async () => {
  const stop = '  ApplicationStop:\n    - location: s/stop.sh\n'
  expect(await deploy(stop, { 's/stop.sh': script('exit 9') }, 'stuck')).toMatchObject({ status: 'Succeeded' })
  const result = await deploy('  BeforeInstall: []\n', { other: '1' }, 'stuck')
  expect(result.message).toMatch(
    /^ApplicationStop: Script at specified location: s\/stop\.sh failed with exit code 9\. This is a script of the previous revision, d-\d+, .*IgnoreApplicationStopFailures: true/,
  )
})

test('what a script writes to its two outputs comes in the order in which it was written', async () => {
  const lines = Array.from({ length: 200 }, (_, index) => `echo ${index}${index % 2 === 0 ? '' : ' >&2'}`)
  const result = await deploy(after, { 's/h.sh': script(lines.join('\n')) })
  expect(result.output.map((line) => line.split('|')[1])).toEqual(lines.map((_, index) => String(index)))
  const log = readFileSync(join(folder, 'root/g1', `d-${count}`, 'logs/scripts.log'), 'utf8')
  expect([...log.matchAll(/\[stdout\](\d+)$/gm)].map(([, number]) => Number(number))).toEqual(
    lines.map((_, index) => index),
  )
})

test('files in the way are named apart, blanks and all', async () => {
  const target = join(folder, 'in the way')
  writeBundle(target, { 'a b': '1', c: '2' })
  const bundle = writeBundle(join(folder, 'blanks'), {
    'appspec.yml': `version: 0.0\nos: linux\nfiles:\n  - source: www\n    destination: ${target}\n`,
    'www/a b': 'x',
    'www/c': 'x',
  })
  const result = await deployLocal({ bundle, root: join(folder, 'root'), id: 'd-blanks' })
  expect(result.message).toMatch(new RegExp(`: "${target}/a b", "${target}/c"$`))
})

const unchanged = {
  'without folders': { content: 'x', 'other name': 'y' },
  'with links, and names that are checked nowhere': { content: 'x', link: { link: 'content' }, 'a\n\\b': 'y' },
}

test.each(Object.entries(unchanged))(
  'the same bundle again, %s: nothing differs, and nobody is accused',
  async (name, files) => {
    const manifests = new Map()
    const bundle = writeBundle(join(folder, name), { 'appspec.yml': 'version: 0.0\nos: linux\n', ...files })
    const deploy = (id: string, bundleFolder = bundle) =>
      deployLocal({ bundle: bundleFolder, root: join(folder, `${name}-root`), id, manifests })
    expect((await deploy('d-1')).status).toBe('Succeeded')
    const second = await deploy('d-2')
    expect(second).toMatchObject({ status: 'Succeeded' })
    expect(second.notes).toEqual(['nothing to send: it is the revision of d-1, which is on the host'])
    rmSync(join(bundle, 'content'))
    expect((await deploy('d-3')).notes).toEqual(['nothing to send: all of its files are in d-2, which is on the host'])
  },
)

test('a clock that is wrong is told of, and times are those of our own clock', async () => {
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  const login = join(folder, 'login')
  const hour = 3_600_000
  writeFileSync(join(programs, 'date'), '#!/bin/sh\nexec /bin/date -d "2 hours 30 minutes" "$@"\n', { mode: 0o755 })
  writeFileSync(login, `#!/bin/sh\nPATH=${programs}:$PATH; export PATH; exec /bin/sh "$@"\n`, { mode: 0o755 })
  const result = await deploy(after, { 's/h.sh': script('true') }, 'skewed', login)
  expect(result.status).toBe('Succeeded')
  expect(result.notes.join()).toMatch(/WARNING: the clock of this host is 2 h \d+ min ahead of the server's/)
  // So far apart that a slow machine makes no difference.
  for (const { startTime = 0, endTime = 0 } of result.events) {
    expect(startTime).toBeLessThan(Date.now() + hour)
    expect(endTime).toBeLessThan(Date.now() + hour)
  }
  expect((await deploy(after, { 's/h.sh': script('true') })).notes.join()).not.toContain('clock')
})
