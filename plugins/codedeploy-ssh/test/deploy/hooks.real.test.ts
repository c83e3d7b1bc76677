/** Scripts on a host: limits, missing ones, daemons, users. This machine stands for the host. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { endProcessesWith, findAccount, processesWith } from '@penstock/core/testkit'
import { type Content, script, writeBundle } from '../support/bundle.js'
import { deployLocal, type LocalDeployment } from '../support/deploy-local.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let folder: string
let count = 0
beforeEach(() => {
  folder = mkdtempSync('/tmp/penstock-hooks-')
  chmodSync(folder, 0o755)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Deploys a bundle with these hooks (YAML) and files. */
function deploy(hooks: string, files: Record<string, Content>, more: Partial<LocalDeployment> = {}) {
  const bundle = writeBundle(join(folder, `bundle${++count}`), {
    'appspec.yml': `version: 0.0\nos: linux\n${hooks}`,
    ...files,
  })
  return deployLocal({ bundle, root: join(folder, 'root'), id: `d-${count}`, ...more })
}

const hook = (more: string, event = 'AfterInstall') => `hooks:\n  ${event}:\n    - location: hook.sh\n${more}`
const eventOf = (result: Awaited<ReturnType<typeof deploy>>, name = 'AfterInstall') =>
  result.events.find((event) => event.name === name)

test('a limit that is passed ends the script and what it started, with code ScriptTimedOut', async () => {
  const result = await deploy(hook('      timeout: 1\n'), { 'hook.sh': script('echo begun; sleep 300 & sleep 300') })
  expect(eventOf(result)).toMatchObject({
    status: 'Failed',
    diagnostics: {
      errorCode: 'ScriptTimedOut',
      scriptName: 'hook.sh',
      message: 'Script at specified location: hook.sh failed to complete in 1 seconds',
      logTail: '[stdout]begun\n',
    },
  })
  expect(result.events.at(-1)).toEqual({ name: 'ValidateService', status: 'Skipped' })
  expect(processesWith(`PENSTOCK_HOOK=d-${count}.1.`)).toEqual([])
})

test('a script that ignores TERM is killed after five seconds', async () => {
  const begun = Date.now()
  const result = await deploy(hook('      timeout: 1\n'), {
    'hook.sh': script("trap 'echo not me' TERM; while :; do sleep 0.1; done"),
  })
  expect(Date.now() - begun).toBeGreaterThan(5_500)
  expect(eventOf(result)?.diagnostics?.errorCode).toBe('ScriptTimedOut')
  expect(result.output).toContain('AfterInstall hook.sh stdout|not me')
  expect(processesWith(`PENSTOCK_HOOK=d-${count}.1.`)).toEqual([])
})

test('a daemon that keeps the output open fails the script at its limit, and lives on', async () => {
  const result = await deploy(hook('      timeout: 1\n'), { 'hook.sh': script('sleep 60 & echo started') })
  expect(eventOf(result)?.diagnostics).toMatchObject({
    errorCode: 'UnknownError',
    message: expect.stringContaining('failed to close STDOUT/STDERR'),
  })
  const cookie = `PENSTOCK_HOOK=d-${count}.1.`
  expect(processesWith(cookie)).toHaveLength(1)
  await endProcessesWith(cookie)
})

test('a daemon that closes its outputs is left alone', async () => {
  const result = await deploy(hook('      timeout: 5\n'), {
    'hook.sh': script('sleep 60 >/dev/null 2>&1 </dev/null & echo started'),
  })
  expect(result.status).toBe('Succeeded')
  const cookie = `PENSTOCK_HOOK=d-${count}.1.`
  expect(processesWith(cookie)).toHaveLength(1)
  await endProcessesWith(cookie)
})

test.each([
  ['no such script', {}, 'ScriptMissing', 'does not exist'],
  ['exit code', { 'hook.sh': script('exit 42') }, 'ScriptFailed', 'exit code 42'],
  ['a signal', { 'hook.sh': script('kill -9 $$') }, 'ScriptFailed', 'killed by signal 9'],
  ['a bad interpreter', { 'hook.sh': { text: '#!/no/such/thing\n', mode: 0o755 } }, 'ScriptFailed', 'exit code 127'],
])('%s', async (_, files, errorCode, message) => {
  const result = await deploy(hook(''), files as Record<string, Content>)
  expect(eventOf(result)?.diagnostics).toMatchObject({ errorCode, message: expect.stringContaining(message) })
  expect(result.status).toBe('Failed')
})

test('a script without a shebang or the right to be run is run', async () => {
  const result = await deploy(hook(''), { 'hook.sh': 'echo ran' })
  expect(result.output).toEqual(['AfterInstall hook.sh stdout|ran'])
})

