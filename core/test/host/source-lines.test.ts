import { removeFolders, source, world } from './world.js'

afterEach(removeFolders)

/** A file whose error comes to be in line 7, column 9, behind what the compiler moves about. */
const behindTypes = (where: string) => `import { definePlugin } from '@penstock/core'
interface Long {
  readonly a: string
}
enum Kind { One, Two }
const fail = (_: Long): void => {
  throw new Error('oh ' + Kind.Two)
}
export default definePlugin({ name: 'mis', apiVersion: '^1.0', register(api) { ${where} } })
`

test.each([
  { it: 'register()', where: `fail({ a: '' })`, says: 'register: oh 1 (mis.ts:7:9)' },
  { it: 'onStart()', where: `api.onStart(() => fail({ a: '' }))`, says: 'start: oh 1 (mis.ts:7:9)' },
])('an error in $it is told with the line that its author wrote', async ({ where, says }) => {
  const w = await world({ './mis.ts': null }, { files: { 'mis.ts': behindTypes(where) } })
  await w.host.register()
  await w.host.start()
  expect(w.problems('mis')).toBe(says)
})

test('an error in a hook, too, and at load', async () => {
  const hook = `api.hooks.executionChanged(() => fail({ a: '' }))`
  const w = await world({ './mis.ts': null }, { files: { 'mis.ts': behindTypes(hook) } })
  await w.host.register()
  await w.host.start()
  await w.hooks.executionChanged.promise({ pipelineName: 'p', pipelineExecutionId: 'e', status: 'InProgress' })
  expect(w.problems('mis')).toBe('hook executionChanged: oh 1 (mis.ts:7:9)')
  const bad = await world(
    { './bad.ts': null },
    { files: { 'bad.ts': `const x: number = 1\n;(undefined as any).y\n${source('bad')}` } },
  )
  await bad.host.register()
  expect(bad.problems('bad')).toMatch(/^load: .* \(bad\.ts:2:\d+\)$/)
})

test.each([
  {
    it: 'a hook',
    body: 'api.hooks.beforeActon(() => {})',
    says: "there is no hook 'beforeActon'; did you mean 'beforeAction'?",
  },
  {
    it: 'a member of a property',
    body: `api.provideAction({ category: 'Build', provider: 'A', configuration: { X: { description: 'x', requird: true } }, async run() {} } as never)`,
    says: "configuration.X: there is no 'requird'; did you mean 'required'?",
  },
  {
    it: 'a member of the declaration',
    body: `api.provideAction({ category: 'Build', provider: 'A', inputArtifact: 1, configuration: {}, async run() {} } as never)`,
    says: "there is no 'inputArtifact'; did you mean 'inputArtifacts'?",
  },
])('$it that is misspelled is refused with what was meant', async ({ body, says }) => {
  const w = await world({ './mis.ts': null }, { files: { 'mis.ts': source('mis', body) } })
  await w.host.register()
  expect(w.state('mis')).toBe('failed')
  expect(w.problems('mis')).toContain(says)
})
