/** Backups by the clock: what is made, what is verified, what goes, and what stays when one fails. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type BackupParts, backupTask } from '../../src/app/backups.js'
import { loadConfig } from '../../src/app/config.js'
import { backup } from '../../src/cli/backup/backup.js'
import { verifyBackup } from '../../src/cli/backup/verify.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'
import { startTestServer, type TestServer } from '../../src/testkit/test-server.js'

jest.setTimeout(60_000)

const day = 24 * 60 * 60_000
let folder: string
let clock: FakeClock
let log: [string, unknown][]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-backups-'))
  clock = new FakeClock()
  log = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const note = (message: string, details?: unknown) => void log.push([message, details])
const made = () => readdirSync(join(folder, 'backups')).sort()

function task(run: NonNullable<BackupParts['run']>, yaml = '') {
  writeFileSync(join(folder, 'penstock.yaml'), `backups: { schedule: '0 3 * * *', folder: backups, keep: 2${yaml} }\n`)
  const config = loadConfig({ cwd: folder, env: {} })
  const found = backupTask({ config, clock, log: { debug: note, info: note, warn: note, error: note }, run })
  if (!found) throw new Error('there is no task')
  return found
}

/** The commands, but for their process. */
const makes: NonNullable<BackupParts['run']> = async ([verb, target = '']) => {
  if (verb === 'backup') mkdirSync(target)
}
const { signal } = new AbortController()

test('none is made unless a schedule and a folder say so, and one alone is refused', () => {
  expect(backupTask({ config: loadConfig({ cwd: folder, env: {} }), clock, log: console })).toBeUndefined()
  writeFileSync(join(folder, 'penstock.yaml'), "backups: { schedule: '0 3 * * *' }\n")
  expect(() => loadConfig({ cwd: folder, env: {} })).toThrow(/folder/)
  writeFileSync(join(folder, 'penstock.yaml'), "backups: { schedule: '0 25 * * *', folder: b }\n")
  expect(() => backupTask({ config: loadConfig({ cwd: folder, env: {} }), clock, log: console })).toThrow(
    /^backups\.schedule: .*25/,
  )
})

test('so many stay, and nothing that is not a backup is touched', async () => {
  const backups = task(makes)
  expect(backups.next(clock.now())).toBe(clock.now() + 3 * 60 * 60_000)
  mkdirSync(join(folder, 'backups', 'penstock-of-ann'), { recursive: true })
  mkdirSync(join(folder, 'backups', 'penstock-20250101T030000Z.unfinished'))
  for (let days = 0; days < 4; days++) {
    await backups.run(signal)
    await clock.advance(day)
  }
  expect(made()).toEqual(['penstock-20260103T000000Z', 'penstock-20260104T000000Z', 'penstock-of-ann'])
})

test('one that fails or cannot be restored takes no older one away', async () => {
  await task(makes).run(signal)
  await clock.advance(day)
  await task(makes).run(signal)
  const damaged: typeof makes = async (args, aborted) => {
    if (args[0] === 'verify-backup') throw new Error('penstock.db is damaged')
    await makes(args, aborted)
  }
  for (let days = 0; days < 2; days++) {
    await clock.advance(day)
    await task(damaged).run(signal)
  }
  expect(log.at(-1)).toMatchObject([
    'the backup cannot be restored: the older ones stay',
    { error: 'penstock.db is damaged' },
  ])
  await clock.advance(day)
  await task(() => Promise.reject(new Error('no space'))).run(signal)
  expect(log.at(-1)).toMatchObject(['the backup failed: the older ones stay', { error: 'no space' }])
  expect(made()).toEqual(['penstock-20260101T000000Z', 'penstock-20260102T000000Z'])
})

describe('a backup of a server that runs', () => {
  let server: TestServer
  let copy: string
  const said: string[] = []
  const quietly = async (run: () => Promise<void>) => {
    const spy = jest.spyOn(process.stdout, 'write').mockImplementation((text) => said.push(String(text)) > 0)
    await run().finally(() => spy.mockRestore())
  }
  beforeAll(async () => {
    server = await startTestServer()
  })
  beforeEach(async () => {
    copy = join(folder, 'copy')
    await quietly(() => backup(copy, { data: server.config.dataDir }))
  })
  afterAll(() => server.stop())

  test('can be restored, and verifying changes nothing of it', async () => {
    const before = readdirSync(copy, { recursive: true }).sort()
    await quietly(() => verifyBackup(copy, { output: 'json' }))
    expect(JSON.parse(said.at(-1) ?? '')).toMatchObject({
      folder: copy,
      database: 'sqlite',
      pipelines: 0,
      executions: 0,
    })
    expect(readdirSync(copy, { recursive: true }).sort()).toEqual(before)
  })

  test.each<[string, (copy: string) => void, RegExp]>([
    [
      'a database with a hole',
      (copy) => writeFileSync(join(copy, 'penstock.db'), Buffer.alloc(5_000, 7), { flag: 'r+' }),
      /damaged|cannot be opened/,
    ],
    ['no database', (copy) => rmSync(join(copy, 'penstock.db')), /has no penstock\.db/],
    ['no key', (copy) => rmSync(join(copy, 'secrets', 'master.key')), /has no secrets\/master\.key/],
    [
      "another server's key",
      (copy) => writeFileSync(join(copy, 'secrets', 'master.key'), '1'.repeat(64)),
      /is not the master key/,
    ],
    ['a note that is cut off', (copy) => writeFileSync(join(copy, 'backup.json'), '{"version":'), /not JSON/],
  ])('%s is found', async (_it, harm, says) => {
    harm(copy)
    await expect(quietly(() => verifyBackup(copy, {}))).rejects.toThrow(says)
  })
})
