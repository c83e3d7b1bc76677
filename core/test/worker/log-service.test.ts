import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LineIndex } from '../../src/worker/line-index'
import { ActionLogs } from '../../src/worker/log-service'
import { logFile, workFolder } from '../../src/worker/workspace'
import { until } from './fixtures/until'

const id = 'aa11bb22-0000-4000-8000-000000000001'
let data: string
let logs: ActionLogs

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'penstock-logs-'))
  logs = new ActionLogs(data)
})

afterEach(async () => {
  await logs.close()
  rmSync(data, { recursive: true, force: true })
})

test('knows nothing of an action that has not begun', async () => {
  expect(await logs.read(id, 0)).toBeUndefined()
  expect(await logs.size(id)).toBeUndefined()
})

test('is no way to other files', async () => {
  await expect(logs.read('../../etc/passwd', 0)).rejects.toThrow('letters, digits and - only')
})

test('reads a running log from any place, masked, and goes on where it was', async () => {
  const spool = logs.open(id)
  spool.mask('t0psecret')
  spool.line('one t0psecret')
  const first = await logs.read(id, 0)
  expect(first).toEqual({ text: 'one ****\n', from: 0, next: 9, complete: false })
  appendFileSync(workFolder(data, id).spool, 'two t0ps') // as a step does
  expect(await logs.read(id, 9)).toEqual({ text: 'two ', from: 9, next: 13, complete: false })
  appendFileSync(workFolder(data, id).spool, 'ecret\n')
  expect(await logs.read(id, 13)).toEqual({ text: '****\n', from: 13, next: 18, complete: false })
  expect(await logs.size(id)).toBe(18)
  spool.close()
  await logs.finish(id)
  expect(await logs.read(id, 9)).toEqual({ text: 'two ****\n', from: 9, next: 18, complete: true })
})

test('goes on with the log when the action has another job', async () => {
  const first = logs.open(id)
  first.mask('t0psecret')
  first.line('one t0psecret')
  first.close()
  await logs.finish(id)
  rmSync(workFolder(data, id).root, { recursive: true })
  const second = logs.open(id)
  second.line('two')
  expect(await logs.read(id, 9)).toEqual({ text: 'two\n', from: 9, next: 13, complete: false })
  second.close()
  await logs.finish(id)
  expect((await logs.read(id, 0))?.text).toBe('one ****\ntwo\n')
})

test('keeps only the masked log at rest', async () => {
  const spool = logs.open(id)
  spool.mask('t0psecret')
  spool.line('t0psecret')
  spool.close()
  await logs.finish(id)
  expect(readFileSync(logFile(data, id), 'utf8')).toBe('****\n')
  expect(logFile(data, id)).toBe(join(data, 'logs', 'aa', `${id}.log`))
  expect(existsSync(workFolder(data, id).spool)).toBe(false)
})

test('masks what a killed server left, before its job is taken up again', async () => {
  const spool = logs.open(id)
  spool.mask('t0psecret')
  spool.line('before t0psecret')
  spool.close()
  const next = new ActionLogs(data)
  expect((await next.read(id, 0))?.text).toBe('before ****\n')
  const again = next.open(id)
  again.line('before t0psecret') // the provider runs again from its top
  again.line('after t0psecret')
  expect((await next.read(id, 12))?.text).toBe('after ****\n')
  again.close()
  await next.finish(id)
  expect((await next.read(id, 0))?.text).toBe('before ****\nafter ****\n')
  await next.close()
})

test('is not complete to whoever reads it in the moment in which it is taken up again', async () => {
  const spool = logs.open(id)
  spool.line('first words')
  const next = new ActionLogs(data) // after a restart
  const reading = next.read(id, 0)
  for (let turn = 0; turn < 5; turn++) await Promise.resolve() // it looks at what the server before left
  const again = next.open(id)
  again.line('the rest')
  expect(await reading).toMatchObject({ complete: false })
  again.close()
  await next.finish(id)
  expect(await next.read(id, 0)).toMatchObject({ text: 'first words\nthe rest\n', complete: true })
  spool.close()
  await next.close()
})

test('a full disk is said in words', async () => {
  const { root, spool: path } = workFolder(data, id)
  mkdirSync(root, { recursive: true })
  symlinkSync('/dev/full', path)
  const spool = logs.open(id)
  expect(() => spool.line('x')).toThrow(/^the log could not be written: the disk of Penstock's data folder is full/)
  spool.close()
  rmSync(path)
})

test('cuts between characters, never inside one', async () => {
  const spool = logs.open(id)
  spool.write('aé🚰b')
  let text = ''
  const lengths: number[] = []
  for (let from = 0; ; ) {
    const chunk = await logs.read(id, from, 4)
    if (!chunk || chunk.next === from) break
    text += chunk.text
    lengths.push(chunk.next - from)
    from = chunk.next
  }
  expect([text, lengths]).toEqual(['aé🚰b', [3, 4, 1]])
  spool.close()
})

test('tells followers of what steps and providers write, and of the end', async () => {
  const spool = logs.open(id)
  let told = 0
  const unfollow = logs.follow(id, () => {
    told++
  })
  appendFileSync(workFolder(data, id).spool, 'x\n')
  await until(() => told > 0, 900, 'word of the first line') // sooner than the poll
  told = 0
  spool.close()
  await logs.finish(id)
  await until(() => told > 0, 2_000, 'word of the end')
  unfollow()
  expect((await logs.read(id, 0))?.complete).toBe(true)
})

test('calls a follower a few times a second, however much is written', async () => {
  const spool = logs.open(id)
  let told = 0
  const unfollow = logs.follow(id, () => {
    told++
  })
  for (const end = Date.now() + 300; Date.now() < end; ) {
    spool.line('again')
    await new Promise((resolve) => setImmediate(resolve))
  }
  const size = await logs.size(id)
  expect(told).toBeGreaterThan(2)
  expect(told).toBeLessThan(12)
  expect(size).toBeGreaterThan(told * 6)
  unfollow()
  spool.close()
})

test('finds any line of a large log, while it is written and after', async () => {
  const spool = logs.open(id)
  const line = (n: number) => `this is line number ${n}\n`
  for (let n = 1; n <= 20_000; n += 100) spool.write(Array.from({ length: 100 }, (_, i) => line(n + i)).join(''))
  const check = async () => {
    for (const n of [1, 2, 2_500, 19_999, 20_000]) {
      const offset = await logs.offsetOfLine(id, n)
      expect((await logs.read(id, offset ?? -1, 100))?.text.split('\n', 1)[0]).toBe(line(n).trim())
    }
    expect(await logs.offsetOfLine(id, 30_000)).toBe(await logs.size(id))
  }
  await check()
  spool.close()
  await logs.finish(id)
  await check()
})

test('an index counts the same in whatever pieces the bytes come', () => {
  const bytes = Buffer.from('ab\n'.repeat(100_000))
  const whole = new LineIndex()
  whole.add(bytes)
  const pieces = new LineIndex()
  for (let at = 0; at < bytes.length; at += 7_777) pieces.add(bytes.subarray(at, at + 7_777))
  expect(pieces.toBuffer()).toEqual(whole.toBuffer())
  expect(LineIndex.fromBuffer(whole.toBuffer()).locate(50_000)).toEqual(whole.locate(50_000))
  expect(whole.lines).toBe(100_000)
})
