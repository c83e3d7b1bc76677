import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ActionJob } from '../../src/host/action-job'
import { JobFailed } from '../../src/host/job-failed'
import type { JobContext } from '../../src/host/provider-context'
import { dummyProvider } from '../../src/testkit/dummy-provider'
import { type RunActionOptions, runAction } from '../../src/testkit/run-action'
import { Trial } from '../../src/testkit/trial'

function run(work: (ctx: JobContext, job: ActionJob) => Promise<unknown>, options: RunActionOptions = {}) {
  const provider = dummyProvider()
  return runAction(
    { ...provider, run: async (job, ctx) => ({ summary: String((await work(ctx, job as ActionJob)) ?? '') }) },
    options,
  )
}

const summary = async (...of: Parameters<typeof run>) => (await run(...of)).result?.summary
const message = async (...of: Parameters<typeof run>) => (await run(...of)).failure?.message

describe('exec', () => {
  test('works in the workspace, in a small environment with the job’s variables over it and the call’s over those', async () => {
    const { log } = await run(
      (ctx) =>
        ctx.exec(['sh', '-c', 'echo $CI $LANG $PENSTOCK_PIPELINE $A $B $C; test "$PWD" = "$PENSTOCK_WORKSPACE"'], {
          label: 'x',
          env: { B: 'call' },
        }),
      {
        environmentVariables: [
          { name: 'A', value: 'job' },
          { name: 'B', value: 'job' },
          { name: 'C', value: 'db', type: 'SECRETS_MANAGER' },
        ],
        secrets: { db: 'hunter22' },
      },
    )
    expect(log).toBe('$ x\ntrue C.UTF-8 test-pipeline job call ****\n')
  })

  test('answers a code instead of failing when asked to', async () => {
    expect(await summary(async (ctx) => JSON.stringify(await ctx.exec(['sh', '-c', 'exit 9'], { check: false })))).toBe(
      '{"exitCode":9}',
    )
  })

  test.each([
    { it: 'a code', script: 'exit 9', says: '"it" failed with exit code 9' },
    {
      it: 'a command that is not there',
      script: 'no-such-thing',
      says: '"it" failed with exit code 127: command not found',
    },
    { it: 'a signal', script: 'kill -KILL $$', says: '"it" was ended by SIGKILL (exit code 137)' },
  ])('fails with $it', async ({ script, says }) => {
    expect(await message((ctx) => ctx.exec(['sh', '-c', script], { label: 'it' }))).toBe(says)
  })

  test('ends what takes too long', async () => {
    const work = (ctx: JobContext) => ctx.exec(['sleep', '983'], { timeout: 200 })
    expect(await message(work)).toBe('"sleep 983" took longer than 0.2 s and was ended')
    const checked = (ctx: JobContext) => ctx.exec(['sleep', '983'], { timeout: 200, check: false }).then(JSON.stringify)
    expect(await summary(checked)).toBe('{"exitCode":143,"signal":"SIGTERM","timedOut":true}')
  })

  test('answers with what a command printed, which the log has too, between what came before and after', async () => {
    const work = async (ctx: JobContext) => {
      const { stdout } = await ctx.exec(['sh', '-c', 'echo to people >&2; printf "a\\nb"'], {
        label: 'x',
        capture: true,
      })
      ctx.log.line(' end')
      return JSON.stringify(stdout)
    }
    const { result, log } = await run(work)
    expect(result?.summary).toBe('"a\\nb"')
    expect(log.split('\n').sort()).toEqual(['', '$ x', 'a', 'b end', 'to people'].sort())
  })

  test('calls back for each line, in order, waits for promises, and masks in the log alone', async () => {
    const lines: string[] = []
    const work = async (ctx: JobContext) => {
      ctx.mask('hunter22')
      await ctx.exec(['printf', 'one\\r\\nhunter22\\n\\nlast'], {
        onLine: async (line) => {
          await Promise.resolve()
          lines.push(line)
        },
      })
    }
    const { log } = await run(work)
    expect(lines).toEqual(['one', 'hunter22', '', 'last'])
    expect(log).toContain('****')
    expect(log).not.toContain('hunter22')
  })

  test('what is quiet is in no log, and what onLine throws is what exec throws', async () => {
    const quiet = (ctx: JobContext) =>
      ctx.exec(['echo', 'hush'], { label: 'x', quiet: true, capture: true }).then((r) => r.stdout)
    const { result, log } = await run(quiet)
    expect([result?.summary, log]).toEqual(['hush\n', '$ x\n'])
    const thrown = (ctx: JobContext) =>
      ctx.exec(['echo', 'x'], {
        onLine: () => {
          throw new JobFailed('not x')
        },
      })
    expect(await message(thrown)).toBe('not x')
  })

  test('captures the same after a server died, shows it once, and tells the progress that was told', async () => {
    const seen: unknown[] = []
    const provider = {
      ...dummyProvider(),
      run: async (job: ActionJob, ctx: JobContext) => {
        const lines: string[] = []
        const { stdout } = await ctx.exec(['sh', '-c', 'echo $$; seq 1 2000'], {
          label: 'count',
          capture: true,
          onLine: (line) => void lines.push(line),
        })
        seen.push([stdout, lines.join('\n'), job.progress])
        await ctx.progress({ percentComplete: 50 })
      },
    }
    const trial = await Trial.make(provider, {})
    const died = new Promise<void>((resolve) => {
      void trial.run((event) => {
        if (event !== 'progress') return
        trial.kill()
        resolve()
        return new Promise<void>(() => {})
      })
    })
    await died
    const { log } = await trial.run()
    trial.bury()
    const [[stdout, lines, none], [again, linesAgain, told]] = seen as [
      [string, string, unknown],
      [string, string, unknown],
    ]
    expect([again, linesAgain]).toEqual([stdout, lines])
    expect(stdout).toBe(`${lines}\n`)
    expect([none, told]).toEqual([undefined, { percentComplete: 50 }])
    expect(log).toBe(`$ count\n${stdout}`)
  })

  test('runs side by side, each in a folder of its own', async () => {
    // Each waits for the next one's mark: one after another, the first would never end.
    const met = 'touch "$0.$1"; until [ -e "$0.$2" ]; do sleep 0.02; done'
    const meet = (ctx: JobContext, own: string, next: string) =>
      ctx.exec(['sh', '-c', met, join(ctx.workspace, 'mark'), own, next], { timeout: 60_000 })
    const circle = (ctx: JobContext) => Promise.all([meet(ctx, '1', '2'), meet(ctx, '2', '3'), meet(ctx, '3', '1')])
    expect(await summary((ctx) => circle(ctx).then((all) => all.length))).toBe('3')
  })

  test('keeps the order of what the provider says and what the step says', async () => {
    const { log } = await run(async (ctx) => {
      ctx.log.write('one\n')
      await ctx.exec(['echo', 'two'])
      ctx.log.line('three')
    })
    expect(log).toBe('one\n$ echo two\ntwo\nthree\n')
  })
})

