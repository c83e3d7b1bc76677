import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, linkSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskUsage, openUnnamed } from '../../src/worker/sandbox/disk-usage'
import { DiskWatch } from '../../src/worker/sandbox/disk-watch'

const MiB = 1024 ** 2
let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-disk-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const write = (name: string, bytes: number) => writeFileSync(join(folder, name), Buffer.alloc(bytes, 'x'))

describe('what a folder takes', () => {
  test('is what lies on the disk, a file of two names once and what links lead to not at all', async () => {
    write('one', MiB)
    linkSync(join(folder, 'one'), join(folder, 'two'))
    symlinkSync('/usr', join(folder, 'link'))
    const { bytes, files } = await diskUsage(folder)
    expect(Math.round(bytes / MiB)).toBe(1)
    expect(files).toBe(2)
  })

  test('is found however deep it lies', async () => {
    const goDeep = `const { mkdirSync, writeFileSync } = require('fs'), name = 'd'.repeat(200)
for (let depth = 0; depth < 30; depth++) { mkdirSync(name); process.chdir(name) }
writeFileSync('large', Buffer.alloc(${2 * MiB}, 'x'))`
    execFileSync(process.execPath, ['-e', goDeep], { cwd: folder })
    expect(Math.round((await diskUsage(folder)).bytes / MiB)).toBe(2)
    execFileSync('rm', ['-r', join(folder, 'd'.repeat(200))])
  })

  test('is also what has no name any more and is still open', async () => {
    write('one', MiB)
    const file = openSync(join(folder, 'one'), 'r')
    const holder = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore', file] })
    closeSync(file)
    rmSync(join(folder, 'one'))
    expect(openUnnamed([holder.pid ?? 0])).toBeGreaterThanOrEqual(MiB)
    holder.stdin?.end()
    await once(holder, 'exit')
  })
})

describe('a watch', () => {
  const limits = { workspace: 2 * MiB, files: 10 }
  const watch = (fresh = true) => new DiskWatch(folder, limits, fresh)

  test('sees what was written before it first looked, and what lay there before the step', async () => {
    const early = watch()
    write('one', 3 * MiB)
    expect(await early.look([])).toBe('workspace')
    expect(await watch().look([])).toBe('workspace')
  })

  test('sees at the end of a step that nobody looked at, fresh or adopted', async () => {
    const quick = watch()
    write('one', 3 * MiB)
    expect(await quick.lastLook()).toBe('workspace')
    expect(await watch(false).lastLook()).toBe('workspace')
  })

  test('counts files, however small', async () => {
    const many = watch(false)
    for (let n = 0; n < 6; n++) mkdirSync(join(folder, `d${n}`))
    for (let n = 0; n < 4; n++) write(`f${n}`, 0)
    expect(await many.lastLook()).toBeUndefined()
    write('one-more', 0)
    expect(await watch(false).lastLook()).toBe('files')
  })

  test('lets a folder be that is within its limits, or gone', async () => {
    const small = watch()
    write('one', MiB)
    expect([await small.look([]), await small.look([]), await small.lastLook()]).toEqual(Array(3).fill(undefined))
    rmSync(folder, { recursive: true })
    expect(await small.lastLook()).toBeUndefined()
  })
})
