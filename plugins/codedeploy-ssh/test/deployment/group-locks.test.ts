/** One deployment of a group at a time, at all servers: a lock in the database. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { FakeClock, openPluginState, type TestPluginState } from '@penstock/core/testkit'
import { GroupLocks } from '../../src/deployment/group-locks.js'
import { OpenDeployments } from '../../src/deployment/open-deployments.js'
import { eventually } from '../support/wait.js'

let folder: string
let kept: TestPluginState
let clock: FakeClock
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-locks-'))
  kept = await openPluginState(folder)
  clock = new FakeClock()
})
afterEach(async () => {
  await kept.close()
  rmSync(folder, { recursive: true, force: true })
})

/** A server with one deployment, which ends when it is told to. */
function server(holder: string) {
  const locks = new GroupLocks(kept.state)
  const told: string[] = []
  const stop = new AbortController()
  let lost: AbortSignal | undefined
  let end = () => {}
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const turn = { holder, by: holder, clock, signal: stop.signal, onWait: (words: string) => told.push(words) }
  const over = locks.run('site/production', turn, async (signal) => {
    lost = signal
    await ended
  })
  over.catch(() => undefined)
  return { told, over, end, stop, isRunning: () => lost !== undefined, lost: () => lost?.aborted === true }
}

/** Time goes by until `what` is so. */
const later = (what: string, isSo: () => boolean) =>
  eventually(what, async () => {
    await clock.advance(1000)
    return isSo()
  })

test('the second server waits, says for whom, and goes on once the first is done', async () => {
  const one = server('pipeline/Deploy/Servers')
  await eventually('the first runs', one.isRunning)
  const two = server('ada')
  await later('the second waits', () => two.told.length > 0)
  expect(two.told).toEqual([
    expect.stringMatching(
      /^Another deployment of this group is in progress, by pipeline\/Deploy\/Servers at \S+: waiting for it$/,
    ),
  ])
  await clock.advance(600_000) // The first is renewed all the while.
  expect(two.isRunning()).toBe(false)
  one.end()
  await later('the second runs', two.isRunning)
  two.end()
  await two.over
  expect(await kept.state.list({ prefix: 'leases/' })).toEqual([])
})

test('what held the lock before its server was killed has it back at once', async () => {
  await kept.state.put('leases/site/production', { holder: 'action-1', by: 'before', since: 0, beat: 0 })
  const again = server('action-1')
  await eventually('it runs', again.isRunning)
  expect(again.told).toEqual([])
  again.end()
  await again.over
})

test('a lock that nobody has renewed for two minutes is free', async () => {
  await kept.state.put('leases/site/production', { holder: 'dead', by: 'dead at web', since: 0, beat: 0 })
  const next = server('next')
  await later('it waits', () => next.told.length > 0)
  await clock.advance(60_000)
  expect(next.isRunning()).toBe(false)
  await later('it runs', next.isRunning)
  next.end()
  await next.over
})

test('a server that was silent for too long is told that another one deploys by now', async () => {
  const one = server('one')
  await eventually('the first runs', one.isRunning)
  const entry = await kept.state.get('leases/site/production')
  await kept.state.put(
    'leases/site/production',
    { holder: 'two', by: 'two', since: 0, beat: 0 },
    {
      expected: entry?.version,
    },
  )
  await later('it is told', one.lost)
  one.end()
  await one.over
  expect((await kept.state.get<{ holder: string }>('leases/site/production'))?.value.holder).toBe('two')
})

test('who waits can be stopped', async () => {
  const one = server('one')
  await eventually('the first runs', one.isRunning)
  const two = server('two')
  await later('the second waits', () => two.told.length > 0)
  two.stop.abort(new Error('stopped'))
  await expect(two.over).rejects.toThrow('stopped')
  one.end()
  await one.over
})

test('what a lost server left behind is taken over once, after two minutes without a sign of life', async () => {
  const open = (name: string) => new OpenDeployments(kept.state, join(folder, name), clock)
  const [dead, a, b] = [open('dead'), open('a'), open('b')]
  const entry = {
    kind: 'redeploy',
    deploymentId: 'd-LEFT00000',
    server: dead.server,
    of: 'd-OF0000000',
    by: 'ada',
  } as const
  await dead.put(entry)
  expect(await a.adopt()).toEqual([])
  await clock.advance(119_000)
  expect(await a.adopt()).toEqual([]) // It gives signs of life.
  dead.close()
  for (const each of [a, b]) expect(await each.adopt()).toEqual([])
  await clock.advance(120_000)
  const adopted = [await a.adopt(), await b.adopt()]
  expect(adopted).toEqual([[{ ...entry, server: a.server }], []])
}, 30_000)
