/**
 * What a contract suite needs of a test runner: jest, vitest and `node:test` all have it.
 * @example
 * const collected: string[] = []
 * const runner: TestRunner = { describe: (_name, body) => body(), test: (name) => void collected.push(name) }
 */
export interface TestRunner {
  describe(name: string, body: () => void): void
  /** `timeout` in milliseconds; node's own runner, which has no limit by default, passes over it. */
  test(name: string, body: () => Promise<void>, timeout?: number): void
}

/** The runner given, or else the globals of jest and its like, or else node's own. */
export function testRunner(given?: TestRunner): TestRunner {
  if (given !== undefined) return given
  const { describe, test } = globalThis as unknown as Partial<TestRunner>
  if (typeof describe === 'function' && typeof test === 'function') return { describe, test }
  return require('node:test') as TestRunner
}

/**
 * A test of whatever runner is at work, so that the same file runs under jest and under `node --test`.
 * @example
 * test('two and two', async () => {
 *   if (2 + 2 !== 4) throw new Error('they are not four')
 * })
 */
export function test(name: string, body: () => Promise<void>, timeout = 60_000): void {
  testRunner().test(name, body, timeout)
}

/**
 * Runs once all tests of a file are over, whatever runner is at work: what they started is ended there.
 * @example
 * let clock: NodeJS.Timeout | undefined
 * after(() => clearInterval(clock))
 */
export function after(body: () => void | Promise<void>): void {
  const { afterAll } = globalThis as { readonly afterAll?: (body: () => void | Promise<void>) => void }
  if (typeof afterAll === 'function') afterAll(body)
  else (require('node:test') as { after(body: () => void | Promise<void>): void }).after(body)
}
