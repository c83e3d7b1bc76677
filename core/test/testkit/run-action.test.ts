import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineAction } from '../../src/host/action-provider'
import { dummyProvider } from '../../src/testkit/dummy-provider'
import { FakeClock } from '../../src/testkit/fake-clock'
import { runAction } from '../../src/testkit/run-action'

const greet = defineAction({
  category: 'Build',
  provider: 'Greet',
  configuration: {
    Name: { description: 'whom to greet', required: true },
    Times: { type: 'number', description: 'how often', default: 2 },
    Loud: { type: 'boolean', description: 'shout', default: false },
    Token: { description: 'a token', secret: true },
  },
  async run(job, ctx) {
    const source = await ctx.input()
    await ctx.exec(
      ['sh', '-c', 'echo "hello $WHO" from $1; cat "$1"; echo $TOKEN', 'sh', join(source.folder, 'a.txt')],
      {
        env: { WHO: job.configuration.Name, TOKEN: job.configuration.Token ?? '' },
        label: 'greet',
      },
    )
    writeFileSync(join(ctx.workspace, 'out.txt'), job.configuration.Name.repeat(job.configuration.Times))
    writeFileSync(join(ctx.workspace, 'left-out.log'), '')
    await ctx.progress({ percentComplete: 50 })
    await ctx.checkpoint({ place: 1 })
    await ctx.output('.', { files: ['*.txt'] })
    return { summary: `token ${job.configuration.Token}`, outputVariables: { Loud: String(job.configuration.Loud) } }
  },
})

function inputFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-input-'))
  writeFileSync(join(folder, 'a.txt'), 'from the input\n')
  return folder
}

test('runs a provider with real steps, artifacts, configuration and masks', async () => {
  const run = await runAction(greet, {
    configuration: { Name: 'World', Times: '3', Token: '{{secret:t}}' },
    secrets: { t: 'tops3cret' },
    inputs: { Source: inputFolder() },
    outputs: ['Out'],
  })
  expect(run.failure).toBeUndefined()
  expect(run).toMatchObject({
    outcome: 'succeeded',
    result: { summary: 'token ****', outputVariables: { Loud: 'false' } },
    checkpoints: [{ place: 1 }],
    progress: [{ percentComplete: 50 }],
  })
  expect(run.log).toMatch(/^\$ greet\nhello World from .*a\.txt\nfrom the input\n\*\*\*\*\n/)
  expect(readFileSync(join(run.outputs.Out ?? '', 'out.txt'), 'utf8')).toBe('WorldWorldWorld')
  expect(() => readFileSync(join(run.outputs.Out ?? '', 'left-out.log'))).toThrow('ENOENT')
  await run.remove()
})

test('lists every problem of a configuration', async () => {
  const run = await runAction(greet, { configuration: { Times: 'many', Loud: 'perhaps', Other: 'x' } })
  expect(run.failure?.type).toBe('ConfigurationError')
  for (const part of ['Name is missing', 'Times is "many"', 'Loud is "perhaps"', 'Other is not a property']) {
    expect(run.failure?.message).toContain(part)
  }
})

test('a failing step fails the action with its command and exit code', async () => {
  const run = await runAction(dummyProvider({ exec: [['sh', '-c', 'exit 3']] }))
  expect(run.failure).toEqual({ type: 'JobFailed', message: `"sh -c 'exit 3'" failed with exit code 3` })
})

test('a dummy waits by the clock it is given', async () => {
  const clock = new FakeClock()
  const running = runAction(dummyProvider({ after: 3_600_000, fail: 'as told', log: 'begun' }), { clock })
  while (clock.pending === 0) await new Promise((resolve) => setTimeout(resolve, 5))
  await clock.advance(3_600_000)
  expect(await running).toMatchObject({ outcome: 'failed', failure: { message: 'as told' }, log: 'begun\nas told\n' })
})

test('a stop ends a step and fails the action with the reason', async () => {
  const stop = new AbortController()
  const running = runAction(dummyProvider({ exec: [['sleep', '600']] }), { signal: stop.signal })
  setTimeout(() => stop.abort(new Error('stopped by the test')), 200)
  expect((await running).failure?.message).toContain('stopped by the test')
})
