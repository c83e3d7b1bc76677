/** Notifications on their way, on a clock that a test moves and a real database. */
import { Courier } from '../../../src/app/deliveries/courier.js'
import { notificationDeliveries } from '../../../src/app/deliveries/deliveries.js'
import { deliveriesOf } from '../../../src/app/deliveries/dispatch.js'
import type { Delivery, DeliveryStore } from '../../../src/domain/delivery.js'
import {
  NotDeliverable,
  type Notification,
  type NotificationDelivery,
  type Notifier,
} from '../../../src/host/plugin.js'
import { type Database, openSqlite } from '../../../src/store/database.js'
import { deliveryStore } from '../../../src/store/delivery-store.js'
import { FakeClock } from '../../../src/testkit/fake-clock.js'

const [second, minute, hour] = [1_000, 60_000, 3_600_000]
const failed: Notification = { kind: 'executionFailed', subject: 'shop failed', message: 'x', pipelineName: 'shop' }

let database: Database
let store: DeliveryStore
let clock: FakeClock
let courier: Courier
let told: NotificationDelivery[]
let answer: (delivery: NotificationDelivery) => Promise<void>
let log: [string, Record<string, unknown>][]
const chat: Notifier = {
  name: 'chat',
  receivers: ({ kind, target }) => (target === undefined && kind !== 'executionStarted' ? ['ann', 'ben'] : []),
  async notify(_notification, delivery) {
    if (!delivery) throw new Error('without a delivery')
    told.push(delivery)
    await answer(delivery)
  },
}
const note = (message: string, details: Record<string, unknown> = {}) => void log.push([message, details])
const logger = { debug: note, info: note, warn: note, error: note }

beforeEach(async () => {
  database = await openSqlite(':memory:')
  store = deliveryStore(database)
  clock = new FakeClock()
  ;[told, log, answer] = [[], [], async () => {}]
  courier = another()
})
afterEach(() => database.close())

function another(): Courier {
  return new Courier({ clock, log: logger, store, notifier: (name) => (name === 'chat' ? chat : undefined) })
}

async function tell(notification: Notification, event = '1.0', topics = {}, notifiers = [chat]): Promise<void> {
  const parts = { notifiers, topics, log: logger, now: clock.now(), giveUpMs: 24 * hour }
  await store.add(await deliveriesOf(notification, event, parts))
}

async function look(): Promise<void> {
  courier.wake()
  await courier.idle()
}

/** Moves the clock and looks as often as the server does, or rather whenever something is due. */
async function pass(ms: number): Promise<void> {
  const end = clock.now() + ms
  for (let due = await store.nextDue(); due !== undefined && due <= end; due = await store.nextDue()) {
    await clock.advance(Math.max(0, due - clock.now()))
    await look()
  }
  await clock.advance(end - clock.now())
}

const all = async () => (await store.page({ limit: 100 })).deliveries
const one = async (receiver: string) => (await all()).find((each) => each.receiver === receiver) as Delivery

test('each receiver is told once, and an event that is told again tells nobody again', async () => {
  await tell(failed)
  await look()
  await tell(failed)
  await look()
  expect(told.map(({ receiver, attempt, possibleDuplicate }) => [receiver, attempt, possibleDuplicate])).toEqual([
    ['ann', 1, false],
    ['ben', 1, false],
  ])
  expect((await all()).map(({ status }) => status)).toEqual(['Delivered', 'Delivered'])
  await tell(failed, '1.1')
  await look()
  expect(told).toHaveLength(4)
  expect(new Set(told.map(({ id }) => id)).size).toBe(4)
})

test('what fails is tried again, later and later, under the same id, and no other receiver waits for it', async () => {
  answer = async ({ receiver, attempt }) => {
    if (receiver === 'ann' && attempt < 4) throw new Error('ann is away')
  }
  await tell(failed)
  await look()
  expect(await one('ben')).toMatchObject({ status: 'Delivered' })
  const began = clock.now()
  const pauses: number[] = []
  while ((await one('ann')).status === 'Pending') {
    pauses.push((await one('ann')).due - clock.now())
    await pass((await one('ann')).due - clock.now())
  }
  expect(pauses).toEqual([5 * second, 30 * second, 2 * minute])
  expect(clock.now() - began).toBe(155 * second)
  const mine = told.filter(({ receiver }) => receiver === 'ann')
  expect(mine.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4])
  expect(new Set(mine.map(({ id }) => id)).size).toBe(1)
  expect((await one('ann')).log.map(({ error }) => error)).toEqual([
    'ann is away',
    'ann is away',
    'ann is away',
    undefined,
  ])
})

