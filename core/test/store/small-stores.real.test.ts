/** The stores around the engine, on both databases. */

import { SqlAccessStore } from '../../src/store/access-store.js'
import { SqlAuditStore } from '../../src/store/audit-store.js'
import { deliveryStore } from '../../src/store/delivery-store.js'
import { MetaStore } from '../../src/store/meta-store.js'
import { beyondLimits, historyOf } from '../../src/store/old-history.js'
import { pluginStateStore } from '../../src/store/plugin-state-store.js'
import { sourceStateStore } from '../../src/store/source-state-store.js'
import { taskStore } from '../../src/store/task-store.js'
import { onEachDatabase } from './support/databases.js'

onEachDatabase((database) => {
  test('a fact that two servers make up at once is one', async () => {
    const meta = new MetaStore(database())
    const kept = await Promise.all([meta.keep('bucket', 'a'), meta.keep('bucket', 'b')])
    expect(kept[0]).toBe(kept[1])
    await meta.set('bucket', 'c')
    expect(await meta.get('bucket')).toBe('c')
    expect(await meta.get('nothing')).toBeUndefined()
  })

  test('a task is claimed once for each time, and again when its claim has ended', async () => {
    const tasks = taskStore(database())
    const claim = (now: number, next: number) =>
      tasks.claim({ name: 't', now, next, latest: now + 200, until: now + 30 })
    expect((await Promise.all([claim(100, 200), claim(100, 200), claim(100, 200)])).filter(Boolean)).toHaveLength(1)
    expect(await claim(150, 200)).toBe(false) // not due
    await tasks.release('t')
    expect(await claim(200, 210)).toBe(true)
    expect(await claim(215, 220)).toBe(false) // runs still
    expect(await claim(231, 240)).toBe(true) // its holder is gone
    expect(await claim(20, 30)).toBe(true) // the clock was put back
    expect(await claim(20, 30)).toBe(false)
  })

  test('a poll is claimed once, and a finished one is not written over an edit', async () => {
    const states = sourceStateStore(database())
    const state = (actionName: string, nextPoll: number) => ({
      pipelineName: 'p',
      actionName,
      schedule: 's',
      pollKey: 'k',
      nextPoll,
      failures: 0,
    })
    await states.replace('p', [state('a', 10), state('b', 20)])
    expect((await states.due(15, 10)).map(({ actionName }) => actionName)).toEqual(['a'])
    const due = await states.due(20, 10)
    const claims = await Promise.all([states.claim(due, 99), states.claim(due, 99)])
    expect(
      claims
        .flat()
        .map(({ actionName }) => actionName)
        .sort(),
    ).toEqual(['a', 'b'])
    expect(await states.due(50, 10)).toEqual([])
    await states.finish({ ...state('a', 60), lastPolled: 20 }, 99)
    await states.replace('p', [state('a', 70)])
    await states.finish({ ...state('a', 80), lastPolled: 21 }, 99) // somebody edited the pipeline meanwhile
    expect(await states.ofPipeline('p')).toEqual([state('a', 70)])
    expect(await states.pipelineNames()).toEqual(['p'])
    await states.replace('p', [])
    expect(await states.pipelineNames()).toEqual([])
  })

  test('a plugin stays switched off until it is switched on', async () => {
    const states = pluginStateStore(database())
    await states.setEnabled('a', false)
    await states.setEnabled('b', false)
    await states.setEnabled('a', true)
    expect(await states.disabled()).toEqual(new Set(['b']))
  })

  test('users, keys and sessions', async () => {
    const store = new SqlAccessStore(database())
    expect(await store.hasUsers()).toBe(false)
    await store.putUser({ name: 'ann', passwordHash: 'h1', policies: [] })
    await store.putUser({ name: 'ann', passwordHash: 'h2', policies: ['AWSCodePipelineApproverAccess'] })
    expect(await store.user('ann')).toEqual({
      name: 'ann',
      passwordHash: 'h2',
      policies: ['AWSCodePipelineApproverAccess'],
    })
    const key = {
      accessKeyId: 'AKIA1',
      userName: 'ann',
      policies: [],
      created: 1,
      status: 'Active',
      sealedSecret: 's',
    } as const
    await store.addAccessKey(key)
    await store.touchAccessKey('AKIA1', 5)
    expect(await store.accessKeys()).toEqual([{ ...key, lastUsed: 5 }])
    expect(await store.deleteAccessKey('AKIA1')).toBe(true)
    expect(await store.deleteAccessKey('AKIA1')).toBe(false)
    for (const [hash, expires] of [
      ['a', 10],
      ['b', 20],
    ] as const)
      await store.addSession({ tokenHash: hash, userName: 'ann', expires })
    await store.extendSession('a', 30)
    await store.deleteExpiredSessions(25)
    expect([await store.session('a'), await store.session('b')]).toEqual([{ userName: 'ann', expires: 30 }, undefined])
    await store.deleteSessionsOf('ann')
    expect(await store.session('a')).toBeUndefined()
  })

  test('the audit log forgets what is too old', async () => {
    const audit = new SqlAuditStore(database())
    for (const at of [1, 2, 3])
      await audit.add({ at, principal: 'p', operation: 'o', target: 't', result: 'ok', detail: `${at}` })
    await audit.deleteBefore(2)
    expect((await audit.page(undefined, 10)).map(({ at }) => at)).toEqual([3, 2])
  })

  test('an empty history leaves nothing to remove', async () => {
    expect(await historyOf(database(), [])).toEqual({ actionExecutionIds: [], artifacts: [] })
    expect(await beyondLimits(database(), 'p', { before: 1, keep: 1 }, 10)).toEqual([])
  })

  test("a delivery is one server's alone while it is tried, and its lane waits", async () => {
    const store = deliveryStore(database())
    const delivery = (id: string, receiver: string) => ({
      id,
      notifier: 'chat',
      receiver,
      status: 'Pending' as const,
      created: 1,
      due: 1,
      attempts: 0,
      inFlight: false,
      giveUpAt: 1_000,
      possibleDuplicate: false,
      notification: { kind: 'executionFailed' as const, subject: 's', message: 'm', pipelineName: 'p' },
      log: [],
    })
    await store.add([delivery('a', 'ann'), delivery('b', 'ben')])
    await store.add([delivery('a', 'ann')]) // told again
    const claim = (now: number, busy: string[] = []) => store.claim({ now, leaseMs: 50, busy })
    const both = await Promise.all([claim(10), claim(10), claim(10)])
    expect(both.flatMap((one) => one?.id ?? []).sort()).toEqual(['a', 'b'])
    const lost = await claim(60, ['chat ben'])
    expect(lost).toMatchObject({ id: 'a', attempts: 2, possibleDuplicate: true })
    // What the lost attempt comes to is no news any more.
    await store.settle({ ...delivery('a', 'ann'), attempts: 1, status: 'Delivered', ended: 70 })
    expect(await store.find('a')).toMatchObject({ status: 'Pending', inFlight: true })
    await store.settle({ ...delivery('a', 'ann'), attempts: 2, status: 'Delivered', ended: 70 })
    expect(await store.page({ status: 'Delivered', limit: 5 })).toMatchObject({ deliveries: [{ id: 'a', ended: 70 }] })
    const page = await store.page({ pipelineName: 'p', limit: 1 })
    expect(page.deliveries).toMatchObject([{ id: 'b' }])
    expect((await store.page({ pipelineName: 'p', limit: 1, before: page.next })).deliveries).toMatchObject([
      { id: 'a' },
    ])
    expect(await store.counts()).toContainEqual({ notifier: 'chat', status: 'Delivered', count: 1 })
  })
})
