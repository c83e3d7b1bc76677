import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock'
import { FakeClock } from '../../src/testkit/fake-clock'
import { Launcher } from '../../src/worker/launcher'
import { bootId, listProcesses, readStat } from '../../src/worker/process-table'
import { StepRunner } from '../../src/worker/step'
import { readStatus, type StepSpec, writeStep } from '../../src/worker/step-files'
import { until } from './fixtures/until'

jest.setTimeout(30_000)

let root: string
let launcher: Launcher
let runner: StepRunner
const never = new AbortController().signal

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penstock-step-'))
  launcher = new Launcher()
  runner = new StepRunner({ launcher, clock: systemClock, grace: 300 })
})

afterEach(() => {
  launcher.close()
  rmSync(root, { recursive: true, force: true })
})

function spec(command: readonly [string, ...string[]], more: Partial<StepSpec> = {}): StepSpec {
  const env = { PATH: process.env.PATH ?? '' }
  return { folder: join(root, 'steps', '0001'), command, cwd: root, env, log: join(root, 'log'), title: 'it', ...more }
}

function sh(script: string, ...args: string[]): [string, ...string[]] {
  return ['sh', '-c', script, 'sh', ...args]
}

const log = () => readFileSync(join(root, 'log'), 'utf8')
const pids = () =>
  existsSync(join(root, 'pids')) ? readFileSync(join(root, 'pids'), 'utf8').trim().split('\n').map(Number) : []
const isRunning = (pid: number) => ![undefined, 'Z'].includes(readStat(pid)?.state)

describe('a step', () => {
  test('writes both outputs to the log and answers its exit code', async () => {
    expect(await runner.run(spec(sh('echo out; echo err >&2; exit 7')), never)).toEqual({ kind: 'exited', exitCode: 7 })
    expect(log()).toBe('$ it\nout\nerr\n')
  })

  test('gets its arguments and environment as they are, and nothing of ours', async () => {
    process.env.PENSTOCK_TEST_LEAK = 'leaked'
    const odd = `it's "$HOME" \`x\` \\ * \n\ttwo lines; é 🚰`
    const env = { PATH: process.env.PATH ?? '', ODD: odd, UID: '12', PPID: '1', IFS: 'x' }
    await runner.run(
      spec(['node', '-e', 'console.log(JSON.stringify([process.argv[1], process.env]))', odd], { env }),
      never,
    )
    delete process.env.PENSTOCK_TEST_LEAK
    const [argument, seen] = JSON.parse(log().split('\n')[1] ?? '') as [string, Record<string, string>]
    expect(argument).toBe(odd)
    expect(seen).toEqual({ ...env, PWD: root, PENSTOCK_STEP: join(root, 'steps', '0001') })
  })

  test('has no terminal, no input, no descriptor of ours, and default signals', async () => {
    await runner.run(spec(sh('cat; ls /proc/self/fd | grep -c ^.$; grep -E "^Sig(Ign|Blk)" /proc/self/status')), never)
    // 0, 1, 2 and the one that ls reads the folder with; higher ones are what this test was itself started with.
    expect(log()).toMatch(/^\$ it\n4\nSigBlk:\t0+\nSigIgn:\t0+\n$/)
  })

  test.each([
    {
      it: 'a command that is not there',
      command: ['no-such-command'] as const,
      exitCode: 127,
      says: /no-such-command: not found/,
    },
    {
      it: 'a working folder that is not there',
      command: ['true'] as const,
      exitCode: 125,
      says: /nowhere/,
      cwd: '/nowhere',
    },
  ])('$it is said in the log', async ({ command, exitCode, says, cwd }) => {
    const outcome = await runner.run(spec([...command], cwd ? { cwd } : {}), never)
    expect(outcome).toEqual({ kind: 'exited', exitCode })
    expect(log()).toMatch(says)
  })

  test('names the signal that ended it', async () => {
    const outcome = await runner.run(spec(sh('kill -SEGV $$')), never)
    expect(outcome).toEqual({ kind: 'exited', exitCode: 139, signal: 'SIGSEGV' })
  })

  test('refuses a variable name that no shell can export', async () => {
    const env = { 'a b': 'x' }
    await expect(runner.run(spec(['true'], { env }), never)).rejects.toThrow('environment variable "a b"')
  })
})

