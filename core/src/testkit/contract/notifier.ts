import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import type { Notification, Notifier } from '../../host/plugin.js'
import { type TestRunner, testRunner } from '../runner.js'
import { suiteTimeout } from './action.js'
import { type Given, give } from './fixtures.js'

/**
 * How to look at what arrived.
 * @example
 * const inbox: string[] = []
 * const fixtures: NotifierFixtures = { received: () => inbox }
 */
export interface NotifierFixtures {
  /** What has arrived so far, as text. */
  readonly received: () => readonly string[] | Promise<readonly string[]>
  /** Where the notifications go, when the notifier wants an address. */
  readonly target?: string
  /** The same notifier, with nobody at the other end: it must reject, in words. */
  readonly unreachable?: () => Notifier
  /** What must not be in those words. */
  readonly secrets?: readonly string[]
}

const kinds = ['approvalNeeded', 'executionFailed', 'executionSucceeded', 'executionStarted', 'sourceFailed'] as const

/**
 * Declares what every notifier must keep to: each kind of notification arrives with its message, awkward characters and
 * all; failures reject in words without secrets.
 * @example
 * const inbox: string[] = []
 * const memory: Notifier = { name: 'memory', async notify({ message }) { inbox.push(message) } }
 * testNotifier('memory', () => memory, { received: () => inbox })
 */
export function testNotifier(
  name: string,
  make: () => Notifier | Promise<Notifier>,
  fixtures: Given<NotifierFixtures>,
  runner?: TestRunner,
): void {
  const { describe, test } = testRunner(runner)
  describe(`Notifier contract: ${name}`, () => {
    for (const kind of kinds) {
      test(`${kind} arrives`, async () => assertArrives(await make(), await give(fixtures), kind), suiteTimeout)
    }
    test(
      'nobody at the other end is said in words',
      async () => {
        const { unreachable, target, secrets = [] } = await give(fixtures)
        const notifier = await (unreachable ?? make)()
        assert.match(notifier.name, /^[a-z0-9][a-z0-9-]{0,63}$/, 'its name must be lower-case letters, digits and -')
        if (unreachable === undefined) return
        const failed: unknown = await deliver(notifier, notification('executionFailed', target)).then(
          () => assert.fail('nobody got the notification, and notify() says nothing of it'),
          (error: unknown) => error,
        )
        const { message } = failed as Error
        assert.ok(message.length >= 10, `the error says only '${message}'`)
        for (const secret of secrets) assert.ok(!message.includes(secret), 'the error shows a secret')
      },
      suiteTimeout,
    )
  })
}

/** To the first of its receivers, as the server would. */
async function deliver(notifier: Notifier, about: Notification): Promise<void> {
  const receivers = (await notifier.receivers?.(about)) ?? ['']
  const [receiver] = receivers
  assert.ok(receiver !== undefined, `nobody would be told of ${about.kind}: receivers() answers none`)
  const delivery = { id: randomUUID(), attempt: 1, possibleDuplicate: false, created: Date.now() }
  await notifier.notify(about, { ...delivery, receiver })
}

const awkward = 'Zürich "quoted" <b>&amp;</b> \\ 日本'

function notification(kind: Notification['kind'], target?: string): Notification {
  const base = { kind, subject: `subject of ${kind}`, message: `${kind}: ${awkward}` }
  return target === undefined ? base : { ...base, target }
}

async function assertArrives(notifier: Notifier, { received, target }: NotifierFixtures, kind: Notification['kind']) {
  const before = (await received()).length
  await deliver(notifier, notification(kind, target))
  const came = (await received()).slice(before)
  assert.equal(came.length, 1, `one notification was sent, and ${came.length} arrived`)
  assert.ok(
    came[0]?.includes(kind) && came[0].includes('Zürich') && came[0].includes('日本'),
    `what arrived is ${came[0]}`,
  )
}
