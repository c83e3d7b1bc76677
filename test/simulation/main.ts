/** `npm run simulate -- --seed S --runs N [--deeds D]`: replays seeds, and tells the story of one that breaks. */
import { parseArgs } from 'node:util'
import { Simulation } from './simulation.js'

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      runs: { type: 'string', default: '1' },
      deeds: { type: 'string', default: '60' },
    },
  })
  const first = Number(values.seed)
  const runs = Number(values.runs)
  let executions = 0
  for (let seed = first; seed < first + runs; seed++) {
    const lines: string[] = []
    const result = await Simulation.run({ seed, deeds: Number(values.deeds), trace: (line) => lines.push(line) })
    executions += result.executions
    if (result.violations.length > 0 || runs === 1) console.log(lines.join('\n'))
    if (result.violations.length > 0) {
      console.log(`\nseed ${seed} breaks:\n  ${result.violations.join('\n  ')}`)
      process.exitCode = 1
      return
    }
    if ((seed - first + 1) % 100 === 0)
      console.log(`${seed - first + 1} runs, ${executions} executions, nothing broken`)
  }
  console.log(`${runs} runs, ${executions} executions, nothing broken`)
}

void main()
