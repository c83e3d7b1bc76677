import { mutants } from './mutants.js'
import { Simulation } from './simulation.js'

const seeds = Number(process.env.SIMULATION_SEEDS ?? (process.env.PENSTOCK_LONG === '1' ? 300 : 24))

test(`${seeds} seeds: no invariant is broken and everything ends`, async () => {
  const broken: string[] = []
  for (let seed = 1; seed <= seeds; seed++) {
    const { violations } = await Simulation.run({ seed })
    if (violations.length > 0) broken.push(`npm run simulate -- --seed ${seed}: ${violations[0]}`)
  }
  expect(broken).toEqual([])
}, 900_000)

test('the same seed is the same story', async () => {
  const tell = async () => {
    const lines: string[] = []
    await Simulation.run({ seed: 42, trace: (line) => lines.push(line) })
    return lines
  }
  const first = await tell()
  expect(first.length).toBeGreaterThan(20)
  expect(await tell()).toEqual(first)
}, 60_000)

test.each(mutants)(
  'a store that $name is caught',
  async (mutant) => {
    const { seeds = 60, habits } = mutant
    let caught: string | undefined
    for (let seed = 1; seed <= seeds && caught === undefined; seed++) {
      caught = (await Simulation.run({ seed, mutant, habits })).violations[0]
      // It is the defect that was caught, and not the world in which it is looked for.
      if (caught && habits) expect((await Simulation.run({ seed, habits })).violations).toEqual([])
    }
    expect(caught).toBeDefined()
  },
  300_000,
)