test('after a day it is given up, with a mark and the reason, and only somebody brings it back', async () => {
  answer = async () => {
    throw new Error('nobody there')
  }
  await tell(failed)
  await pass(24 * hour)
  expect(await one('ann')).toMatchObject({ status: 'GivenUp', ended: clock.now() })
  expect(log.at(-1)).toMatchObject(['notification given up', { notifier: 'chat', error: 'nobody there' }])
  const attempts = told.length
  await pass(48 * hour)
  expect(told).toHaveLength(attempts)
  answer = async () => {}
  const deliveries = notificationDeliveries({ store, clock, giveUpMs: 24 * hour, wake: () => courier.wake() })
  await deliveries.redeliver((await one('ann')).id)
  await courier.idle()
  expect(await one('ann')).toMatchObject({ status: 'Delivered', possibleDuplicate: false })
  await deliveries.redeliver((await one('ann')).id)
  await courier.idle()
  expect(told.at(-1)).toMatchObject({ id: (await one('ann')).id, possibleDuplicate: true })
  await expect(deliveries.redeliver('nothing')).rejects.toMatchObject({ code: 'ResourceNotFoundException' })
})

test('what cannot be delivered is given up at once, and who says when to ask again is asked then', async () => {
  answer = async ({ receiver }) => {
    if (receiver === 'ann') throw new NotDeliverable('ann is gone')
    throw Object.assign(new Error('too many'), { retryAfterMs: 10 * minute })
  }
  await tell(failed)
  await look()
  expect(await one('ann')).toMatchObject({ status: 'GivenUp', attempts: 1 })
  expect((await one('ben')).due - clock.now()).toBe(10 * minute)
})

test('a server that is lost in an attempt loses nothing: the next one says that it may be a duplicate', async () => {
  answer = () => new Promise(() => {})
  await tell(failed)
  courier.wake()
  while (told.length < 2) await new Promise(setImmediate)
  // The first courier never ends; another server does not take what may be going on,
  courier = another()
  answer = async () => {}
  await look()
  expect(told).toHaveLength(2)
  // but when it counts as lost.
  await store.recover(clock.now())
  await look()
  expect(told.slice(2)).toMatchObject([
    { id: told[0]?.id, attempt: 2, possibleDuplicate: true },
    { id: told[1]?.id, attempt: 2, possibleDuplicate: true },
  ])
})

test('one that hangs is a failure after half a minute, and its late end changes nothing', async () => {
  let arrives = () => {}
  answer = ({ receiver }) => (receiver === 'ann' ? new Promise((resolve) => (arrives = resolve)) : Promise.resolve())
  await tell(failed)
  courier.wake()
  while ((await one('ben')).status === 'Pending') await new Promise(setImmediate)
  await clock.advance(30 * second)
  await courier.idle()
  arrives()
  expect((await one('ann')).log).toMatchObject([{ ms: 30 * second, error: 'it did not answer within 30 s' }])
})

test('a topic leads to the addresses that the operator gave it, and what nobody takes is no silence', async () => {
  const mail: Notifier = {
    name: 'mail',
    receivers: ({ target = '' }) => (target.startsWith('mailto:') ? [target] : []),
    notify: async () => {},
  }
  const arn = 'arn:aws:sns:us-east-1:000000000000:ops'
  await tell({ ...failed, target: arn }, '2.0', { [arn]: ['mailto:ann@example.com', 'https://example.com/hook'] }, [
    mail,
  ])
  expect(await all()).toMatchObject([
    { notifier: 'none', status: 'GivenUp', log: [{ error: expect.stringContaining('plugins.webhook-notify') }] },
    { notifier: 'mail', receiver: 'mailto:ann@example.com', notification: { topic: arn } },
  ])
})

test('a notifier without receivers gets everything that it has always got', async () => {
  const old: Notifier = { name: 'old', notify: async () => {} }
  await tell(failed, '1.0', {}, [old])
  await tell({ ...failed, kind: 'executionStopped' }, '1.1', {}, [old])
  expect(await all()).toMatchObject([{ notifier: 'old', receiver: '' }])
})

test('what ended long ago is forgotten; what waits is not', async () => {
  answer = async ({ receiver }) => {
    if (receiver === 'ann') throw new Error('away')
  }
  await tell(failed)
  await look()
  await store.forget(clock.now() + 1)
  expect(await all()).toMatchObject([{ receiver: 'ann', status: 'Pending' }])
})
