import { askRevisionFound } from '../../src/host/plugin-hooks.js'
import { removeFolders, source, type World, world } from './world.js'

afterEach(removeFolders)

const event = { pipelineName: 'p', actionName: 'Source', revision: { revisionId: 'r1' } }
const started = { pipelineName: 'p', pipelineExecutionId: 'e', status: 'InProgress' as const }
const before = { pipelineName: 'p', pipelineExecutionId: 'e', stageName: 's', actionName: 'a', provider: 'x' }

async function withPlugins(bodies: Readonly<Record<string, string>>): Promise<World> {
  const names = Object.keys(bodies)
  const w = await world(Object.fromEntries(names.map((name) => [`./${name}.ts`, null])), {
    files: Object.fromEntries(names.map((name) => [`${name}.ts`, source(name, bodies[name])])),
  })
  await w.host.register()
  await w.host.start()
  expect(w.host.list().map((plugin) => plugin.problems)).toEqual(names.map(() => []))
  return w
}

test('a tap that throws is named, with its hook, and the other taps are heard', async () => {
  const w = await withPlugins({
    bad: `api.hooks.executionChanged(() => { throw new Error('oh') })`,
    good: `api.hooks.executionChanged(() => api.log.info('heard'))`,
  })
  await w.hooks.executionChanged.promise(started)
  expect(w.problems('bad')).toBe('hook executionChanged: oh')
  expect(w.logged).toContain('good: heard')
  expect(w.state('bad')).toBe('started')
})

test('a tap that never returns is given up after its limit', async () => {
  const w = await withPlugins({ bad: `api.hooks.beforeAction(() => new Promise(() => {}))` })
  const asked = w.hooks.beforeAction.promise(before)
  await w.clock.advance(5_000)
  await expect(asked).resolves.toBeUndefined()
  expect(w.problems('bad')).toBe('hook beforeAction: hook beforeAction did not end within 5 s')
})

test('five errors within a minute leave the tap out for a minute; then it gets another chance', async () => {
  const w = await withPlugins({
    bad: `api.hooks.executionChanged(() => { api.log.info('called'); throw new Error('oh') })`,
  })
  const calls = () => w.logged.filter((line) => line === 'bad: called').length
  for (let i = 0; i < 8; i++) await w.hooks.executionChanged.promise(started)
  expect(calls()).toBe(5)
  expect(w.problems('bad')).toContain('left out for one minute')
  await w.clock.advance(60_000)
  await w.hooks.executionChanged.promise(started)
  expect(calls()).toBe(6)
})

test('four errors a minute, for ever, open no circuit', async () => {
  const w = await withPlugins({
    bad: `api.hooks.executionChanged(() => { api.log.info('called'); throw new Error('oh') })`,
  })
  for (let i = 0; i < 12; i++) {
    await w.hooks.executionChanged.promise(started)
    await w.clock.advance(15_001)
  }
  expect(w.logged.filter((line) => line === 'bad: called')).toHaveLength(12)
})

test('beforeAction: the first reason vetoes', async () => {
  const w = await withPlugins({
    quiet: 'api.hooks.beforeAction(() => undefined)',
    freeze: `api.hooks.beforeAction(async ({ stageName }) => 'no ' + stageName + ' on Fridays')`,
  })
  await expect(w.hooks.beforeAction.promise(before)).resolves.toBe('no s on Fridays')
})

describe('revisionFound', () => {
  test('taps change the revision one after the other', async () => {
    const add = (letter: string) =>
      `api.hooks.revisionFound((e) => ({ ...e, revision: { revisionId: e.revision.revisionId + '${letter}' } }))`
    const w = await withPlugins({ a: add('a'), b: add('b') })
    await expect(askRevisionFound(w.hooks, event)).resolves.toMatchObject({ revision: { revisionId: 'r1ab' } })
  })

  test('undefined drops it, and no later tap sees it', async () => {
    const w = await withPlugins({
      drop: 'api.hooks.revisionFound(() => undefined)',
      later: `api.hooks.revisionFound((e) => { api.log.info('saw'); return e })`,
    })
    await expect(askRevisionFound(w.hooks, event)).resolves.toBeUndefined()
    expect(w.logged).toEqual([])
  })

  test('a tap that throws loses no revision', async () => {
    const w = await withPlugins({ bad: `api.hooks.revisionFound(() => { throw new Error('oh') })` })
    await expect(askRevisionFound(w.hooks, event)).resolves.toEqual(event)
  })

  test('without taps the event stays as it is', async () => {
    const w = await withPlugins({})
    await expect(askRevisionFound(w.hooks, event)).resolves.toEqual(event)
  })
})
