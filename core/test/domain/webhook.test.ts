import { DeliveryLog, type JsonQuery, matchFilters, webhookLimits } from '../../src/domain/webhook.js'

describe('W2 filters', () => {
  /** Enough of JSONPath for these tests: names from the root. */
  const query: JsonQuery = (path, json) => {
    let at: unknown = json
    for (const name of path.split('.').slice(1)) at = (at as Record<string, unknown> | undefined)?.[name]
    return at === undefined ? [] : [at]
  }
  const payload = { ref: 'refs/heads/main', repository: { private: false, id: 7 } }
  const judge = (...filters: { jsonPath: string; matchEquals?: string }[]) =>
    matchFilters(filters, payload, { Branch: 'main', Odd: '$&' }, query)

  test.each([
    { it: 'none', filters: [] },
    { it: 'a text', filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/main' }] },
    { it: "the action's configuration", filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/{Branch}' }] },
    {
      it: 'what is not a text',
      filters: [
        { jsonPath: '$.repository.private', matchEquals: 'false' },
        { jsonPath: '$.repository.id', matchEquals: '7' },
      ],
    },
    { it: 'being there', filters: [{ jsonPath: '$.repository' }] },
  ])('match: $it', ({ filters }) => {
    expect(judge(...filters)).toBeUndefined()
  })

  test.each([
    {
      it: 'another value',
      filters: [{ jsonPath: '$.ref', matchEquals: 'refs/heads/dev' }],
      says: '$.ref is refs/heads/main, and refs/heads/dev is wanted',
    },
    { it: 'only part of the value', filters: [{ jsonPath: '$.ref', matchEquals: 'main' }], says: 'main is wanted' },
    { it: 'nothing there', filters: [{ jsonPath: '$.nope', matchEquals: 'x' }], says: '$.nope is nothing' },
    { it: 'not being there', filters: [{ jsonPath: '$.nope' }], says: 'leads to nothing' },
    {
      it: 'one of two',
      filters: [
        { jsonPath: '$.ref', matchEquals: 'refs/heads/main' },
        { jsonPath: '$.repository.id', matchEquals: '8' },
      ],
      says: '8 is wanted',
    },
    {
      it: 'an unknown key stays as it is',
      filters: [{ jsonPath: '$.ref', matchEquals: '{Nope}{constructor}' }],
      says: '{Nope}{constructor} is wanted',
    },
    {
      it: 'a value with a meaning in replacements',
      filters: [{ jsonPath: '$.ref', matchEquals: '{Odd}' }],
      says: 'and $& is wanted',
    },
  ])('do not match: $it', ({ filters, says }) => {
    expect(judge(...filters)).toContain(says)
  })
})

test('W4 a delivery counts once, for three days, for each webhook', () => {
  let now = 0
  const log = new DeliveryLog({ now: () => now })
  expect(log.isNew('hook', 'a')).toBe(true)
  expect(log.isNew('hook', 'a')).toBe(false)
  expect(log.isNew('other', 'a')).toBe(true)
  expect(log.isNew('hook', undefined)).toBe(true)
  expect(log.isNew('hook', undefined)).toBe(true)
  now = webhookLimits.remembered
  expect(log.isNew('hook', 'a')).toBe(false)
  now += 1
  expect(log.isNew('hook', 'a')).toBe(true)
  log.forget('hook', 'a')
  expect(log.isNew('hook', 'a')).toBe(true)
  for (let more = 0; more < webhookLimits.deliveries; more++) log.isNew('hook', `more-${more}`)
  expect(log.isNew('hook', 'a')).toBe(true) // the oldest made room
  expect(log.isNew('hook', 'more-999')).toBe(false)
})
