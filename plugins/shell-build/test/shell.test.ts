import { readlinkSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { runAction } from '@penstock/core/testkit'
import { shell } from '../src/shell.js'
import { contents, removeTrees, tree } from './trees.js'

afterAll(removeTrees)

const build = shell('Build')
const source = () => tree({ 'src/a.txt': 'a', 'run.sh': '#!/bin/sh\ntr a-z A-Z <src/a.txt >dist.txt\n' })

test('a script runs in the input, and what files select comes out', async () => {
  const run = await runAction(build, {
    configuration: { Command: './run.sh\necho done' },
    inputs: { Source: source() },
    outputs: [{ name: 'Out', files: ['dist.txt'] }, 'All'],
  })
  expect(run).toMatchObject({ outcome: 'succeeded' })
  expect(run.log).toContain('done')
  expect(contents(run.outputs.Out)).toEqual({ 'dist.txt': 'A' })
  expect(Object.keys(contents(run.outputs.All))).toEqual(['dist.txt', 'run.sh', 'src/a.txt'])
})

test('the first command that fails ends the script, and nothing comes out', async () => {
  const run = await runAction(build, {
    configuration: { Command: 'echo one\nfalse\necho two' },
    inputs: { Source: source() },
    outputs: ['Out'],
  })
  expect(run).toMatchObject({
    outcome: 'failed',
    failure: { type: 'JobFailed', message: expect.stringContaining('exit code 1') },
  })
  expect(run.log).not.toContain('two')
  expect(run.outputs).toEqual({})
})

test('WorkingDirectory, Environment, Shell and output variables', async () => {
  const run = await runAction(build, {
    configuration: {
      Command: '[[ $STAGE == b* ]] && NAME="y-$STAGE"\nCOUNT=$(ls)\nexport NAME',
      Shell: 'bash',
      WorkingDirectory: 'src',
      Environment: '{"STAGE": "beta"}',
    },
    inputs: { Source: source() },
    outputVariableNames: ['NAME', 'COUNT', 'NEVER'],
  })
  expect(run).toMatchObject({ outcome: 'succeeded', result: { outputVariables: { NAME: 'y-beta', COUNT: 'a.txt' } } })
  expect(run.log).toContain('output variable NEVER was never set')
})

test('it may have several inputs, or none', async () => {
  const two = await runAction(build, {
    configuration: { Command: 'cat "$PENSTOCK_INPUT_My_Lib/lib.txt" src/a.txt' },
    inputs: { Source: source(), 'My-Lib': tree({ 'lib.txt': 'library ' }) },
  })
  expect(two.log).toContain('library a')
  const none = await runAction(build, { configuration: { Command: 'echo made >x' }, outputs: ['Out'] })
  expect(contents(none.outputs.Out)).toEqual({ x: 'made\n' })
})

test("the declaration's commands are the script when there is no Command", async () => {
  const run = await runAction(build, { commands: ['x=1', 'echo "x is $x"'] })
  expect(run.log).toContain('x is 1')
})

test('it is ended when its time is over', async () => {
  const run = await runAction(build, { configuration: { Command: 'echo started; sleep 60', Timeout: '0.005' } })
  expect(run).toMatchObject({
    outcome: 'failed',
    failure: { message: expect.stringContaining('took longer than 0.3 s') },
  })
})

test('a stop ends it', async () => {
  const controller = new AbortController()
  setTimeout(() => controller.abort(new Error('stopped by a test')), 300)
  const run = await runAction(build, { configuration: { Command: 'sleep 3600' }, signal: controller.signal })
  expect(run.outcome).toBe('failed')
})

test('a secret of the environment does not show in the log', async () => {
  const run = await runAction(build, {
    configuration: { Command: 'echo "the token is $TOKEN"', Environment: '{"TOKEN": "{{secret:deploy}}"}' },
    secrets: { deploy: 'hunter2-hunter2' },
  })
  expect(run.outcome).toBe('succeeded')
  expect(run.log).toContain('the token is ****')
  expect(run.log).not.toContain('hunter2')
})

test.each([
  { configuration: {}, message: 'Command is missing: what to run, such as "make test"' },
  { configuration: { Command: 'x', Timeout: '0' }, message: 'Timeout is 0: more than 0' },
  { configuration: { Command: 'x', Environment: '{' }, message: 'Environment is not JSON' },
  { configuration: { Command: 'x', Environment: '"x"' }, message: 'Environment must be an object or a list' },
  { configuration: { Command: 'x', Environment: '{"a-b": "c"}' }, message: 'Environment has a variable named "a-b"' },
  {
    configuration: { Command: 'x', Environment: '[{"name":"A","value":"/p","type":"PARAMETER_STORE"}]' },
    message: 'A has the type PARAMETER_STORE: only PLAINTEXT is supported',
  },
  {
    configuration: { Command: 'x', WorkingDirectory: '../..' },
    message: 'WorkingDirectory is "../..": a folder inside',
  },
  {
    configuration: { Command: 'x', WorkingDirectory: 'nope' },
    message: 'WorkingDirectory is "nope": the input artifact has no such',
  },
  { configuration: { Command: 'x', Shell: 'sh -c' }, message: 'Shell is "sh -c"' },
])('$configuration is a ConfigurationError', async ({ configuration, message }) => {
  const run = await runAction(build, {
    configuration: configuration as Record<string, string>,
    inputs: { Source: source() },
  })
  expect(run.failure).toMatchObject({ type: 'ConfigurationError', message: expect.stringContaining(message) })
})

test.each(['echo one\r\nif true; then\r\n  echo two\r\nfi\r\n', '\ufefftest -f run.sh\r\necho two\r'])(
  'a script that was edited on Windows runs: %j',
  async (Command) => {
    const run = await runAction(build, { configuration: { Command }, inputs: { Source: source() } })
    expect(run).toMatchObject({ outcome: 'succeeded', log: expect.stringContaining('two\n') })
  },
)

test("numbers of a JSON text arrive as they are written, and a path's line end is none of it", async () => {
  const run = await runAction(build, {
    configuration: {
      Command: 'echo "$V $N $T" && pwd',
      Environment: '{"V": 1.10, "N": -12345678901234567890.0e-3, "T": "\\"1.10, 2\\""}',
      WorkingDirectory: 'src\r\n',
    },
    inputs: { Source: source() },
  })
  expect(run.log).toMatch(/^1\.10 -12345678901234567890\.0e-3 "1\.10, 2"\n.*\/src$/m)
})

test("what a build made of its own workspace is the build's failure, named", async () => {
  const Command = 'rm -r src run.sh; ln -s /proc/self/mem gone; rm gone; cd ..; rm -r Source'
  const run = await runAction(build, { configuration: { Command }, inputs: { Source: source() }, outputs: ['Out'] })
  expect(run.failure).toMatchObject({
    type: 'JobFailed',
    message: expect.stringContaining('cannot be read: it is not there'),
  })
})

test('links to the machine and files with odd names or times do not stop an output', async () => {
  const Command =
    'ln -s /usr/bin/env envlink; touch "$(printf \'lat-\\351\')"; touch -d 2040-01-01 future; mkdir "a[1]"; touch "a[1]/f"'
  const run = await runAction(build, {
    configuration: { Command },
    inputs: { Source: tree({}) },
    outputs: [{ name: 'Out', files: ['a[1]/f', 'envlink', 'future'] }, 'All'],
  })
  expect(run.outcome).toBe('succeeded')
  expect(readlinkSync(join(run.outputs.Out ?? '', 'envlink'))).toBe('/usr/bin/env')
  expect(statSync(join(run.outputs.All ?? '', 'future')).mtime.getUTCFullYear()).toBeGreaterThan(2038)
  expect(Object.keys(contents(run.outputs.Out))).toEqual(['a[1]/f', 'future'])
  expect(run.log).toContain(
    'output artifact "Out": envlink -> /usr/bin/env: links that lead out of the artifact, kept as links',
  )
  expect(run.log).toContain('output artifact "All": lat-\ufffd: left out')
})
