import { type RunActionOptions, runAction } from '@penstock/core/testkit'
import { codeBuild } from '../src/codebuild/provider.js'
import { contents, removeTrees, tree } from './trees.js'

afterAll(removeTrees)

const phases = `version: 0.2
phases: { build: { commands: ['echo "ran $CODEBUILD_BATCH_BUILD_IDENTIFIER $OS"', 'touch made-$CODEBUILD_BATCH_BUILD_IDENTIFIER', 'test "$FAIL" != yes'] } }
artifacts: { files: 'made-*' }
`

async function batch(text: string, options: RunActionOptions = {}, files: Record<string, string> = {}) {
  const { configuration, ...rest } = options
  const run = await runAction(codeBuild('Build'), {
    configuration: { ProjectName: 'site', BatchEnabled: 'true', ...configuration },
    inputs: { Source: tree({ 'buildspec.yml': `${phases}batch:\n${text}`, ...files }) },
    ...rest,
  })
  const ran = [...run.log.matchAll(/^ran (.*)$/gm)].map(([, what]) => what?.trim())
  return { ...run, ran }
}

test('build-list: each with its own copy of the source, buildspec and variables', async () => {
  const other = 'version: 0.2\nphases: { build: { commands: ["ls made-* || echo ran clean"] } }\n'
  const list = `
  build-list:
    - { identifier: one, env: { variables: { OS: linux } } }
    - { identifier: two, buildspec: other.yml }
`
  const { ran, outputs } = await batch(list, { outputs: ['one', 'two'] }, { 'other.yml': other })
  expect(ran).toEqual(['one linux', 'clean'])
  expect(contents(outputs.one)).toEqual({ 'made-one': '' })
  expect(outputs.two).toBeUndefined()
})

test('build-graph: what depends on a failed build does not run, unless its failure is ignored', async () => {
  const graph = (ignore: string) => `
  build-graph:
    - { identifier: deploy, depend-on: [test] }
    - { identifier: test, depend-on: [build], ignore-failure: ${ignore}, env: { variables: { FAIL: yes } } }
    - { identifier: build }
`
  const strict = await batch(graph('false'))
  expect(strict.ran).toEqual(['build', 'test'])
  expect(strict.failure).toMatchObject({ type: 'JobFailed', message: 'test: phase build failed with exit code 1' })
  const lenient = await batch(graph('true'))
  expect(lenient).toMatchObject({ outcome: 'succeeded', ran: ['build', 'test', 'deploy'] })
})

test('build-matrix: all combinations; CombineArtifacts makes one artifact of all', async () => {
  const matrix = `
  build-matrix:
    static: { env: { variables: { FIXED: x } } }
    dynamic: { env: { variables: { OS: [linux, mac], V: [1, 2] } } }
`
  const { ran, outputs } = await batch(matrix, { configuration: { CombineArtifacts: 'true' }, outputs: ['All'] })
  expect(ran).toEqual(['build0 linux', 'build1 linux', 'build2 mac', 'build3 mac'])
  expect(Object.keys(contents(outputs.All))).toEqual(['made-build0', 'made-build1', 'made-build2', 'made-build3'])
})

test('an output of another name has a folder for each build; fast-fail ends the batch', async () => {
  const list = (fast: string) => `
  fast-fail: ${fast}
  build-list:
    - { identifier: a, env: { variables: { FAIL: '${fast}' } } }
    - { identifier: b }
`
  const { outputs } = await batch(list('no'), { outputs: ['Out'] })
  expect(Object.keys(contents(outputs.Out))).toEqual(['a/made-a', 'b/made-b'])
  const fast = await batch(list('yes'))
  expect(fast.ran).toEqual(['a'])
  expect(fast.failure?.message).toBe('a: phase build failed with exit code 1')
})

test('build-fanout: the builds share the tests out', async () => {
  const spec = `version: 0.2
phases:
  build:
    commands:
      - codebuild-tests-run --test-command 'echo ran' --files-search 'codebuild-glob-search "t/**/*.test"'
batch: { build-fanout: { parallelism: 2 } }
`
  const files = { 't/a.test': '', 't/b.test': '', 't/c/d.test': '' }
  const { log } = await runAction(codeBuild('Test'), {
    configuration: { ProjectName: 'site', BatchEnabled: 'true' },
    inputs: { Source: tree({ 'buildspec.yml': spec, ...files }) },
  })
  expect(log).toContain('\nran t/a.test t/c/d.test\n')
  expect(log).toContain('\nran t/b.test\n')
})
