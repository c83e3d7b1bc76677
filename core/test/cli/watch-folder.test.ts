/** What wakes `penstock plugin dev`. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { watchFolder } from '../../src/cli/plugin/watch-folder.js'

jest.setTimeout(60_000) // the machine's own notices, however busy it is

const folder = mkdtempSync(join(tmpdir(), 'penstock-watch-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('a change of the source, a test or the manifest; not one of what is built or installed; and Ctrl-C', async () => {
  for (const part of ['src', 'test', 'node_modules', 'dist']) mkdirSync(join(folder, part))
  const changes = watchFolder(folder)
  try {
    for (const path of ['src/index.ts', 'test/a.test.ts', 'package.json']) {
      const next = changes.next()
      writeFileSync(join(folder, path), 'changed')
      expect(await next).toBe(true)
    }
    let woken = false
    const next = changes.next().then((goesOn) => {
      woken = true
      return goesOn
    })
    for (const path of ['dist/index.js', 'node_modules/x.js', 'index.ts~']) writeFileSync(join(folder, path), 'changed')
    await new Promise((resolve) => setImmediate(resolve))
    expect(woken).toBe(false)
    process.emit('SIGINT')
    expect(await next).toBe(false)
  } finally {
    changes.close()
  }
})
