import { beyondSize } from '../../src/scheduler/artifact-limit.js'
import { type DiskSpaceParts, diskSpace, type EndedExecution } from '../../src/scheduler/disk-space.js'
import { retention } from '../../src/scheduler/retention.js'
import { limitsByName } from '../../src/scheduler/retention-limits.js'
import { FakeClock } from '../../src/testkit/fake-clock.js'

const signal = new AbortController().signal
const day = 86_400_000

test.each([
  { name: 'site', limits: { historyDays: 365, executions: 100 } },
  { name: 'nightly-load', limits: { historyDays: 365, executions: 10 } },
  { name: 'nightly', limits: { historyDays: 30, executions: 100 } },
])('the first pattern that fits $name says what differs', ({ name, limits }) => {
  const of = limitsByName({
    historyDays: 365,
    auditDays: 365,
    executions: 100,
    freeSpace: 'none',
    pipelines: { 'nightly-*': { executions: 10 }, 'night*': { historyDays: 30 } },
  })
  expect(of(name)).toEqual(limits)
})

function rounds(forgets: (ids: readonly string[]) => number) {
  const asked: unknown[] = []
  const old = new Map([['a', Array.from({ length: 45 }, (_, at) => `a${at}`)]])
  const task = retention({
    clock: new FakeClock(1000 * day),
    historyDays: 365,
    auditDays: 100,
    limitsOf: () => ({ historyDays: 10, executions: 3 }),
    pipelines: async () => ['a', 'b'],
    beyondLimits: async (name, limits, limit) => {
      asked.push([name, limits])
      return (old.get(name) ?? []).slice(0, limit)
    },
    forget: async (ids) => {
      const gone = forgets(ids)
      old.set('a', (old.get('a') ?? []).slice(gone))
      return gone
    },
    forgetJobs: async (before) => void asked.push(['jobs', before / day]),
    forgetAudit: async (before) => void asked.push(['audit', before / day]),
    forgetSessions: async () => {},
  })
  return { asked, old, task }
}

test('each pipeline is forgotten down to its own limits, in pieces', async () => {
  const { asked, old, task } = rounds((ids) => ids.length)
  await task.run(signal)
  expect(old.get('a')).toEqual([])
  const limits = { before: 990 * day, keep: 3 }
  expect(asked).toEqual([['audit', 900], ['jobs', 635], ...Array(4).fill(['a', limits]), ['b', limits]])
})

test('what cannot be forgotten is not tried for ever', async () => {
  const { asked, task } = rounds(() => 0)
  await task.run(signal)
  expect(asked).toHaveLength(4)
})

/** A disk on which each execution's artifact takes 10 of 100 bytes. */
function disk(executions: readonly string[], kept: readonly string[], others = 0) {
  const there = new Set(executions)
  const said: string[] = []
  const parts: DiskSpaceParts = {
    least: 40,
    free: async () => 100 - others - 10 * there.size,
    endedByAge: async (after, limit) =>
      executions
        .map((id, at): EndedExecution => ({ id, pipelineName: id.charAt(0), started: at }))
        .filter(({ started }) => started > after)
        .slice(0, limit),
    protectedOf: async () => new Set(kept),
    removeArtifacts: async (ids) => ids.filter((id) => there.delete(id)).length,
    log: { warn: (text) => void said.push(`warn ${text}`), error: (text) => void said.push(`error ${text}`) },
  }
  return { there, said, task: diskSpace(parts) }
}
const seven = ['a1', 'b1', 'a2', 'a3', 'a4', 'a5', 'a6']

test('a disk with room is left alone', async () => {
  const { there, said, task } = disk(seven.slice(0, 6), [])
  await task.run(signal)
  expect([there.size, said]).toEqual([6, []])
})

test('on a disk that fills up old artifacts go, but never what lives or was last good', async () => {
  const { there, said, task } = disk(seven, ['b1', 'a6'])
  await task.run(signal)
  expect([...there]).toEqual(['b1', 'a6'])
  expect(said).toEqual([expect.stringMatching(/^warn .*history stays/)])
})

test('a disk that others fill is told of once', async () => {
  const { said, task } = disk([], [], 90)
  await task.run(signal)
  await task.run(signal)
  expect(said).toEqual([expect.stringMatching(/^error .*no old artifact is left/)])
})

describe('the size of artifacts', () => {
  /** Sizes by id, the newest first. */
  const limited = (
    sizes: Readonly<Record<string, number>>,
    limit: number | undefined,
    kept: readonly string[] = [],
  ) => {
    const all = Object.keys(sizes).map((id, at) => ({ id, number: 1_000 - at, live: id.startsWith('live') }))
    return beyondSize(
      {
        pipelines: async () => ['p'],
        limitOf: () => limit,
        newestFirst: async (_name, before, count) => all.filter(({ number }) => number < before).slice(0, count),
        protectedOf: async () => new Set(kept),
        sizeOf: async (id) => sizes[id] ?? 0,
      },
      'p',
    )
  }

  test('without a limit nothing goes, and up to it all stay', async () => {
    expect(await limited({ c: 10, b: 10, a: 10 }, undefined)).toEqual([])
    expect(await limited({ c: 10, b: 10, a: 10 }, 30)).toEqual([])
  })

  test('the oldest go; what lives or was last good stays, and counts', async () => {
    expect(await limited({ d: 10, c: 10, b: 10, a: 10 }, 20)).toEqual(['b', 'a'])
    expect(await limited({ live: 30, good: 10, b: 10, gone: 0, a: 10 }, 20, ['good'])).toEqual(['b', 'a'])
  })

  test('a long history is looked at to its end', async () => {
    const sizes = Object.fromEntries(Array.from({ length: 120 }, (_, at) => [`e${at}`, 1]))
    expect(await limited(sizes, 100)).toHaveLength(20)
  })
})