test('a script finds its bundle around it, nothing on its input, and the variables', async () => {
  const result = await deploy(hook(''), {
    'hook.sh': script('cat appspec.yml | head -1; cat; env | grep -E "^(LIFECYCLE|DEPLOY|APPL)" | sort'),
  })
  expect(result.output.map((line) => line.split('|')[1])).toEqual([
    'version: 0.0',
    'APPLICATION_NAME=app',
    'DEPLOYMENT_GROUP_ID=g1',
    'DEPLOYMENT_GROUP_NAME=group',
    `DEPLOYMENT_ID=d-${count}`,
    'LIFECYCLE_EVENT=AfterInstall',
  ])
})

test('scripts.log is written as the agent writes it', async () => {
  await deploy(hook(''), { 'hook.sh': script('echo out; sleep 0.1; echo err >&2; printf end') })
  const log = readFileSync(join(folder, 'root/g1', `d-${count}`, 'logs/scripts.log'), 'utf8')
  const lines = log.split('\n').filter((line) => line !== '')
  for (const line of lines) expect(line).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d /)
  const at = lines.findIndex((line) => line.endsWith('LifecycleEvent - AfterInstall'))
  expect(
    lines
      .slice(at + 1, at + 5)
      .map((line) => line.slice(20))
      .sort(),
  ).toEqual(['Script - hook.sh', '[stdout]out', '[stdout]err', '[stdout]end'].sort())
})

test('scripts.log is put aside at its limit, seven times at most', async () => {
  const bundle = writeBundle(join(folder, 'rotated'), {
    'appspec.yml': `version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n${'    - location: hook.sh\n'.repeat(10)}`,
    'hook.sh': script(
      'n=$(cat n 2>/dev/null || echo 0); n=$((n + 1)); echo $n > n; echo "run $n"; head -c 3000 /dev/zero | tr "\\0" x',
    ),
  })
  const result = await deployLocal({ bundle, root: join(folder, 'rotated-root'), id: 'd-ROTATED', logLimit: 2 })
  expect(result.status).toBe('Succeeded')
  const logs = join(folder, 'rotated-root/g1/d-ROTATED/logs')
  const names = ['scripts.log', ...[1, 2, 3, 4, 5, 6, 7].map((number) => `scripts.log.${number}`)]
  expect(readdirSync(logs).sort()).toEqual(names)
  // The newest first: of ten runs, the last eight are left.
  const runs = names.map((name) => /\[stdout\]run (\d+)/.exec(readFileSync(join(logs, name), 'utf8'))?.[1])
  expect(runs).toEqual(['10', '9', '8', '7', '6', '5', '4', '3'])
})

test('twenty thousand lines come whole and in order', async () => {
  const result = await deploy(hook('      timeout: 50\n'), { 'hook.sh': script('seq 1 20000') })
  expect(result.output).toEqual(
    Array.from({ length: 20_000 }, (_, index) => `AfterInstall hook.sh stdout|${index + 1}`),
  )
})

