/** A server's own logs on their way to the database: whoever reads, and whenever the server dies, they stay whole. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { LogArchive } from '../../../src/app/shared-logs/archive.js'
import { PublishedLogs } from '../../../src/app/shared-logs/published.js'
import { SharedLogs } from '../../../src/app/shared-logs/service.js'
import { FolderArtifactStore } from '../../../src/artifacts/folder-store.js'
import { systemClock } from '../../../src/domain/clock.js'
import { Fault } from '../../../src/domain/faults.js'
import type { SharedLogStore } from '../../../src/domain/shared-log.js'
import { type Database, openSqlite } from '../../../src/store/database.js'
import { sharedLogStore } from '../../../src/store/shared-log-store.js'
import { logFile, workFolder } from '../../../src/worker/workspace.js'

const id = 'a1b2c3d4-0000-4000-8000-000000000000'
const bucket = 'logs'
const short = 'one line\n'
const long = Array.from({ length: 9000 }, (_, n) => `line ${n} of a long log\n`).join('')
const log = { debug() {}, info() {}, warn() {}, error() {} }

let folder: string
let database: Database
let artifacts: FolderArtifactStore
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-shared-'))
  database = await openSqlite(':memory:')
  artifacts = new FolderArtifactStore(join(folder, 'artifacts'))
})
afterEach(async () => {
  await database.close()
  rmSync(folder, { recursive: true })
})

/** One life of a server on the folder. Its ways to what is durable can be taken away, or told of. */
function life(
  change: { readonly store?: Partial<SharedLogStore>; readonly artifacts?: Partial<FolderArtifactStore> } = {},
) {
  const kept = sharedLogStore(database)
  const store = { ...kept, ...change.store }
  const objects = Object.assign(Object.create(artifacts) as FolderArtifactStore, change.artifacts)
  const archive = new LogArchive({ store, artifacts: objects, bucket, clock: systemClock })
  const reads = { jobOfAction: async () => undefined }
  const shared = { store, archive, reads, clock: systemClock, signal: () => {}, onSignal: () => () => {} }
  const own = new PublishedLogs({ ...shared, dataFolder: folder, writer: 'here', log })
  return { kept, archive, own, logs: new SharedLogs({ ...shared, own }) }
}

/** A job that says something, up to where its clearing up begins. */
function say(own: PublishedLogs, text: string): void {
  const spool = own.open(id)
  spool.write(text)
  spool.close()
}

/** As clearing up does. */
async function end(own: PublishedLogs): Promise<void> {
  await own.finish(id)
  rmSync(workFolder(folder, id).root, { recursive: true, force: true })
}

async function textOf(logs: SharedLogs): Promise<string | undefined> {
  const chunk = await logs.read(id, 0, 4 * 1024 * 1024)
  return chunk?.text
}

describe.each([
  ['short', short],
  ['long', long],
])('a %s log', (_, text) => {
  test('is read whole when it goes to the database between a look there and the reading', async () => {
    const { own, kept } = life()
    say(own, text)
    let isFirst = true
    const late = async (which: string) => {
      const answer = await kept.get(which)
      if (isFirst) {
        isFirst = false
        await end(own)
      }
      return answer
    }
    const reader = life({ store: { get: late } })
    expect(await textOf(reader.logs)).toBe(text)
    expect(existsSync(logFile(folder, id))).toBe(false)
  })

  test.each([1, 2, 3, 4, 5, 6])('is whole after a death before deed %i of its giving away', async (fatal) => {
    let deeds = 0
    /** From then on nothing of this life happens any more. A Fault, for it is not tried again. */
    const deed = async <T>(work: () => Promise<T>): Promise<T> => {
      if (++deeds >= fatal) throw new Fault('InternalFailure' as never, 'dead')
      return work()
    }
    const dying = life({
      store: { change: (which, now, work) => deed(() => sharedLogStore(database).change(which, now, work)) },
      artifacts: { put: (at, body) => deed(() => artifacts.put(at, body)) },
    })
    dying.own.forget = (ids) => deed(() => PublishedLogs.prototype.forget.call(dying.own, ids))
    say(dying.own, text)
    await end(dying.own).catch(() => {})
    const { own, logs } = life()
    expect(await textOf(logs)).toBe(text)
    await end(own)
    expect(await textOf(logs)).toBe(text)
    expect(existsSync(logFile(folder, id))).toBe(false)
  })

  test('goes on with what the next job of its action says, even the same', async () => {
    for (const whole of [text, text + text, text + text + text]) {
      const { own, logs } = life()
      say(own, text)
      await end(own)
      expect(await textOf(logs)).toBe(whole)
    }
  })
})

test('a death after the giving and before the forgetting doubles nothing, also for a job that goes on', async () => {
  const dying = life()
  jest.spyOn(Object.getPrototypeOf(PublishedLogs.prototype), 'forget').mockImplementationOnce(async () => {})
  say(dying.own, short)
  await end(dying.own)
  expect(existsSync(logFile(folder, id))).toBe(true)

  const again = life()
  say(again.own, 'more\n') // recovered before what was left was cleared up
  await end(again.own)
  expect(await textOf(again.logs)).toBe(`${short}more\n`)
  expect(existsSync(logFile(folder, id))).toBe(false)
})

test('two servers that close the same log leave it whole, whoever is late', async () => {
  const first = life()
  const late = life({
    artifacts: {
      put: async (at, body) => {
        await first.archive.close(id)
        return artifacts.put(at, body as Readable)
      },
    },
  })
  await first.kept.change(id, 1, ({ add }) => add(Buffer.from(long)))
  await late.archive.close(id)
  expect(await textOf(late.logs)).toBe(long)
})

test('a log that becomes an object while it is read is read there', async () => {
  const first = life()
  await first.kept.change(id, 1, ({ add }) => add(Buffer.from(long)))
  const reader = life({
    store: {
      read: async (...where) => {
        await first.archive.close(id)
        return first.kept.read(...where)
      },
    },
  })
  expect(await textOf(reader.logs)).toBe(long)
})

test('what history forgets leaves no object', async () => {
  for (const text of [long, short]) {
    const { own } = life()
    say(own, text)
    await end(own)
  }
  expect((await artifacts.list(bucket)).length).toBeGreaterThan(0)
  await life().own.forget([id])
  expect(await artifacts.list(bucket)).toEqual([])
})