describe('the launch token', () => {
  test('a step that is asked for ten times at once runs once', async () => {
    const step = spec(sh('echo run >>count; sleep 0.2'))
    writeStep(step)
    for (let i = 0; i < 9; i++) launcher.start(step.folder)
    expect(await runner.run(step, never)).toEqual({ kind: 'exited', exitCode: 0 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(readFileSync(join(root, 'count'), 'utf8')).toBe('run\n')
  })

  test('two runners wait for the same run, and a third gets what was recorded', async () => {
    const step = spec(sh('echo run >>count; sleep 0.2; exit 4'))
    const other = new StepRunner({ launcher: new Launcher(), clock: systemClock, grace: 300 })
    const first = runner.run(step, never)
    const outcomes = await Promise.all([first, other.run(step, never)])
    outcomes.push(await runner.run(step, never))
    other.parts.launcher.close()
    expect(outcomes).toEqual(Array(3).fill({ kind: 'exited', exitCode: 4 }))
    expect(readFileSync(join(root, 'count'), 'utf8')).toBe('run\n')
  })

  test('the end of the launcher costs nothing: the next step starts another', async () => {
    const slow = runner.run(spec(sh('sleep 0.5; exit 2')), never)
    await until(() => readStatus(join(root, 'steps', '0001')).start !== undefined, 5_000, 'the start')
    const shell = findLauncher()
    process.kill(shell, 'SIGKILL')
    await until(() => !isRunning(shell), 5_000, 'the launcher to die')
    const next = spec(['true'], { folder: join(root, 'steps', '0002') })
    expect(await runner.run(next, never)).toEqual({ kind: 'exited', exitCode: 0 })
    expect(await slow).toEqual({ kind: 'exited', exitCode: 2 })
  })
})

function findLauncher(): number {
  const child = listProcesses().find(
    ({ pid, parent }) =>
      parent === process.pid && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('penstock-launcher'),
  )
  if (child === undefined) throw new Error('no launcher')
  return child.pid
}

describe('a step that is ended', () => {
  const tree = (): [string, ...string[]] => ['sh', join(__dirname, 'fixtures', 'doubly-forking.sh'), join(root, 'pids')]

  test('takes its whole tree with it: forked twice, in other sessions, deaf to TERM, without an environment', async () => {
    const stop = new AbortController()
    const running = runner.run(spec(tree()), stop.signal)
    await until(() => pids().length === 4, 10_000, 'the tree to grow')
    expect(pids().filter(isRunning)).toHaveLength(4)
    stop.abort(new Error('stop'))
    expect(await running).toMatchObject({ kind: 'exited', signal: 'SIGTERM', killed: 'stop' })
    expect(pids().filter(isRunning)).toEqual([])
  })

  test('at its deadline gets TERM, and the chance to clean up', async () => {
    const deadline = Date.now() + 3_000 // by then its trap is set, on a busy machine, too
    const outcome = await runner.run(
      spec(sh('trap "echo cleaned; exit 0" TERM; while :; do sleep 0.05; done'), { deadline }),
      never,
    )
    expect(outcome).toEqual({ kind: 'exited', exitCode: 0, killed: 'timeout' })
    expect(log()).toContain('cleaned\n')
  })

  test('at its deadline gets KILL when TERM does nothing', async () => {
    const deadline = Date.now() + 3_000 // as above
    const outcome = await runner.run(spec(sh('trap "" TERM; while :; do sleep 0.05; done'), { deadline }), never)
    expect(outcome).toEqual({ kind: 'exited', exitCode: 137, signal: 'SIGKILL', killed: 'timeout' })
    expect(Date.now()).toBeGreaterThanOrEqual(deadline + 300) // the grace
  })

  test('has the deadline that was written when it was made, whatever a later run says', async () => {
    const clock = new FakeClock(Date.now())
    const first = new StepRunner({ launcher, clock, grace: 300 })
    const step = spec(['sleep', '600'], { deadline: clock.now() + 1_000 })
    void first.run(step, never)
    await until(() => readStatus(step.folder).start !== undefined, 5_000, 'the start')
    first.detach()
    await clock.advance(5_000)
    const later = new StepRunner({ launcher, clock, grace: 300 })
    const outcome = await later.run({ ...step, deadline: clock.now() + 60_000 }, never)
    expect(outcome).toMatchObject({ killed: 'timeout', signal: 'SIGTERM' })
  })

  test('before it could begin never begins', async () => {
    const step = spec(sh('echo run >count'))
    writeStep(step)
    const outcome = await runner.run(step, AbortSignal.abort(new Error('stop')))
    expect(outcome).toMatchObject({ killed: 'stop' })
    launcher.start(step.folder)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(existsSync(join(root, 'count'))).toBe(false)
  })
})

describe('a step that an earlier server left', () => {
  function leave(status: string): StepSpec {
    const step = spec(['true'])
    writeStep(step)
    writeFileSync(join(step.folder, 'status'), status)
    return step
  }

  const self = () => ({ pid: process.pid, startTime: readStat(process.pid)?.startTime ?? '' })

  test('is lost when its pid is another process now', async () => {
    const { pid, startTime } = self()
    const step = leave(`start ${pid} ${Number(startTime) - 1} ${bootId()}\n`)
    expect(await runner.run(step, never)).toEqual({ kind: 'lost', reason: expect.stringContaining(`pid ${pid}`) })
  })

  test('is lost when the machine was booted since, even if pid and start time fit', async () => {
    const { pid, startTime } = self()
    const step = leave(`start ${pid} ${startTime} 01234567-0123-0123-0123-0123456789ab\n`)
    expect(await runner.run(step, never)).toEqual({ kind: 'lost', reason: 'the machine was restarted while it ran' })
  })

  test('has ended only when the line that says so is whole', async () => {
    const { pid, startTime } = self()
    const step = leave(`start ${pid} ${startTime} ${bootId()}\nexit 1`)
    const running = runner.run(step, never)
    setTimeout(() => writeFileSync(join(step.folder, 'status'), '3\n', { flag: 'a' }), 300)
    expect(await running).toEqual({ kind: 'exited', exitCode: 13 })
  })

  test('is lost when its supervisor is killed, and what it ran ends too', async () => {
    const running = runner.run(spec(sh('echo $$ >>pids; sleep 987')), never)
    await until(() => pids().length === 1, 5_000, 'the step')
    process.kill(readStatus(join(root, 'steps', '0001')).start?.pid ?? 0, 'SIGKILL')
    expect(await running).toMatchObject({ kind: 'lost', reason: expect.stringContaining('was killed before') })
    expect(pids().filter(isRunning)).toEqual([])
  })
})

test('makes nothing when it is aborted already', async () => {
  mkdirSync(join(root, 'steps'))
  await expect(runner.run(spec(['true']), AbortSignal.abort(new Error('no')))).rejects.toThrow('no')
  expect(existsSync(join(root, 'steps', '0001'))).toBe(false)
})
