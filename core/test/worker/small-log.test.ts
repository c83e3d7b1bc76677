import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Masker } from '../../src/worker/mask.js'
import { finishSmall } from '../../src/worker/small-log.js'

let folder: string
let spool: string
let log: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-small-log-'))
  spool = join(folder, 'spool')
  log = join(folder, 'logs', 'ab', 'abc.log')
})
afterEach(() => rmSync(folder, { recursive: true }))

const masking = (...secrets: string[]) => {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  return masker
}

test.each([
  {
    it: 'as it is without secrets',
    secrets: [],
    text: 'begins\nsecret-token\nends\n',
    kept: 'begins\nsecret-token\nends\n',
  },
  { it: 'masked with some', secrets: ['secret-token'], text: 'a secret-token b\n', kept: 'a **** b\n' },
  { it: 'masked where a secret ends it', secrets: ['secret-token'], text: 'a secret-token', kept: 'a ****' },
  { it: 'with what only looked like a secret', secrets: ['secret-token'], text: 'a secret-tok', kept: 'a secret-tok' },
  { it: 'when it is empty', secrets: [], text: '', kept: '' },
])('a log is kept $it, and its spool goes', async ({ secrets, text, kept }) => {
  writeFileSync(spool, text, { mode: 0o600 })
  expect(await finishSmall(spool, log, masking(...secrets))).toBe(true)
  expect(readFileSync(log, 'utf8')).toBe(kept)
  expect(statSync(log).mode & 0o777).toBe(0o600)
  expect(existsSync(spool)).toBe(false)
})

test.each([
  { it: 'is large', make: () => writeFileSync(spool, 'x'.repeat(100_000)) },
  {
    it: 'was begun to be carried over',
    make: () => {
      writeFileSync(spool, 'one\ntwo\n')
      mkdirSync(join(log, '..'), { recursive: true })
      writeFileSync(log, 'one\n')
    },
  },
  { it: 'is not there', make: () => {} },
])('a log that $it is left as it is', async ({ make }) => {
  make()
  const before = existsSync(log)
  expect(await finishSmall(spool, log, masking())).toBe(false)
  expect(existsSync(log)).toBe(before)
})
