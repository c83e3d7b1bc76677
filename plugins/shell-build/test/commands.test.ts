import { runAction } from '@penstock/core/testkit'
import { commands } from '../src/commands.js'
import { contents, removeTrees, tree } from './trees.js'

afterAll(removeTrees)

const compute = commands()

test('commands run in one shell, in order, and their environment is put out', async () => {
  const run = await runAction(compute, {
    inputs: { Source: tree({ 'sub/a.txt': 'hello' }) },
    outputs: [{ name: 'Out', files: ['sub/*.up'] }],
    commands: ['cd sub', 'export GREETING="$(cat a.txt) it\'s"', 'tr a-z A-Z <a.txt >a.up', 'LOCAL=2'],
    environmentVariables: [{ name: 'STAGE', value: 'beta', type: 'PLAINTEXT' }],
    outputVariableNames: ['GREETING', 'LOCAL', 'STAGE'],
  })
  expect(run).toMatchObject({
    outcome: 'succeeded',
    result: { outputVariables: { GREETING: "hello it's", LOCAL: '2', STAGE: 'beta' } },
  })
  expect(run.log).toContain('$ cd sub')
  expect(contents(run.outputs.Out)).toEqual({ 'sub/a.up': 'HELLO' })
})

test('the first that fails ends them; no artifact, no variables', async () => {
  const run = await runAction(compute, { commands: ['echo one', 'exit 7', 'echo two'], outputs: ['Out'] })
  expect(run).toMatchObject({ outcome: 'failed', failure: { message: '"3 commands" failed with exit code 7' } })
  expect(run.log).toContain('$ exit 7')
  expect(run.log).not.toContain('$ echo two')
  expect(run.outputs).toEqual({})
})

test("CodeBuild's variables tell where the inputs are", async () => {
  const run = await runAction(compute, {
    configuration: { PrimarySource: 'App' },
    inputs: { Lib: tree({ l: 'lib' }), App: tree({ a: 'app' }) },
    commands: ['cat "$CODEBUILD_SRC_DIR/a" "$CODEBUILD_SRC_DIR_Lib/l"', 'echo "[$CODEBUILD_INITIATOR]"'],
  })
  expect(run.log).toContain('applib')
  expect(run.log).toContain('[codepipeline/test-pipeline]')
})

test.each([
  { options: {}, message: 'commands is missing in the action declaration' },
  { options: { commands: ['true'], configuration: { PrimarySource: 'X' } }, message: 'PrimarySource is "X"' },
  { options: { commands: ['true'], outputVariableNames: ['a-b'] }, message: 'outputVariables has "a-b"' },
])('$options is a ConfigurationError', async ({ options, message }) => {
  const run = await runAction(compute, options)
  expect(run.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
})
