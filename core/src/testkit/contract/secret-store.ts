import assert from 'node:assert/strict'
import type { SecretStore } from '../../host/plugin.js'
import { type TestRunner, testRunner } from '../runner.js'
import { suiteTimeout } from './action.js'

/**
 * Declares what every secret store must keep to: it gives what it has, the same each time and to many at once; what it
 * does not have is `undefined`, and so is what merely looks like a path.
 * @example
 * const store: SecretStore = { name: 'fixed', get: async (name) => (name === 'token' ? 's3cret' : undefined) }
 * testSecretStore('fixed', () => store, { token: 's3cret' })
 */
export function testSecretStore(
  name: string,
  make: () => SecretStore | Promise<SecretStore>,
  has: Readonly<Record<string, string>>,
  runner?: TestRunner,
): void {
  const { describe, test } = testRunner(runner)
  const check = (what: string, body: (store: SecretStore) => Promise<void>) =>
    test(what, async () => body(await make()), suiteTimeout)
  describe(`SecretStore contract: ${name}`, () => {
    check('it gives what it has, each time', async (store) => {
      for (const [key, value] of Object.entries(has)) {
        assert.equal(await store.get(key), value)
        assert.deepEqual(await Promise.all([store.get(key), store.get(key), store.get(key)]), [value, value, value])
      }
    })
    check('what it does not have is undefined', async (store) => {
      for (const key of ['no-such-secret', '../../../../etc/passwd', '/etc/passwd', '__proto__', 'a\0b', '']) {
        assert.equal(await store.get(key).catch(refused(has)), undefined, `it answers to ${JSON.stringify(key)}`)
      }
    })
  })
}

/** A refusal is as good as nothing, unless it quotes a secret. */
function refused(has: Readonly<Record<string, string>>): (error: unknown) => undefined {
  return (error) => {
    for (const value of Object.values(has)) assert.ok(!String(error).includes(value), 'the error shows a secret')
    return undefined
  }
}
