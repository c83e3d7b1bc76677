import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../../src/worker/remove-folder.js'

const core = join(__dirname, '../..')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-remove-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const put = (path: string, text = 'x') => {
  mkdirSync(join(folder, 'work', path, '..'), { recursive: true })
  writeFileSync(join(folder, 'work', path), text)
}

test.each([
  ['a few files in a few folders', () => ['a', 'b/c', 'b/d/e', '.hidden/f'].map((path) => put(path))],
  ['more than are removed at once', () => Array.from({ length: 200 }, (_, n) => put(`many/${n % 7}/${n}`))],
  ['a large file', () => put('large', 'x'.repeat(1_000_000))],
  ['nothing', () => mkdirSync(join(folder, 'work'))],
  ['a folder that is not there', () => {}],
])('removes %s', async (_, make) => {
  make()
  await removeFolder(join(folder, 'work'))
  expect(existsSync(join(folder, 'work'))).toBe(false)
})

test('a link is removed, and what it leads to is not', async () => {
  mkdirSync(join(folder, 'elsewhere'))
  writeFileSync(join(folder, 'elsewhere', 'kept'), 'x')
  put('file')
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'work', 'link'))
  symlinkSync(join(folder, 'nowhere'), join(folder, 'work', 'dangling'))
  await removeFolder(join(folder, 'work'))
  expect(existsSync(join(folder, 'work'))).toBe(false)
  expect(existsSync(join(folder, 'elsewhere', 'kept'))).toBe(true)
})

test('names that are not UTF-8', async () => {
  mkdirSync(join(folder, 'work'))
  writeFileSync(Buffer.concat([Buffer.from(`${folder}/work/lat-`), Buffer.from([0xe9])]), 'x')
  await removeFolder(join(folder, 'work'))
  expect(existsSync(join(folder, 'work'))).toBe(false)
})

/** As root nothing is ever denied: what an ordinary user meets is seen by an ordinary user. */
test('folders that nobody may write to or look into, as an ordinary user', () => {
  chmodSync(folder, 0o777)
  const script = `
    const { chmodSync, existsSync, mkdirSync, writeFileSync } = require('node:fs')
    const work = ${JSON.stringify(join(folder, 'work'))}
    mkdirSync(work + '/go/pkg/mod/x', { recursive: true })
    mkdirSync(work + '/closed/in', { recursive: true })
    for (let n = 0; n < 60; n++) writeFileSync(work + '/go/pkg/mod/x/f' + n, 'x')
    writeFileSync(work + '/closed/in/f', 'x')
    for (const path of ['/go/pkg/mod/x', '/go/pkg/mod', '/go/pkg', '/go', '/closed/in', '/closed']) {
      chmodSync(work + path, path.startsWith('/closed') ? 0 : 0o555)
    }
    if (process.getuid() === 0) throw new Error('this is root')
    require('./src/worker/remove-tree.ts').removeTree(work).then(() => console.log(existsSync(work) ? 'there' : 'gone'))`
  const ordinary = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {}
  const loader = ['--require', require.resolve('tsx/cjs')]
  const env = { ...process.env, HOME: folder, TMPDIR: folder }
  const said = execFileSync(process.execPath, [...loader, '-e', script], {
    cwd: core,
    encoding: 'utf8',
    env,
    ...ordinary,
  })
  expect(said.trim()).toBe('gone')
})
