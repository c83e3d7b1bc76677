/** The scripts on the host, under the shells and tools that hosts have. */
import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { LocalShell } from '../../src/shell/local-shell.js'
import { script, writeBundle } from '../support/bundle.js'
import { deployLocal } from '../support/deploy-local.js'

jest.setTimeout(180_000)

const hasBusybox = existsSync('/usr/bin/busybox') || existsSync('/bin/busybox')
const canMount = process.getuid?.() === 0 && tryUnshare()

function tryUnshare(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync('/tmp/penstock-shells-')
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A login shell in a world where /bin/sh is `shell`, and the tools are busybox's when `tools` is set. */
function worldWith(shell: string, tools: boolean): string {
  const path = join(folder, 'bin')
  if (tools) {
    mkdirSync(path)
    const applets = execFileSync('busybox', ['--list'], { encoding: 'utf8' }).trim().split('\n')
    for (const applet of applets)
      symlinkSync(execFileSync('which', ['busybox'], { encoding: 'utf8' }).trim(), join(path, applet))
  }
  const login = join(folder, 'login')
  const setPath = tools ? `PATH=${path}; export PATH; ` : ''
  writeFileSync(
    login,
    `#!/bin/bash\nexec unshare -m /bin/bash -c 'mount --bind ${shell} /bin/sh && ${setPath}exec /bin/sh "$@"' sh "$@"\n`,
  )
  chmodSync(login, 0o755)
  return login
}

const worlds: readonly (readonly [string, string, boolean])[] = [
  ['dash and coreutils', '/usr/bin/dash', false],
  ['bash and coreutils', '/bin/bash', false],
  ['busybox alone', '/usr/bin/busybox', true],
]

const run = canMount && hasBusybox ? test.each(worlds) : test.skip.each(worlds)

run('%s: deploy, deploy again, clean up, time out', async (_, shell, tools) => {
  const login = worldWith(shell, tools)
  const app = join(folder, 'app')
  const spec = `version: 0.0
os: linux
files:
  - source: www
    destination: ${app}
permissions:
  - object: ${app}
    type: [file]
    mode: 600
hooks:
  AfterInstall:
    - location: hook.sh
      timeout: 2
`
  const deploy = (id: string, files: Parameters<typeof writeBundle>[1]) =>
    deployLocal({
      bundle: writeBundle(join(folder, id), { 'appspec.yml': spec, ...files }),
      root: join(folder, 'root'),
      id,
      shell: async () => new LocalShell(login),
    })
  const one = await deploy('d-1', {
    'www/a': '1',
    'www/old/x': '1',
    'www/old/odd\n\\name': '1',
    'www/link': { link: 'a' },
    'hook.sh': script('echo "$LIFECYCLE_EVENT"; echo err >&2'),
  })
  expect(one).toMatchObject({ status: 'Succeeded' })
  expect([...one.output].sort()).toEqual([
    'AfterInstall hook.sh stdout|AfterInstall',
    'AfterInstall hook.sh stdout|err',
  ])
  const two = await deploy('d-2', { 'www/a': '1', 'www/b c': '2', 'hook.sh': script('sleep 30') })
  expect(two.notes).toContain('sending the 2 files that differ from d-1')
  expect(two.message).toContain('failed to complete in 2 seconds')
  expect(readdirSync(app).sort()).toEqual(['a', 'b c'])
  expect(readFileSync(join(app, 'b c'), 'utf8')).toBe('2')
  writeFileSync(join(app, 'c'), '')
  const three = await deploy('d-3', { 'www/c': '3', 'hook.sh': script('true') })
  expect(three.message).toContain(`already exists at this location`)
  expect(readdirSync(app).sort()).toEqual(['a', 'b c', 'c'])
})
