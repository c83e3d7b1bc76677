/** A whole server on a file system of its own, which fills up. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { startServer } from '../../src/app/server.js'
import { StorageWatch } from '../../src/app/storage-watch.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const asRoot = process.getuid?.() === 0 ? test : test.skip

async function eventually(look: () => Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 30_000; !(await look()); await delay(100))
    if (Date.now() > deadline) throw new Error('it did not come to be')
}

asRoot(
  'a server whose disk is full is not ready and says why, lives on, and is ready again once there is room',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-full-'))
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', folder])
    const server = await startServer({ dataDir: folder, port: 0, env: {}, bundled: [], writeLog: () => {} })
    try {
      const ask = async (path: string, headers = {}) => {
        const answer = await fetch(server.address + path, { headers })
        return { status: answer.status, body: (await answer.json()) as Record<string, string> }
      }
      expect(await ask('/ready')).toEqual({ status: 200, body: { status: 'ready' } })
      const { bavail, bsize } = statfsSync(folder)
      const filler = join(folder, 'filler')
      writeFileSync(filler, Buffer.alloc(bavail * bsize))
      await eventually(async () => (await ask('/ready')).status === 503)
      expect((await ask('/ready')).body).toEqual({
        status: 'not ready',
        reason: expect.stringMatching(/^the data folder .* cannot be written: ENOSPC: no space left on device/),
      })
      const elsewhere = await ask('/ready', { 'x-forwarded-for': '192.0.2.1' })
      expect(elsewhere.body.reason).toBe('what it must keep cannot be written')
      expect((await ask('/health')).status).toBe(200)
      rmSync(filler)
      await eventually(async () => (await ask('/ready')).status === 200)
    } finally {
      await server.stop()
      execFileSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    }
  },
  90_000,
)

test('a database that refuses, or does not answer, is told of; all who ask meanwhile share one answer', async () => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'penstock-probe-'))
  const clock = new FakeClock()
  let asked = 0
  let answer: () => Promise<void> = () => Promise.reject(new Error('the server is gone'))
  const write = () => {
    asked++
    return answer()
  }
  try {
    const watch = new StorageWatch({ clock, dataFolder, write })
    expect(await Promise.all([watch.problem(), watch.problem()])).toEqual([
      'the database cannot be written: the server is gone',
      'the database cannot be written: the server is gone',
    ])
    expect(asked).toBe(1)
    await clock.advance(2_000)
    answer = () => new Promise(() => {})
    const silent = watch.problem()
    await eventually(async () => asked === 2)
    await clock.advance(5_000)
    expect(await silent).toBe('the database took no write within 5 s')
    answer = async () => {}
    expect(await watch.problem()).toBeUndefined()
  } finally {
    rmSync(dataFolder, { recursive: true, force: true })
  }
})
