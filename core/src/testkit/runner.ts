/** What a contract suite needs of a test runner: jest, vitest and `node:test` all have it. */
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
