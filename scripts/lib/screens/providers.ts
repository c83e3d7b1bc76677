import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { defineAction, defineSource, JobFailed } from '@penstock/core'

const people = ['Ada Lovelace', 'Grace Hopper', 'Edsger Dijkstra', 'Barbara Liskov']
const messages = [
  'Round the tax per line, not per basket',
  'Show the voucher in the summary',
  'Drop the old checkout route',
  'Retry declined captures once',
  'Move the basket to its own route',
  'Pin the base image by digest and drop the two packages that nothing uses any more',
]

/** How often each repository was pushed to. */
const pushes = new Map<string, number>()

/** As if somebody had pushed. */
export function push(repository: string): void {
  pushes.set(repository, (pushes.get(repository) ?? 0) + 1)
}

function revisionOf(repository: string) {
  const count = pushes.get(repository) ?? 0
  const revisionId = createHash('sha1').update(`${repository} ${count}`).digest('hex')
  return {
    revisionId,
    revisionSummary: messages[(count + repository.length) % messages.length] ?? '',
    revisionUrl: `https://git.example.com/${repository}/commit/${revisionId}`,
    author: people[(count + repository.length) % people.length] ?? '',
    created: Date.now(),
  }
}

/** A repository that commits by itself. */
export const repository = defineSource({
  provider: 'Repository',
  outputArtifacts: 1,
  configuration: {
    Name: { description: 'Its name', required: true },
    Branch: { description: 'The branch', default: 'main' },
  },
  async latestRevision({ Name }) {
    return revisionOf(Name)
  },
  async run(job, ctx) {
    for (const { name } of job.outputs) await ctx.output(ctx.workspace, { name })
    return {
      revision: revisionOf(job.configuration.Name),
      outputVariables: { CommitId: revisionOf(job.configuration.Name).revisionId },
    }
  },
})

const failing = [
  '\u001b[34m==>\u001b[0m Running 412 tests',
  '  \u001b[32m✓\u001b[0m adds a voucher (212 ms)',
  '  \u001b[32m✓\u001b[0m keeps the basket (88 ms)',
  '  \u001b[31m✗ shows the tax of each line (1.4 s)\u001b[0m',
  '    AssertionError at checkout.spec, line 88',
  '    \u001b[31mexpected 119.00, received 118.99 at computeTax\u001b[0m',
  '  2 failed, 410 passed, 412 in all',
]

/** Does as it is told: succeeds, fails, or goes on and on. */
const work = {
  configuration: {
    Result: { description: 'succeed, fail or hang', default: 'succeed' },
    Ms: { type: 'number', description: 'How long it takes', default: 30 },
  },
} as const

async function run(
  job: {
    readonly configuration: { Result: string; Ms: number }
    readonly outputs: readonly { readonly name: string }[]
  },
  ctx: {
    readonly signal: AbortSignal
    readonly workspace: string
    readonly log: { line(text: string): void }
    progress(details: { percentComplete: number; summary: string }): unknown
    output(folder: string, artifact: { name: string }): Promise<unknown>
  },
) {
  const { Result, Ms } = job.configuration
  await wait(Ms)
  if (Result === 'hang') {
    ctx.log.line('Started')
    await ctx.progress({ percentComplete: 42, summary: '5 of 12 tests' })
    await wait(3_600_000, undefined, { signal: ctx.signal })
  }
  for (const line of Result === 'fail' ? failing : ['All is well']) ctx.log.line(line)
  if (Result === 'fail') throw new JobFailed('"npm test" failed with exit code 1')
  for (const { name } of job.outputs) await ctx.output(ctx.workspace, { name })
  return { outputVariables: { VERSION: '2.4.1' } }
}

export const build = defineAction({
  category: 'Build',
  provider: 'Work',
  inputArtifacts: [0, 5],
  outputArtifacts: [0, 5],
  ...work,
  run: run as never,
})
export const test = defineAction({
  category: 'Test',
  provider: 'Work',
  inputArtifacts: [0, 5],
  outputArtifacts: [0, 5],
  ...work,
  run: run as never,
})
export const deploy = defineAction({
  category: 'Deploy',
  provider: 'Work',
  inputArtifacts: [0, 5],
  outputArtifacts: [0, 0],
  ...work,
  run: run as never,
})
