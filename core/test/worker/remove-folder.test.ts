import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { removeFolder } from '../../src/worker/remove-folder.js'

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
