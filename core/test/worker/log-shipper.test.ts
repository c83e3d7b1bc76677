/** A log on its way to a server that is slow, away, small-minded or forgetful. */
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock.js'
import { Fault } from '../../src/domain/faults.js'
import { LogShipper, type LogSink, readKept } from '../../src/worker/log-shipper.js'
import { Masker } from '../../src/worker/mask.js'
import { ApiRefused } from '../../src/worker/penstock-api.js'
import { workFolder } from '../../src/worker/workspace.js'

const job = { jobId: 'j', fence: 1 }
const silent = { debug() {}, info() {}, warn() {}, error() {} }
let data: string
let folder: ReturnType<typeof workFolder>
let stop: AbortController

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'penstock-shipper-'))
  folder = workFolder(data, 'action-1')
  mkdirSync(folder.root, { recursive: true })
  appendFileSync(folder.spool, '')
  stop = new AbortController()
})
afterEach(() => {
  stop.abort()
  rmSync(data, { recursive: true, force: true })
})

/** What a server does with a log: keeps it, passes over what it has, and says how much that is. */
class Server implements LogSink {
  bytes = Buffer.alloc(0)
  finished = false
  readonly calls: { offset: number; length: number }[] = []

  async append(_job: object, offset: number, bytes: Buffer): Promise<number> {
    this.calls.push({ offset, length: bytes.length })
    if (offset > this.bytes.length) return this.bytes.length
    this.bytes = Buffer.concat([this.bytes, bytes.subarray(this.bytes.length - offset)])
    return this.bytes.length
  }

  async finish(_job: object, size: number): Promise<number> {
    this.finished = this.bytes.length >= size
    return this.bytes.length
  }
}

const ship = (sink: LogSink, masker = new Masker()) =>
  new LogShipper({ job, folder, masker, sink, clock: systemClock, log: silent, signal: stop.signal, base: 0 })

const lines = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `line ${from + i} with a secret: hunter2\n`).join('')
const masked = (text: string) => text.replaceAll('hunter2', '****')

function maskerOf(secret: string): Masker {
  const masker = new Masker()
  masker.add(secret)
  return masker
}

async function until(holds: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 20_000; !holds(); ) {
    if (Date.now() > deadline) throw new Error('it did not come to be within 20 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

test('what is written arrives masked and soon, though its end may become a secret', async () => {
  const server = new Server()
  const shipper = ship(server, maskerOf('hunter2'))
  appendFileSync(folder.spool, 'a hunter2 and a hunt')
  await until(() => server.bytes.toString() === 'a **** and a ')
  appendFileSync(folder.spool, 'er\n')
  await shipper.finish()
  expect(server.bytes.toString()).toBe('a **** and a hunter\n')
  expect(server.finished).toBe(true)
})

test('a server that loses what it had gets it again, once', async () => {
  const server = new Server()
  const shipper = ship(server, maskerOf('hunter2'))
  appendFileSync(folder.spool, lines(0, 500))
  await until(() => server.bytes.length === masked(lines(0, 500)).length)
  server.bytes = server.bytes.subarray(0, 1234)
  appendFileSync(folder.spool, lines(500, 700))
  await shipper.finish()
  expect(server.bytes.toString()).toBe(masked(lines(0, 700)))
})

test('the next worker goes on where the one before was killed, at whatever place', async () => {
  const server = new Server()
  const first = ship(server, maskerOf('hunter2'))
  appendFileSync(folder.spool, lines(0, 300))
  await until(() => server.bytes.length > 0)
  stop.abort(new Error('killed'))
  await expect(first.finish()).rejects.toThrow('killed')
  const sent = server.calls.length
  stop = new AbortController()
  appendFileSync(folder.spool, lines(300, 400))
  // A secret that is known only now must not move what was sent before.
  const masker = maskerOf('hunter2')
  masker.add('line 7 ')
  await ship(server, masker).finish()
  expect(server.bytes.toString()).toBe(masked(lines(0, 400)))
  expect(server.calls[sent]?.offset).toBe(masked(lines(0, 300)).length)
  expect(JSON.parse(readFileSync(folder.sent, 'utf8'))).toMatchObject({ raw: lines(0, 400).length })
})

test('a note of how far it came that was damaged loses nothing', async () => {
  const server = new Server()
  const first = ship(server)
  appendFileSync(folder.spool, lines(0, 100))
  await until(() => server.bytes.length > 0)
  stop.abort(new Error('killed'))
  await expect(first.finish()).rejects.toThrow('killed')
  writeFileSync(folder.sent, '{"jobId":"j"')
  expect(readKept(folder.sent, job)).toMatchObject({ base: 0, raw: 0, sent: 0 })
  stop = new AbortController()
  appendFileSync(folder.spool, lines(100, 150))
  await ship(server).finish()
  expect(server.bytes.toString()).toBe(lines(0, 150))
})

test('a server that takes small requests only gets small pieces', async () => {
  const server = new Server()
  const shipper = ship({
    append: async (held, offset, bytes) => {
      if (bytes.length > 50_000) throw new ApiRefused('RequestEntityTooLargeException', 'too large', 413)
      return server.append(held, offset, bytes)
    },
    finish: (held, size) => server.finish(held, size),
  })
  appendFileSync(folder.spool, lines(0, 20_000))
  await shipper.finish()
  expect(server.bytes.equals(Buffer.from(lines(0, 20_000)))).toBe(true)
  expect(Math.max(...server.calls.map(({ length }) => length))).toBeLessThanOrEqual(50_000)
})

test('answers that are lost, and a job that is somebody else’s', async () => {
  const server = new Server()
  let losses = 3
  const shipper = ship({
    append: async (held, offset, bytes) => {
      const size = await server.append(held, offset, bytes)
      if (losses-- > 0) throw new Error('connection reset')
      return size
    },
    finish: (held, size) => server.finish(held, size),
  })
  appendFileSync(folder.spool, lines(0, 10))
  await shipper.finish()
  expect(server.bytes.toString()).toBe(lines(0, 10))
  const gone = ship({ append: () => Promise.reject(new Fault('JobNotFoundException', 'gone')), finish: async () => 0 })
  appendFileSync(folder.spool, 'more')
  await expect(gone.finish()).resolves.toBeUndefined()
}, 20_000)
