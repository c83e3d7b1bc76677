import {
  actionLifecycle,
  conditionLifecycle,
  executionLifecycle,
  ruleLifecycle,
  stageLifecycle,
} from '../../src/engine/lifecycle.js'

/** The words of the service model, in its enumerations' order. */
const model = {
  execution: 'Cancelled InProgress Stopped Stopping Succeeded Superseded Failed',
  stage: 'Cancelled InProgress Failed Stopped Stopping Succeeded Skipped',
  action: 'InProgress Abandoned Succeeded Failed',
  condition: 'InProgress Failed Errored Succeeded Cancelled Abandoned Overridden',
  rule: 'InProgress Abandoned Succeeded Failed',
}
const tables: Record<string, Readonly<Record<string, Readonly<Record<string, string>>>>> = {
  execution: executionLifecycle,
  stage: stageLifecycle,
  action: actionLifecycle,
  condition: conditionLifecycle,
  rule: ruleLifecycle,
}
const words = (text: string) => text.split(' ').sort()
/** The statuses from which a table leads nowhere. */
const finals = (kind: string) =>
  Object.entries(tables[kind] ?? {}).flatMap(([status, steps]) => (Object.keys(steps).length === 0 ? [status] : []))

test.each(Object.entries(model))('X8, C4: %s has the statuses of the model, each to be reached', (kind, statuses) => {
  const table = tables[kind] ?? {}
  expect(Object.keys(table).sort()).toEqual(words(statuses))
  const reached = Object.values(table).flatMap((steps) => Object.values(steps))
  const unreached = words(statuses).filter((one) => one !== 'InProgress' && !reached.includes(one))
  expect(unreached).toEqual(kind === 'condition' ? ['Errored'] : []) // our rules fail, they do not err
})

test.each([
  { kind: 'execution', final: 'Cancelled Succeeded Superseded' },
  { kind: 'stage', final: 'Cancelled Skipped Succeeded' },
  { kind: 'action', final: 'Abandoned Failed Succeeded' },
])('X8: of the statuses of $kind only $final are for good', ({ kind, final }) => {
  expect(finals(kind).sort()).toEqual(words(final))
})

test('X8: what was stopped or failed comes back only by being resumed', () => {
  for (const table of [executionLifecycle, stageLifecycle]) {
    expect([table.Failed, table.Stopped]).toEqual([{ resume: 'InProgress' }, { resume: 'InProgress' }])
  }
})
