/** Whole deployments through the provider, to real sshds. */
import { existsSync, lstatSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeEach(async () => {
  fleet = await startFleet(1)
})
afterEach(() => fleet.stop())

const appspec = (app: string, more = '') => `version: 0.0
os: linux
files:
  - source: /www
    destination: ${app}/www
${more}`

function read(path: string): string {
  return readFileSync(join(fleet.app(), path), 'utf8')
}

test('copies files and runs hooks in order, with their output in the log', async () => {
  const hooks = ['BeforeInstall', 'AfterInstall', 'ApplicationStart', 'ValidateService']
  const bundle = fleet.bundle({
    'appspec.yml': appspec(
      fleet.app(),
      `hooks:\n${hooks.map((event) => `  ${event}:\n    - location: scripts/hook.sh\n      timeout: 20\n`).join('')}`,
    ),
    'www/index.html': 'hello',
    'www/run.sh': { text: '#!/bin/sh\n', mode: 0o750 },
    'www/link': { link: 'index.html' },
    'www/dangling': { link: '/nowhere/at all' },
    'www/linked-dir': { link: 'sub' },
    'www/sub/a b': '1',
    "www/sub/it's": '2',
    'www/sub/new\nline': '3',
    'www/sub/back\\slash': '4',
    'www/sub/-rf': '5',
    'www/sub/$(touch x)`é*': '6',
    [`www/${'long'.repeat(40)}/${'name'.repeat(40)}`]: '7',
    'scripts/hook.sh': {
      text: '#!/bin/sh\necho "$LIFECYCLE_EVENT $APPLICATION_NAME $DEPLOYMENT_GROUP_NAME $DEPLOYMENT_ID"; echo oops >&2',
      mode: 0o644,
    },
  })
  const run = await fleet.deploy(bundle)
  expect(run.log).toContain('[web1] Succeeded')
  expect(run).toMatchObject({ outcome: 'succeeded', result: { summary: '1 of 1 hosts succeeded' } })
  const id = run.result?.externalExecutionId ?? ''
  expect(id).toMatch(/^d-[A-Z0-9]{9}$/)
  expect(run.result?.outputVariables).toEqual({ DeploymentId: id })
  const printed = run.log.split('\n').filter((line) => line.includes('| ') && line.includes('site'))
  expect(printed).toEqual(hooks.map((event) => `[web1] ${event} scripts/hook.sh | ${event} site production ${id}`))
  expect(read('www/index.html')).toBe('hello')
  expect(lstatSync(join(fleet.app(), 'www/run.sh')).mode & 0o777).toBe(0o750)
  expect(readlinkSync(join(fleet.app(), 'www/link'))).toBe('index.html')
  expect(readlinkSync(join(fleet.app(), 'www/dangling'))).toBe('/nowhere/at all')
  expect(lstatSync(join(fleet.app(), 'www/linked-dir')).isDirectory()).toBe(true)
  expect(readdirSync(join(fleet.app(), 'www/sub')).sort()).toEqual(
    ['$(touch x)`é*', '-rf', 'a b', 'back\\slash', "it's", 'new\nline'].sort(),
  )
  expect(read(`www/${'long'.repeat(40)}/${'name'.repeat(40)}`)).toBe('7')
  expect(lstatSync(join(fleet.app(), 'www/index.html')).uid).toBe(fleet.sshds[0]?.account.uid)
})

test('a second deployment removes what the first one made, and keeps what others put there', async () => {
  const first = fleet.bundle({
    'appspec.yml': appspec(fleet.app(), 'hooks:\n  ApplicationStop:\n    - location: stop.sh\n'),
    'www/old': '1',
    'www/both': '1',
    'www/gone/deep/x': '1',
    'www/gone/new\nline\\': '1',
    'stop.sh': script('echo "stop of one: $DEPLOYMENT_ID"'),
  })
  const second = fleet.bundle({
    'appspec.yml': appspec(fleet.app(), 'hooks:\n  ApplicationStop:\n    - location: stop.sh\n'),
    'www/both': '2',
    'www/new': '2',
    'stop.sh': script('echo "stop of two"'),
  })
  const one = await fleet.deploy(first)
  expect(one.outcome).toBe('succeeded')
  expect(one.log).not.toContain('stop of')
  writeFileSync(join(fleet.app(), 'www/foreign'), 'theirs')
  const two = await fleet.deploy(second)
  expect(two.outcome).toBe('succeeded')
  expect(two.log).toContain(`| stop of one: ${two.result?.externalExecutionId}`)
  expect(two.log).not.toContain('stop of two')
  expect(readdirSync(join(fleet.app(), 'www')).sort()).toEqual(['both', 'foreign', 'new'])
  expect(read('www/both')).toBe('2')
  // The same revision once more: nothing of it is sent.
  const three = await fleet.deploy(second)
  expect(three.outcome).toBe('succeeded')
  expect(three.log).toContain('nothing to send: it is the revision of')
  expect(read('www/both')).toBe('2')
})

test('DISALLOW leaves the host as it was, with the application in place', async () => {
  const first = fleet.bundle({ 'appspec.yml': appspec(fleet.app()), 'www/index.html': 'one' })
  expect((await fleet.deploy(first)).outcome).toBe('succeeded')
  writeFileSync(join(fleet.app(), 'www/foreign'), 'theirs')
  const second = fleet.bundle({ 'appspec.yml': appspec(fleet.app()), 'www/index.html': 'two', 'www/foreign': 'ours' })
  const run = await fleet.deploy(second)
  expect(run.failure?.message).toContain('already exists at this location')
  expect(run.failure?.message).toContain(join(fleet.app(), 'www/foreign'))
  expect(read('www/index.html')).toBe('one')
  expect(read('www/foreign')).toBe('theirs')
  // And the next deployment still knows what it may remove.
  const third = fleet.bundle({ 'appspec.yml': appspec(fleet.app()), 'www/other': 'three' })
  expect((await fleet.deploy(third)).outcome).toBe('succeeded')
  expect(readdirSync(join(fleet.app(), 'www')).sort()).toEqual(['foreign', 'other'])
})

test.each([
  ['OVERWRITE', 'ours', ['mine']],
  ['RETAIN', 'theirs', ['foreign', 'mine']],
])('%s', async (behavior, content, left) => {
  const folder = join(fleet.app(), 'www')
  const empty = fleet.bundle({ 'appspec.yml': appspec(fleet.app()), 'www/mine': '1' })
  await fleet.deploy(empty)
  writeFileSync(join(folder, 'foreign'), 'theirs')
  const second = fleet.bundle({
    'appspec.yml': appspec(
      fleet.app(),
      `file_exists_behavior: ${behavior}\npermissions:\n  - object: ${folder}\n    mode: 600\n`,
    ),
    'www/foreign': 'ours',
    'www/mine': '2',
  })
  const run = await fleet.deploy(second)
  expect(run.log).toContain('Succeeded')
  expect(read('www/foreign')).toBe(content)
  expect(lstatSync(join(folder, 'mine')).mode & 0o777).toBe(0o600)
  // A file that was retained is not of this deployment: no permission applies to it.
  expect(lstatSync(join(folder, 'foreign')).mode & 0o777).toBe(behavior === 'RETAIN' ? 0o644 : 0o600)
  // And the next deployment only removes what a deployment wrote.
  await fleet.deploy(fleet.bundle({ 'appspec.yml': appspec(fleet.app()), 'www/mine': '3' }))
  expect(readdirSync(folder).sort()).toEqual(left)
})

test('a hook that fails ends the host, and the events after it are skipped', async () => {
  const bundle = fleet.bundle({
    'appspec.yml': appspec(
      fleet.app(),
      'hooks:\n  AfterInstall:\n    - location: bad.sh\n    - location: never.sh\n  ApplicationStart:\n    - location: never.sh\n',
    ),
    'www/x': '1',
    'bad.sh': script('echo before; exit 7'),
    'never.sh': script(`touch ${fleet.app()}/never`),
  })
  const run = await fleet.deploy(bundle)
  expect(run.outcome).toBe('failed')
  expect(run.failure?.message).toContain('AfterInstall: Script at specified location: bad.sh failed with exit code 7')
  expect(run.failure?.externalExecutionId).toMatch(/^d-/)
  expect(run.log).toContain('[web1] AfterInstall bad.sh | before')
  expect(existsSync(join(fleet.app(), 'never'))).toBe(false)
})

test('a .bashrc that talks does not get between us', async () => {
  // sshd's SetEnv and a login shell's noise look the same to us: output before ours, without a newline at its end.
  const noisy = await startFleet(1, [
    `ForceCommand printf 'motd without end'; echo noise >&2; eval "$SSH_ORIGINAL_COMMAND"`,
  ])
  try {
    const bundle = noisy.bundle({ 'appspec.yml': appspec(noisy.app()), 'www/x': '1' })
    const run = await noisy.deploy(bundle)
    expect(run.log).toContain('[web1] Succeeded')
    expect(run.log).not.toContain('motd')
  } finally {
    await noisy.stop()
  }
})
