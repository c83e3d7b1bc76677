import { actionTypeKey } from '@penstock/core'
import { runAction } from '@penstock/core/testkit'
import { standIns } from '../src/stand-in.js'

test('no type is there twice', () => {
  const keys = standIns.map(({ category, owner = 'Custom', provider }) =>
    actionTypeKey({ category, owner, provider, version: '1' }),
  )
  expect([...new Set(keys)]).toEqual(keys)
})

test.each(standIns)('$category/$owner/$provider fails with what to put in its place', async (type) => {
  const run = await runAction(type, { configuration: { Whatever: 'AWS knows' } })
  expect(run).toMatchObject({ outcome: 'failed', failure: { type: 'ConfigurationError' } })
  expect(run.failure?.message).toBe(`this action type does not run here: ${type.instead}`)
  expect(type.instead).toMatch(/^(put|let) /)
})

test('tokens of other services are secret', () => {
  const alexa = standIns.find(({ provider }) => provider === 'AlexaSkillsKit')
  expect(alexa?.configuration).toMatchObject({ ClientSecret: { secret: true }, RefreshToken: { secret: true } })
})
