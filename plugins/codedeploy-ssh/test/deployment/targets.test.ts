import type { DeployTarget, JobContext } from '@penstock/core'
import { FakeClock } from '@penstock/core/testkit'
import { Targets } from '../../src/deployment/targets.js'
import { lifecycleOf } from '../../src/plan/lifecycle.js'

test('targets are told as they change, many changes at once', async () => {
  const clock = new FakeClock(1000)
  const told: (readonly DeployTarget[])[] = []
  const ctx = { clock, targets: async (list: readonly DeployTarget[]) => void told.push(list) } as unknown as JobContext
  const targets = new Targets(
    ctx,
    ['a', 'b'],
    lifecycleOf({ traffic: false }).map(({ event }) => event),
  )
  targets.status('a', 'InProgress')
  targets.event('a', { name: 'ApplicationStop', status: 'InProgress', startTime: 5 })
  targets.event('a', {
    name: 'ApplicationStop',
    status: 'Failed',
    startTime: 5,
    endTime: 6,
    diagnostics: { errorCode: 'ScriptFailed', scriptName: 'x', message: 'no', logTail: '' },
  })
  await clock.advance(300)
  expect(told).toHaveLength(1)
  targets.status('a', 'Failed')
  targets.status('b', 'Skipped')
  await targets.flush()
  await clock.advance(1000)
  expect(told).toHaveLength(2)
  const [a, b] = told[1] ?? []
  expect(a).toMatchObject({ targetId: 'a', targetType: 'SSH', status: 'Failed', startTime: 1000, endTime: 1300 })
  expect(a?.events[0]).toEqual({
    name: 'ApplicationStop',
    status: 'Failed',
    startTime: 5,
    endTime: 6,
    message: 'ScriptFailed: no',
  })
  expect(a?.events.slice(1).every(({ status }) => status === 'Skipped')).toBe(true)
  expect(b).toMatchObject({ targetId: 'b', status: 'Skipped' })
})

test('the order of events, with and without a load balancer', () => {
  expect(lifecycleOf({ traffic: false }).map(({ event }) => event)).toEqual([
    'ApplicationStop',
    'DownloadBundle',
    'BeforeInstall',
    'Install',
    'AfterInstall',
    'ApplicationStart',
    'ValidateService',
  ])
  expect(lifecycleOf({ traffic: true }).map(({ event, scripts }) => `${event} ${scripts}`)).toEqual([
    'BeforeBlockTraffic previous',
    'AfterBlockTraffic previous',
    'ApplicationStop previous',
    'DownloadBundle agent',
    'BeforeInstall current',
    'Install agent',
    'AfterInstall current',
    'ApplicationStart current',
    'ValidateService current',
    'BeforeAllowTraffic current',
    'AfterAllowTraffic current',
  ])
})
