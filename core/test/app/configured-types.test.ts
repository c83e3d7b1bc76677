import { addConfiguredTypes } from '../../src/app/configured-types.js'
import type { ActionType } from '../../src/domain/action-type.js'
import type { CustomActionTypeInput } from '../../src/engine/views.js'

const given: CustomActionTypeInput = {
  category: 'Build',
  provider: 'Mine',
  version: '1',
  configurationProperties: [{ name: 'Project', required: true } as never],
  inputArtifactDetails: { minimumCount: 1, maximumCount: 1 },
  outputArtifactDetails: { minimumCount: 0, maximumCount: 1 },
}

/** Applies it on a catalogue that knows `known`; answers what was created, and the problems. */
async function apply(types: readonly CustomActionTypeInput[], known?: ActionType) {
  const created: CustomActionTypeInput[] = []
  const problems = await addConfiguredTypes(types, {
    operations: {
      async createCustomActionType(input) {
        if (input.provider === 'Refused') throw new Error('refused')
        created.push(input as CustomActionTypeInput)
        return { actionType: {} as ActionType, tags: [] }
      },
    },
    describe: () => known,
  })
  return { created, problems }
}

const kept = (change: Partial<ActionType> = {}): ActionType => ({
  id: { category: 'Build', owner: 'Custom', provider: 'Mine', version: '1' },
  actionConfigurationProperties: [{ name: 'Project', required: true, key: false, secret: false, queryable: false }],
  inputArtifactDetails: given.inputArtifactDetails,
  outputArtifactDetails: given.outputArtifactDetails,
  ...change,
})

test('makes what is not there, with all flags', async () => {
  const { created, problems } = await apply([given])
  expect(problems).toEqual([])
  expect(created[0]?.configurationProperties).toEqual(kept().actionConfigurationProperties)
})

test('leaves what is there as it is said', async () => {
  expect(await apply([given], kept())).toEqual({ created: [], problems: [] })
})

test('J11: says so when a version is there and is another, and goes on with the next', async () => {
  const other = kept({ outputArtifactDetails: { minimumCount: 1, maximumCount: 1 } })
  expect((await apply([given], other)).problems).toEqual([
    expect.stringMatching(/^actionTypes\[0\]: Build\/Custom\/Mine\/1 .*new version/),
  ])
  const { created, problems } = await apply([{ ...given, provider: 'Refused' }, given])
  expect(problems).toEqual(['actionTypes[0]: refused'])
  expect(created).toHaveLength(1)
})