describe('ApplicationStop', () => {
  const stop = (body: string) => ({ 'hook.sh': script(body) })
  const spec = hook('', 'ApplicationStop')

  test('a broken one of the installed revision blocks the next deployments, and names that revision', async () => {
    await deploy(spec, stop('exit 1'))
    const first = `d-${count}`
    const blocked = await deploy(spec, stop('exit 0'))
    expect(blocked.status).toBe('Failed')
    expect(blocked.notes).toContain(`ApplicationStop runs the scripts of the previous revision, ${first}`)
    expect(blocked.events.find(({ name }) => name === 'BeforeInstall')?.status).toBe('Skipped')
    const ignoring = await deploy(spec, stop('exit 0'), { ignoreStop: true })
    expect(ignoring.status).toBe('Succeeded')
    expect(eventOf(ignoring, 'ApplicationStop')?.status).toBe('Failed')
    expect((await deploy(spec, stop('exit 0'))).status).toBe('Succeeded')
  })

  test('a revision that failed after Install still is the one to be stopped', async () => {
    await deploy(spec, stop('echo stop one'))
    const failing = `${spec}  ApplicationStart:\n    - location: bad.sh\n`
    const failed = await deploy(failing, { ...stop('echo stop two'), 'bad.sh': script('exit 1') })
    expect(failed.output).toEqual(['ApplicationStop hook.sh stdout|stop one'])
    expect((await deploy(spec, stop('echo stop three'))).output).toEqual(['ApplicationStop hook.sh stdout|stop two'])
  })

  test('a revision that failed before Install is not', async () => {
    await deploy(spec, stop('echo stop one'))
    const failing = `${spec}  BeforeInstall:\n    - location: bad.sh\n`
    await deploy(failing, { ...stop('echo stop two'), 'bad.sh': script('exit 1') })
    expect((await deploy(spec, stop('echo stop three'))).output).toEqual(['ApplicationStop hook.sh stdout|stop one'])
  })
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
const user = findAccount('penstock-demo') === undefined ? 'nobody' : 'penstock-demo'

asRoot('runas runs the script as another user, with the variables; a limit ends it too', async () => {
  const result = await deploy(hook(`      runas: ${user}\n`), { 'hook.sh': script('id -un; echo "$LIFECYCLE_EVENT"') })
  expect(result.output.map((line) => line.split('|')[1])).toEqual([user, 'AfterInstall'])
  const slow = await deploy(hook(`      runas: ${user}\n      timeout: 1\n`), {
    'hook.sh': script('(setsid sleep 300 &); sleep 300'),
  })
  expect(eventOf(slow)?.diagnostics?.errorCode).toBe('ScriptTimedOut')
  expect(processesWith(`PENSTOCK_HOOK=d-${count}.1.`)).toEqual([])
  const unknown = await deploy(hook('      runas: no-such-user\n'), { 'hook.sh': script('id -un') })
  expect(eventOf(unknown)?.diagnostics?.errorCode).toBe('ScriptFailed')
})

asRoot('a script whose name needs quoting is run as another user', async () => {
  const files = { "a b's $x.sh": script('id -un') }
  const hooks = `hooks:\n  AfterInstall:\n    - location: "a b's $x.sh"\n      runas: ${user}\n`
  expect((await deploy(hooks, files)).output).toEqual([`AfterInstall a b's $x.sh stdout|${user}`])
})

test('two deployments of a group do not run on a host at once', async () => {
  const go = join(folder, 'go')
  const first = deploy(hook(''), {
    'hook.sh': script(`touch ${folder}/first; while [ ! -e ${go} ]; do sleep 0.05; done`),
  })
  await eventually('the first one runs', () => existsSync(join(folder, 'first')))
  const second = await deploy(hook(''), { 'hook.sh': script('true') })
  expect(second).toMatchObject({
    status: 'Failed',
    message: expect.stringMatching(/deployment d-\d+ of the same group is running/),
  })
  writeFileSync(go, '')
  expect((await first).status).toBe('Succeeded')
  expect((await deploy(hook(''), { 'hook.sh': script('true') })).status).toBe('Succeeded')
})

test('a revision that was edited on the host is sent again, not reused', async () => {
  await deploy('', { content: 'right', other: 'x' })
  writeFileSync(join(folder, 'root/g1', `d-${count}`, 'deployment-archive/content'), 'wrong')
  const result = await deploy('', { content: 'right', other: 'x' })
  expect(result.notes).toContainEqual(expect.stringMatching(/was changed .*sending everything/))
  expect(readFileSync(join(folder, 'root/g1', `d-${count}`, 'deployment-archive/content'), 'utf8')).toBe('right')
})

asRoot('permissions: mode, owner, acls; not on what was there before', async () => {
  const target = join(folder, 'app')
  mkdirSync(target)
  writeFileSync(join(target, 'foreign'), '')
  chownSync(target, 0, 0)
  const spec = `files:
  - source: www
    destination: ${target}
permissions:
  - object: ${target}
    type: [file]
    mode: 0640
    owner: ${user}
    group: nogroup
    acls: ["u:nobody:rw"]
  - object: ${target}
    type: [directory]
    mode: 2750
    acls: ["d:u:nobody:rwx"]
`
  const result = await deploy(spec, { 'www/a': '1', 'www/sub/b': '1', 'www/link': { link: 'a' } })
  expect(result).toMatchObject({ status: 'Succeeded' })
  const { execFileSync } = await import('node:child_process')
  const shown = (path: string) =>
    execFileSync('stat', ['-c', '%a %U %G', join(target, path)], { encoding: 'utf8' }).trim()
  const acl = (path: string) =>
    execFileSync('getfacl', ['-cpE', join(target, path)], { encoding: 'utf8' })
      .trim()
      .split('\n')
  expect(shown('a')).toBe(`640 ${user} nogroup`)
  expect(shown('foreign')).toBe('644 root root')
  expect(shown('sub')).toBe('2750 root root')
  expect(acl('a')).toEqual(['user::rw-', 'user:nobody:rw-', 'group::r--', 'mask::r--', 'other::---'])
  expect(acl('sub')).toEqual(
    expect.arrayContaining(['user::rwx', 'group::r-x', 'other::---', 'default:user:nobody:rwx']),
  )
  // As the agent makes it: what the group may, so that nobody is given more by the back door.
  expect(acl('sub')).toContain('default:mask::r-x')
})