describe('artifacts', () => {
  test('an input is unpacked once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-input-'))
    writeFileSync(join(folder, 'a'), 'x')
    const work = async (ctx: JobContext) => {
      const [first, second] = await Promise.all([ctx.input(), ctx.input('In')])
      writeFileSync(join(first.folder, 'a'), 'changed')
      return `${first.folder === second.folder} ${readFileSync(join((await ctx.input('In')).folder, 'a'), 'utf8')}`
    }
    expect(await summary(work, { inputs: { In: folder } })).toBe('true changed')
    expect(readFileSync(join(folder, 'a'), 'utf8')).toBe('x')
  })

  test.each([
    {
      it: 'an input that is not declared',
      work: (ctx: JobContext) => ctx.input('No'),
      says: 'the action has no input artifact "No": it has none',
    },
    {
      it: 'an output that is not declared',
      work: (ctx: JobContext) => ctx.output('.', { name: 'No' }),
      says: 'the action has no output artifact "No": it has Out',
    },
    {
      it: 'globs that match nothing',
      work: (ctx: JobContext) => ctx.output('.', { files: ['*.war'] }),
      says: /output artifact "Out" could not be stored: .*\*\.war/,
    },
    {
      it: 'a folder that is not there',
      work: (ctx: JobContext) => ctx.output('nowhere'),
      says: /output artifact "Out" could not be stored: .*nowhere/,
    },
  ])('refuses $it', async ({ work, says }) => {
    expect(await message(work, { outputs: ['Out'] })).toEqual(
      typeof says === 'string' ? says : expect.stringMatching(says),
    )
  })

  test('takes the files that the pipeline names, when the provider names none', async () => {
    const work = async (ctx: JobContext) => {
      writeFileSync(join(ctx.workspace, 'a.txt'), 'a')
      writeFileSync(join(ctx.workspace, 'b.bin'), 'b')
      await ctx.output('.')
    }
    const { outputs } = await run(work, { outputs: [{ name: 'Out', files: ['*.txt'] }] })
    expect(() => readFileSync(join(outputs.Out ?? '', 'b.bin'))).toThrow('ENOENT')
    expect(readFileSync(join(outputs.Out ?? '', 'a.txt'), 'utf8')).toBe('a')
  })
})

test('checkpoints are JSON of at most 2,048 characters, and come back', async () => {
  expect(await message((ctx) => ctx.checkpoint('x'.repeat(2_047)))).toContain('checkpoint of 2049 characters')
  expect(await summary(async (_ctx, job) => JSON.stringify(job.checkpoint), { checkpoint: { id: 4 } })).toBe('{"id":4}')
})

test('what is masked while it runs is masked in the log, the summary, the progress and the failure', async () => {
  const { log, failure, progress } = await run(async (ctx) => {
    ctx.mask('fresh-token')
    ctx.log.line('got fresh-token')
    await ctx.progress({ summary: 'with fresh-token' })
    throw new Error('fresh-token was refused')
  })
  expect([log.split('\n')[0], failure?.message, progress]).toEqual([
    'got ****',
    '**** was refused',
    [{ summary: 'with ****' }],
  ])
})

test('a defect of the provider’s is shown with its stack in the log', async () => {
  const { failure, log } = await run(async () => (undefined as unknown as { x: { y: number } }).x.y)
  expect(failure?.type).toBe('JobFailed')
  expect(log).toMatch(/TypeError: .*undefined[\s\S]*at .*job-context\.test/)
})
