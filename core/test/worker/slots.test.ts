import { claimable, idleSlots, type SlotsInUse } from '../../src/worker/slots'

const plugins: Readonly<Record<string, string>> = {
  'Build/Custom/Make/1': 'make',
  'Test/Custom/Make/1': 'make',
  'Source/Custom/Repo/1': 'repo',
  'Deploy/Custom/Ship/1': 'ship',
}
const [build, check, fetch, ship] = Object.keys(plugins) as [string, string, string, string]
const pluginOf = (key: string) => plugins[key]

test.each<{ it: string; given: Partial<SlotsInUse>; claims: unknown }>([
  {
    it: 'an idle worker takes of everything, as many as it has slots',
    given: {},
    claims: [[[build, check, fetch, ship], 4]],
  },
  {
    it: 'one with a free slot takes one more, whoever has the others',
    given: { held: [build, build, build] },
    claims: [[[build, check, fetch, ship], 1]],
  },
  {
    it: 'one whose slots one plugin has keeps a spare one for the others, one job at a time',
    given: { held: [build, build, check, build] },
    claims: [[[fetch, ship], 1, 'spare']],
  },
  {
    it: 'a plugin that has a spare slot gets no second one',
    given: { held: [build, build, build, build, fetch] },
    claims: [[[ship], 1, 'spare']],
  },
  {
    it: 'when the spare ones are in use nothing is taken',
    given: { held: [build, build, build, build, fetch, ship] },
    claims: [],
  },
  {
    it: "a plugin's slots are for all of its types together",
    given: { held: [build], rules: { make: 2 } },
    claims: [
      [[build, check], 1],
      [[fetch, ship], 3],
    ],
  },
  {
    it: 'and when they are in use it waits, with slots free',
    given: { held: [build, check], rules: { make: 2 } },
    claims: [[[fetch, ship], 2]],
  },
  {
    it: "a type's slots are its own",
    given: { held: [build], rules: { 'Build/Custom/Make/1': 1 } },
    claims: [[[check, fetch, ship], 3]],
  },
  {
    it: 'of two rules the narrower one counts',
    given: { held: [check], rules: { make: 3, 'Test/*/*/*': 1 } },
    claims: [
      [[build], 2],
      [[fetch, ship], 3],
    ],
  },
])('$it', ({ given, claims }) => {
  const all = { keys: Object.keys(plugins), held: [], pluginOf, concurrency: 4, rules: {}, ...given }
  expect(claimable(all).map(({ keys, limit, spare }) => [[...keys], limit, ...(spare ? ['spare'] : [])])).toEqual(
    claims,
  )
})

test('a rule for nothing that there is is told', () => {
  expect(idleSlots({ make: 1, mak: 1, 'Build/AWS/*/*': 2 }, Object.keys(plugins), pluginOf)).toEqual([
    "worker.slots has 'mak', which is no plugin with action types and matches no type that a plugin provides",
    "worker.slots has 'Build/AWS/*/*', which is no plugin with action types and matches no type that a plugin provides",
  ])
})
