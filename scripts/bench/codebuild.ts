/**
 * A BUILD phase with ten `true` between two commands that note the time, against a Shell action's `sh -e` script with the same,
 * alternating in one run; medians.
 * - codebuild-phase: first command to last, and the ratio; the budget is 1.3.
 * - codebuild-action: the whole action, from its call to its result, and what of it is not the phase.
 * Run: node --conditions @penstock/source --import tsx scripts/bench/codebuild.ts
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runAction } from '../../core/src/testkit/run-action.js'
import { codeBuild } from '../../plugins/shell-build/src/codebuild/provider.js'
import { shell } from '../../plugins/shell-build/src/shell.js'

const rounds = 31
const root = mkdtempSync(join(tmpdir(), 'penstock-bench-'))
const times = join(root, 'times')
const note = `date +%s%N >>${times}`
const commands = [note, ...Array.from({ length: 10 }, () => 'true'), note]
const phase = commands.map((command) => `      - ${command}\n`).join('')
const source = join(root, 'source')

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN

/** Milliseconds between the two notes that the work leaves. */
async function span(work: () => unknown): Promise<number> {
  writeFileSync(times, '')
  await work()
  const [first = 0, last = 0] = readFileSync(times, 'utf8').trim().split('\n').map(Number)
  return (last - first) / 1e6
}

mkdirSync(source)
writeFileSync(join(source, 'buildspec.yml'), `version: 0.2\nphases:\n  build:\n    commands:\n${phase}`)

async function main(): Promise<void> {
  const [provider, plain] = [codeBuild('Build'), shell('Build')]
  const [ours, theirs, whole]: [number[], number[], number[]] = [[], [], []]
  for (let round = 0; round < rounds; round++) {
    theirs.push(await span(() => runAction(plain, { configuration: { Command: commands.join('\n') } })))
    const began = performance.now()
    ours.push(
      await span(async () => {
        const inputs = { Source: source }
        const { outcome, failure } = await runAction(provider, { configuration: { ProjectName: 'bench' }, inputs })
        whole.push(performance.now() - began)
        if (outcome === 'failed') throw new Error(failure?.message)
      }),
    )
  }
  const [mine, floor, action] = [median(ours), median(theirs), median(whole)]
  console.log(
    `codebuild-phase: ${mine.toFixed(2)} ms, sh -e ${floor.toFixed(2)} ms, ratio ${(mine / floor).toFixed(2)}`,
  )
  console.log(`codebuild-action: ${action.toFixed(1)} ms, of which ${(action - mine).toFixed(1)} ms are not the phase`)
}

main()
  .finally(() => rmSync(root, { recursive: true, force: true }))
  .catch((error: unknown) => {
    console.error(error)
    process.exitCode = 1
  })
