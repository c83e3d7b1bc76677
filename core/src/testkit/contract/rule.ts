import assert from 'node:assert/strict'
import type { PropertyDeclarations } from '../../host/action-type-declaration.js'
import { ruleProblems } from '../../host/declaration.js'
import type { RuleProvider } from '../../host/rule-provider.js'
import { type TestRunner, testRunner } from '../runner.js'
import { actionChecks, suiteTimeout } from './action.js'
import { type AnyProvider, reasonOf, runChecked } from './checked-trial.js'
import { type ActionCase, type ActionFixtures, type Given, give, merged } from './fixtures.js'

/**
 * A case in which the rule holds, and one in which it does not.
 * @example
 * const fixtures: RuleFixtures = { configuration: { Number: '2' }, fails: { configuration: { Number: '3' } } }
 */
export interface RuleFixtures extends ActionFixtures {
  /** Members under which the rule does not hold. The fixtures themselves are a case in which it does. */
  readonly fails: ActionCase
}

/**
 * Declares what every rule of stage conditions must keep to: all of testActionProvider, a judgement that is the same when
 * asked again, and a reason when the rule does not hold.
 * @example
 * const even = defineRule({
 *   provider: 'Even', configuration: { Number: { type: 'number', description: 'what to judge', required: true } },
 *   async run({ configuration }) {
 *     if (configuration.Number % 2 !== 0) throw new JobFailed(`${configuration.Number} is odd`)
 *   },
 * })
 * testRuleProvider('Even', () => even, { configuration: { Number: '2' }, fails: { configuration: { Number: '3' } } })
 */
export function testRuleProvider<P extends PropertyDeclarations>(
  name: string,
  make: () => RuleProvider<P> | Promise<RuleProvider<P>>,
  fixtures: Given<RuleFixtures>,
  runner?: TestRunner,
): void {
  const { describe, test } = testRunner(runner)
  describe(`RuleProvider contract: ${name}`, () => {
    const made = async () => (await make()) as unknown as AnyProvider
    const check = (what: string, body: (rule: AnyProvider, fixtures: RuleFixtures) => Promise<void>) =>
      test(what, async () => body(await made(), await give(fixtures)), suiteTimeout)
    check('its declaration is valid', async (rule) => assert.deepEqual(ruleProblems(rule as RuleProvider), []))
    check('it judges the same case the same, and gives its reason', async (rule, given) => {
      for (let time = 1; time <= 2; time++) {
        const holds = await runChecked(rule, given)
        assert.equal(holds.outcome, 'succeeded', `the fixtures' own case must hold: ${reasonOf(holds)}`)
        const fails = await runChecked(rule, merged(given, given.fails))
        assert.equal(fails.outcome, 'failed', 'the case that fails must fail')
        assert.ok((fails.failure?.message ?? '').length >= 5, `the reason is only '${fails.failure?.message}'`)
        assert.equal(fails.failure?.type, 'JobFailed', `a rule that does not hold is a JobFailed: ${reasonOf(fails)}`)
      }
    })
    actionChecks(check as Parameters<typeof actionChecks>[0], made)
  })
}
