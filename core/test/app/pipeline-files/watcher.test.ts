/** Pipeline files that change while the server runs, on a folder of the test's own; what is asked of the engine is kept in a map. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PipelineWatcher } from '../../../src/app/pipeline-files/watcher.js'
import { Fault } from '../../../src/domain/faults.js'
import { FakeClock } from '../../../src/testkit/fake-clock.js'

let folder: string
let commit: string | undefined
let calls: string[]
let lines: string[]
const clock = new FakeClock()
const there = new Map<string, object>()
const meta = new Map<string, string>()

const operations = (detail: string) => ({
  getPipeline: async ({ name }: { name: string }) => {
    const pipeline = there.get(name)
    if (!pipeline) throw new Fault('PipelineNotFoundException', 'no')
    return { pipeline }
  },
  createPipeline: async ({ pipeline }: { pipeline: { name: string; refused?: boolean } }) => {
    if (pipeline.refused) throw new Fault('InvalidStructureException', 'refused')
    calls.push(`create ${pipeline.name} ${detail}`)
    there.set(pipeline.name, pipeline)
  },
  updatePipeline: async ({ pipeline }: { pipeline: { name: string } }) => {
    calls.push(`update ${pipeline.name} ${detail}`)
    there.set(pipeline.name, pipeline)
  },
})

function watcher(): PipelineWatcher {
  const told =
    (level: string) =>
    (_: string, about: Record<string, unknown> = {}) =>
      void lines.push(`${level} ${about.problem ?? about.result}`)
  return new PipelineWatcher({
    clock,
    log: { info: told('info'), warn: told('warn'), error: told('error'), debug() {} } as never,
    folder: async () => ({ path: folder, ...(commit === undefined ? {} : { commit }) }),
    apply: {
      operationsFor: operations as never,
      meta: {
        get: async (key) => meta.get(key),
        set: async (key, value) => void meta.set(key, value),
        delete: async (key) => void meta.delete(key),
        withPrefix: async (prefix) => [...meta.keys()].filter((key) => key.startsWith(prefix)).sort(),
      },
    },
    reserve: () => {},
  })
}

const file = (name: string, content: object) => writeFileSync(join(folder, name), JSON.stringify({ pipeline: content }))

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-files-'))
  commit = undefined
  calls = []
  lines = []
  there.clear()
  meta.clear()
})
afterEach(() => rmSync(folder, { recursive: true }))

test('a change is applied once two looks see the same, and nothing is applied twice', async () => {
  file('a.json', { name: 'a' })
  const files = watcher()
  await files.apply()
  await files.look()
  expect(calls).toEqual(['create a from a.json'])
  file('a.json', { name: 'a', executionMode: 'QUEUED' })
  await files.look()
  expect(calls).toHaveLength(1)
  await files.look()
  await files.look()
  expect(calls.slice(1)).toEqual(['update a from a.json'])
  expect(lines).toEqual(['info created', 'info updated'])
})

test('a file that is taken away is told of once, at the next start too, and its pipeline stays until somebody deletes it', async () => {
  file('a b.json', { name: 'a' })
  const files = watcher()
  await files.apply()
  rmSync(join(folder, 'a b.json'))
  for (let looks = 0; looks < 4; looks++) await files.look()
  const problem = expect.stringMatching(
    /a b\.json is gone, and the pipeline a that it made is as it was: penstock delete a/,
  )
  expect(files.problems()).toEqual([problem])
  expect(lines.filter((line) => line.startsWith('warn'))).toHaveLength(1)
  const next = watcher()
  await next.apply()
  expect(next.problems()).toEqual([problem])
  there.delete('a')
  await next.apply()
  expect(next.problems()).toEqual([])
  expect(meta.size).toBe(0)
})

test('a file under another name is the same pipeline', async () => {
  file('a.json', { name: 'a' })
  const files = watcher()
  await files.apply()
  rmSync(join(folder, 'a.json'))
  file('b.json', { name: 'a' })
  expect((await files.apply()).map(({ result }) => result)).toEqual(['updated'])
  expect(files.problems()).toEqual([])
})

test('what was refused is told once, and tried again after a minute: a plugin may have come', async () => {
  file('a.json', { name: 'a', refused: true })
  const files = watcher()
  await files.apply()
  await files.look()
  expect(lines).toHaveLength(1)
  await clock.advance(60_000)
  await files.look()
  expect(lines).toHaveLength(1)
  file('a.json', { name: 'a' })
  await files.look()
  await files.look()
  expect(calls).toEqual(['create a from a.json'])
  expect(files.problems()).toEqual([])
})

test('a folder that cannot be read takes nothing for gone', async () => {
  file('a.json', { name: 'a' })
  const files = watcher()
  await files.apply()
  writeFileSync(join(folder, 'broken.json'), '{')
  rmSync(join(folder, 'a.json'))
  await files.apply()
  expect(files.problems()).toEqual([expect.stringContaining('is not JSON')])
})

test('of a commit, the commit is written down and links are not followed', async () => {
  commit = 'a'.repeat(40)
  file('a.json', { name: 'a' })
  symlinkSync('a.json', join(folder, 'z.json'))
  const files = watcher()
  await files.apply()
  expect(calls).toEqual(['create a from a.json at aaaaaaaaaaaa'])
  expect(files.problems()).toEqual([expect.stringContaining('z.json: is a link')])
})
