import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { frozenCopy } from '../../src/host/frozen.js'
import { hookCatalogue } from '../../src/host/hook-catalogue.js'
import { hookNames } from '../../src/host/hook-names.js'
import { hooksPage } from '../../src/host/hooks-page.js'
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
  expect(w.problems('bad')).toMatch(/^hook executionChanged: oh \(bad\.ts:2:\d+\)$/)
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

describe('what a tap gets', () => {
  test('is frozen: a tap that changes it is told so, and no other is told what did not happen', async () => {
    const w = await withPlugins({
      bad: `api.hooks.executionChanged((e: any) => { e.status = 'MUTATED' })
            api.hooks.revisionFound((e: any) => { e.revision.revisionId = 'evil'; return e })`,
      good: `api.hooks.executionChanged((e) => api.log.info(e.status))
             api.hooks.revisionFound((e) => { api.log.info(e.revision.revisionId); return e })`,
    })
    await w.hooks.executionChanged.promise(started)
    expect(await askRevisionFound(w.hooks, event)).toEqual(event)
    expect(w.logged.filter((line) => line.startsWith('good'))).toEqual(['good: InProgress', 'good: r1'])
    expect(w.problems('bad')).toMatch(/executionChanged: Cannot assign to read only property 'status'/)
    expect(w.problems('bad')).toMatch(/revisionFound: Cannot assign to read only property 'revisionId'/)
  })

  test('one event is copied once, however many taps it has', () => {
    const copy = frozenCopy(event)
    expect(copy).toEqual(event)
    expect([frozenCopy(event), frozenCopy(copy)]).toEqual([copy, copy])
    expect(frozenCopy(event)).toBe(copy)
    expect(Object.isFrozen(copy.revision)).toBe(true)
    expect(Object.isFrozen(event)).toBe(false)
  })
})

describe('a gate that cannot be asked', () => {
  const broken = (options: string) => ({
    gate: `api.hooks.beforeAction(() => { throw new Error('no calendar') }${options})`,
  })

  test('is open unless its author says otherwise', async () => {
    const w = await withPlugins(broken(''))
    expect(await w.hooks.beforeAction.promise(before)).toBeUndefined()
  })

  test('is closed where its author says so, with the reason: also once it is left out, and once its plugin has failed', async () => {
    const w = await withPlugins(broken(`, { onFailure: 'closed' }`))
    const closed = "the gate of plugin 'gate' is closed while it cannot be asked: "
    for (let time = 1; time <= 5; time++)
      expect(await w.hooks.beforeAction.promise(before)).toBe(`${closed}no calendar`)
    expect(await w.hooks.beforeAction.promise(before)).toBe(`${closed}it failed 5 times within a minute`)
    w.host.fail('gate', 'it broke')
    expect(await w.hooks.beforeAction.promise(before)).toBe(`${closed}the plugin has failed`)
  })

  test('opens when somebody switches its plugin off', async () => {
    const w = await withPlugins(broken(`, { onFailure: 'closed' }`))
    await w.host.disable('gate')
    expect(await w.hooks.beforeAction.promise(before)).toBeUndefined()
  })
})

test('taps that are asked one after another come by stage, and before whom they say', async () => {
  const say = (options = '') => `api.hooks.beforeAction(() => void api.log.info('asked'), ${options || '{}'})`
  const w = await withPlugins({ a: say(), b: say('{ stage: -1 }'), c: say(`{ before: 'a' }`) })
  await w.hooks.beforeAction.promise(before)
  expect(w.logged).toEqual(['b: asked', 'c: asked', 'a: asked'])
})

test.each([
  { options: '{ stag: 1 }', says: "hooks.beforeAction: there is no option 'stag'; known: stage, before, onFailure" },
  { options: `{ onFailure: 'shut' }`, says: `onFailure is "shut": 'open' or 'closed' is right` },
  { options: `{ stage: 'x' }`, says: 'stage is "x": a number is right' },
])('options $options are refused', async ({ options, says }) => {
  const body = `api.hooks.beforeAction(() => undefined, ${options} as never)`
  const w = await world({ './bad.ts': null }, { files: { 'bad.ts': source('bad', body) } })
  await w.host.register()
  expect(w.problems('bad')).toContain(says)
})

describe('the catalogue', () => {
  test('has every hook, and plugins/HOOKS.md is made from it (penstock hooks --markdown)', () => {
    expect(Object.keys(hookCatalogue).sort()).toEqual([...hookNames].sort())
    expect(readFileSync(join(__dirname, '../../../plugins/HOOKS.md'), 'utf8')).toBe(hooksPage())
  })

  test('gives an example of each that runs as it stands', async () => {
    const files = Object.entries(hookCatalogue).map(([name, { example }]) => [`${name}.ts`, example] as const)
    const w = await world(Object.fromEntries(files.map(([name]) => [`./${name}`, null])), {
      files: Object.fromEntries(
        files.map(([name, text]) => [
          name,
          text.replace(/name: '[^']+'/, () => `name: '${name.slice(0, -3).toLowerCase()}'`),
        ]),
      ),
    })
    await w.host.register()
    await w.host.start()
    for (const [name] of files) {
      const hook = w.hooks[name.slice(0, -3) as keyof typeof w.hooks] as { promise(event: unknown): Promise<unknown> }
      await hook.promise({
        ...event,
        ...before,
        stageName: 'Production',
        failed: { stageName: 's', actionName: 'a', error: { code: 'JobFailed', message: 'no' } },
        status: 'Failed',
        error: { code: 'JobFailed', message: 'no' },
      })
    }
    expect(w.host.list().flatMap(({ state, problems }) => [state, ...problems])).toEqual(files.map(() => 'started'))
  })
})
