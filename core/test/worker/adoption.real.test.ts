import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isAlive } from '../../src/worker/process-table'
import { readStatus } from '../../src/worker/step-files'
import { HostedWorker } from './fixtures/host-process'
import { until } from './fixtures/until'

jest.setTimeout(60_000)

let host: HostedWorker

afterEach(() => host.remove())

async function begun(provider: string): Promise<void> {
  host = new HostedWorker(provider)
  await host.start()
  await until(
    () => host.counted() !== '',
    10_000,
    () => `the step to begin: ${host.errors}`,
  )
}

function expectedLog(): string {
  const lines = Array.from({ length: 200 }, (_, i) => `line ${i + 1} ****\n`)
  return `$ count to 200\n${lines.join('')}"count to 200" failed with exit code 3\n`
}

async function expectWholeRun(): Promise<void> {
  await host.reported()
  expect(host.reports()).toEqual([
    { failure: { type: 'JobFailed', message: '"count to 200" failed with exit code 3' } },
  ])
  expect(host.counted()).toBe('run\n')
  await until(() => !existsSync(host.work), 5_000, 'the work folder to go')
  expect(readFileSync(host.log, 'utf8')).toBe(expectedLog())
}

describe('a step outlives its server', () => {
  test('kill -9 while it runs: adopted, run once, its log whole, its exit code right', async () => {
    await begun('Slow')
    await host.kill()
    expect(readStatus(join(host.work, 'steps', '0001')).exitCode).toBeUndefined()
    await host.start()
    await expectWholeRun()
  })

  test('kill -9, and it ends while nobody looks', async () => {
    await begun('Slow')
    await host.kill()
    await until(() => readStatus(join(host.work, 'steps', '0001')).exitCode === 3, 20_000, 'the step to end')
    await host.start()
    await expectWholeRun()
  })

  test('kill -9 three times in a row', async () => {
    await begun('Slow')
    for (let i = 0; i < 3; i++) {
      await host.kill()
      await host.start()
    }
    await expectWholeRun()
  })

  test('a graceful stop leaves it running for the next start', async () => {
    await begun('Slow')
    await host.stop()
    expect(host.reports()).toEqual([])
    await host.start()
    await expectWholeRun()
  })

  test('goes on from the checkpoint, and the step before it is not run again', async () => {
    await begun('TwoSteps')
    await until(() => existsSync(join(host.work, 'steps', '0002', 'status')), 5_000, 'step two')
    await host.kill()
    await host.start()
    await host.reported()
    expect(host.reports()).toEqual([{ success: { executionDetails: { summary: 'went on from {"after":"one"}' } } }])
    expect(host.counted()).toBe('one\ntwo\n')
  })

  test('another command at the same place is an error that names both', async () => {
    host = new HostedWorker('Fickle')
    await host.start()
    await until(() => existsSync(join(host.work, 'steps', '0001', 'status')), 10_000, 'the step to begin')
    await host.kill()
    await host.start()
    await host.reported()
    expect(host.reports()[0]?.failure?.message).toMatch(
      /^step 1 was "as process \d+" before the restart and is "as process \d+" now/,
    )
  })
})

test('kill -9 again and again, whenever it comes: every step once, every word once, the result right', async () => {
  host = new HostedWorker('Talkative')
  const kills = [0, 40, 90, 150, 210, 280, 330, 20]
  for (const wait of kills) {
    await host.start()
    await new Promise((resolve) => setTimeout(resolve, wait))
    await host.kill()
  }
  await host.start()
  await host.reported()
  expect(host.reports()).toEqual([{ success: { executionDetails: { summary: 'all three' } } }])
  expect(host.counted()).toBe('1\n2\n3\n')
  await until(() => !existsSync(host.work), 5_000, 'the work folder to go')
  const lines = (n: number) => [1, 2, 3, 4, 5, 6].map((i) => `step ${n} line ${i}\n`).join('')
  const expected = [1, 2, 3].map((n) => `before step ${n}\n$ step ${n}\n${lines(n)}after a step\n`).join('')
  expect(readFileSync(host.log, 'utf8')).toBe(expected)
})

describe('a step that was lost', () => {
  async function loseMachine(provider: string): Promise<void> {
    await begun(provider)
    await host.kill()
    const folder = join(host.work, 'steps', '0001')
    const { start } = readStatus(folder)
    if (start === undefined) throw new Error('not started')
    process.kill(-start.pid, 'SIGKILL')
    await until(() => !isAlive(start), 5_000, 'the step to die')
    // As after a reboot: the status that was written under another boot id.
    writeFileSync(
      join(folder, 'status'),
      `start ${start.pid} ${start.startTime} 00000000-0000-0000-0000-000000000000\n`,
    )
    await host.start()
  }

  test('fails its job with the reason', async () => {
    await loseMachine('Slow')
    await host.reported()
    expect(host.reports()).toEqual([
      {
        failure: {
          type: 'SystemUnavailable',
          message: '"count to 200" was lost: the machine was restarted while it ran',
        },
      },
    ])
    expect(host.counted()).toBe('run\n')
  })

  test('is begun again when the provider is idempotent', async () => {
    await loseMachine('SlowIdempotent')
    await host.reported()
    expect(host.reports()[0]?.failure?.message).toBe('"count to 200" failed with exit code 3')
    expect(host.counted()).toBe('run\nrun\n')
    await until(() => !existsSync(host.work), 5_000, 'the work folder to go')
    expect(readFileSync(host.log, 'utf8')).toContain(
      'the machine was restarted while it ran; the action is begun again\n',
    )
  })
})

test('the raw log and the step folders are the owner’s alone', async () => {
  await begun('Slow')
  const mode = (path: string) => (statSync(join(host.work, path)).mode & 0o777).toString(8)
  expect([mode('log'), mode('masks'), mode('steps'), mode('steps/0001'), mode('steps/0001/cmd')]).toEqual([
    '600',
    '600',
    '700',
    '700',
    '600',
  ])
  expect(statSync(join(host.work, 'steps/0001/cmd')).size).toBe(0) // it held the environment
  await host.reported()
})
