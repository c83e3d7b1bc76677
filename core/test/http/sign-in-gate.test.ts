import { lockAfter, lockedMs, SignInGate } from '../../src/http/sign-in-gate.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

let clock: FakeClock
let gate: SignInGate
let checked: string[]
beforeEach(() => {
  clock = new FakeClock()
  gate = new SignInGate(clock)
  checked = []
})

/** One try: `ok`, `wrong` or `refused`. */
async function attempt(user: string, from: string, password = 'wrong'): Promise<string> {
  try {
    const answer = await gate.pass(user, from, async () => {
      checked.push(`${user} ${from}`)
      return password === 'right' ? 'ok' : undefined
    })
    return answer ?? 'wrong'
  } catch {
    return 'refused'
  }
}

/** Tries one after another, as fast as they are let through. */
async function guess(times: number, user: (n: number) => string, from: (n: number) => string): Promise<string[]> {
  const answers: string[] = []
  for (let n = 0; n < times; n++) {
    const answer = attempt(user(n), from(n))
    await clock.advance(31_000)
    answers.push(await answer)
  }
  return answers
}

test('a wave of tries is looked at one by one, in the order of arrival, and what is too much is refused at once', async () => {
  await guess(
    4,
    () => 'ann',
    () => '10.0.0.1',
  )
  checked = []
  const wave = Array.from({ length: 400 }, (_, n) => attempt('ann', `10.1.0.${n % 250}`, n === 399 ? 'right' : 'wrong'))
  await clock.advance(0)
  expect(checked).toHaveLength(1) // half a minute had passed since the last failure
  await clock.advance(10 * 60_000)
  const answers = await Promise.all(wave)
  expect(checked).toEqual(Array.from({ length: 8 }, (_, n) => `ann 10.1.0.${n}`))
  expect(answers.filter((answer) => answer === 'refused')).toHaveLength(392)
  expect(answers.at(-1)).toBe('refused')
})

test('each try waits for what the failures before it cost, though all came at once', async () => {
  const answers = Array.from({ length: 5 }, (_, n) => attempt('ann', `10.0.0.${n}`))
  await clock.advance(0)
  expect(checked).toHaveLength(3)
  await clock.advance(1_000)
  expect(checked).toHaveLength(4)
  await clock.advance(1_999)
  expect(checked).toHaveLength(4)
  await clock.advance(1)
  expect(await Promise.all(answers)).toEqual(Array(5).fill('wrong'))
})

test('a name is locked after so many failures from any addresses, for a quarter of an hour', async () => {
  await guess(
    lockAfter.user,
    () => 'ann',
    (n) => `10.0.${n}.1`,
  )
  checked = []
  expect(await attempt('ann', '192.0.2.1', 'right')).toBe('refused')
  expect(checked).toEqual([])
  expect(await attempt('bob', '192.0.2.1', 'right')).toBe('ok')
  await clock.advance(lockedMs)
  expect(await attempt('ann', '192.0.2.1', 'right')).toBe('ok')
})

test('an address is locked after so many failures over any names', async () => {
  await guess(
    lockAfter.address,
    (n) => `user${n}`,
    () => '10.0.0.1',
  )
  expect(await attempt('ann', '10.0.0.1', 'right')).toBe('refused')
  expect(await attempt('ann', '10.0.0.2', 'right')).toBe('ok')
})

test('who signed in from an address before is not kept out by what others do to the name', async () => {
  expect(await attempt('ann', '192.0.2.1', 'right')).toBe('ok')
  await guess(
    lockAfter.user,
    () => 'ann',
    (n) => `10.0.${n}.1`,
  )
  expect(await attempt('ann', '192.0.2.1', 'right')).toBe('ok')
  expect(await attempt('ann', '192.0.2.2', 'right')).toBe('refused')
})

test('a success begins anew', async () => {
  await guess(
    5,
    () => 'ann',
    () => '10.0.0.1',
  )
  const right = attempt('ann', '10.0.0.1', 'right')
  await clock.advance(31_000)
  expect(await right).toBe('ok')
  expect(await attempt('ann', '10.0.0.1')).toBe('wrong')
  expect(clock.pending).toBe(0)
})
