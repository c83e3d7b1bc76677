/** Wrong configurations must be refused in words that name the property. */
import assert from 'node:assert/strict'
import type { PropertyDeclaration } from '../../host/action-type-declaration.js'
import { type AnyProvider, reasonOf, runChecked } from './checked-trial.js'
import { type ActionCase, type BadCase, merged } from './fixtures.js'

/** Runs everything that is wrong in itself, and the fixtures' own. Errors: AssertionError. */
export async function assertRefusesBad(
  provider: AnyProvider,
  base: ActionCase,
  bad: readonly BadCase[] = [],
): Promise<void> {
  for (const each of [...derived(provider, base), ...bad.map((one) => ({ ...merged(base, one), says: one.says }))]) {
    const run = await runChecked(provider, each)
    const shown = JSON.stringify(each.configuration)
    assert.equal(run.outcome, 'failed', `${provider.provider} takes the wrong configuration ${shown}`)
    const { message = '' } = run.failure ?? {}
    const found = typeof each.says === 'string' ? message.includes(each.says) : each.says.test(message)
    assert.ok(found, `with ${shown} the error must say ${each.says}, but is ${JSON.stringify(message)}`)
    assert.equal(
      run.failure?.type,
      'ConfigurationError',
      `a wrong configuration is a ConfigurationError: ${reasonOf(run)}`,
    )
  }
}

function derived(provider: AnyProvider, base: ActionCase): BadCase[] {
  const cases: BadCase[] = [withValue(base, 'NoSuchProperty', 'x')]
  for (const [name, property] of Object.entries(provider.configuration)) {
    if (property.required) cases.push(without(base, name))
    const wrong = wrongValue(property)
    if (wrong !== undefined) cases.push(withValue(base, name, wrong))
  }
  return cases
}

function wrongValue({ type, enum: allowed }: PropertyDeclaration): string | undefined {
  if (type === 'number') return 'seven'
  if (type === 'boolean') return 'perhaps'
  return allowed === undefined ? undefined : 'no such value'
}

function withValue(base: ActionCase, name: string, value: string): BadCase {
  return { ...base, configuration: { ...base.configuration, [name]: value }, says: name }
}

function without(base: ActionCase, name: string): BadCase {
  const { [name]: _, ...configuration } = base.configuration ?? {}
  return { ...base, configuration, says: name }
}
