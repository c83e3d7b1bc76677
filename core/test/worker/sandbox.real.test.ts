import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock'
import { Launcher } from '../../src/worker/launcher'
import { isAlive, listProcesses } from '../../src/worker/process-table'
import { buildUser } from '../../src/worker/sandbox/build-user'
import type { StepIsolation } from '../../src/worker/sandbox/isolation'
import type { StepLimits } from '../../src/worker/sandbox/limits'
import { SandboxMaker } from '../../src/worker/sandbox/sandbox-maker'
import { SecretFiles } from '../../src/worker/secret-files'
import { StepRunner } from '../../src/worker/step'
import { readStatus, type StepSpec } from '../../src/worker/step-files'
import { type WorkFolder, workFolder } from '../../src/worker/workspace'
import { until } from './fixtures/until'

jest.setTimeout(30_000)

let root: string
let folder: WorkFolder
let maker: SandboxMaker
let launcher: Launcher
let runner: StepRunner
const never = new AbortController().signal

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penstock-sandbox-test-'))
  mkdirSync(join(root, 'data', 'secrets'), { recursive: true, mode: 0o700 })
  writeFileSync(join(root, 'data', 'secrets', 'master.key'), 'MASTER')
  folder = workFolder(join(root, 'data'), 'action-1')
  mkdirSync(folder.root, { recursive: true, mode: 0o700 })
  maker = new SandboxMaker({ dataFolder: join(root, 'data'), hidden: [] })
  launcher = new Launcher()
  runner = new StepRunner({ launcher, clock: systemClock, grace: 1_000 })
})

afterEach(() => {
  launcher.close()
  rmSync(root, { recursive: true, force: true })
})

interface More extends Partial<StepSpec>, Partial<Pick<StepIsolation, 'network' | 'readOnly' | 'writable' | 'cache'>> {}

async function spec(script: string, { network = true, readOnly = [], writable = [], cache, ...more }: More = {}) {
  const limits: StepLimits = more.limits ?? {}
  const isolation = { level: 'sandbox' as const, network, readOnly, writable, limits, ...(cache ? { cache } : {}) }
  const enclosure = await maker.enclose(folder, isolation)
  return {
    folder: join(folder.steps, '0001'),
    command: ['sh', '-c', script] as [string, ...string[]],
    cwd: folder.files,
    env: { PATH: process.env.PATH ?? '', ...enclosure.env, ...more.env },
    log: folder.spool,
    title: 'it',
    level: 'sandbox' as const,
    enclosure,
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'env')),
  } satisfies StepSpec
}

const run = async (script: string, more: More = {}) => runner.run(await spec(script, more), never)
const log = () => readFileSync(folder.spool, 'utf8')

describe('a step in the sandbox', () => {
  test('writes to the log, its workspace, its home folder and /tmp, and answers its exit code', async () => {
    const script = 'echo out; echo err >&2; echo 1 >in-workspace; echo 2 >~/in-home; echo 3 >/tmp/in-tmp; exit 7'
    expect(await run(script)).toEqual({ kind: 'exited', exitCode: 7 })
    expect(log()).toBe('$ it\nout\nerr\n')
    const written = [join(folder.files, 'in-workspace'), join(folder.home, 'in-home'), join(folder.temporary, 'in-tmp')]
    expect(written.map((path) => readFileSync(path, 'utf8'))).toEqual(['1\n', '2\n', '3\n'])
  })

  test("sees the machine's certificates and alternatives as they are now, none of its keys, and changes nothing", async () => {
    const looks = 'ls /etc/ssl/certs /etc/alternatives; ls /etc/ssl/private'
    const writes = 'touch /etc/ssl/certs/mine && echo written; touch /etc/mine && echo written; exit 7'
    expect(await run(`${looks}; ${writes}`)).toMatchObject({ exitCode: 7 })
    expect(log()).toMatch(/private.*: No such file/)
    for (const folder of ['/etc/ssl/certs', '/etc/alternatives'].filter((each) => existsSync(each)))
      for (const name of readdirSync(folder)) expect(log()).toContain(`\n${name}\n`)
    expect(log()).not.toMatch(/^written/m)
  })

  test('sees nothing of the data folder but its own, and no process but its own', async () => {
    chmodSync(root, 0o777)
    chmodSync(root, 0o755)
    await run(
      `cat ${root}/data/secrets/master.key; ls ${root}/data ${folder.root}; echo processes: $(ls /proc | grep -c '^[0-9]')`,
    )
    expect(log()).toMatch(/master.key: No such file/)
    expect(log()).toContain(`${root}/data:\nwork\n`)
    expect(log()).toContain(`${folder.root}:\nfiles\n`)
    expect(log()).toMatch(/processes: [2-6]\n/)
  })

  test.each([127, 126])('says exit code %i of the command as it is', async (exitCode) => {
    const command = exitCode === 127 ? 'no-such-command' : '/etc/os-release'
    expect(await run(`exec ${command}`)).toMatchObject({ exitCode })
  })

  test('names the signal that ended it', async () => {
    expect(await run('kill -9 $$')).toMatchObject({ exitCode: 137, signal: 'SIGKILL' })
  })

  test('gets variables as they are, and none of them reaches what makes the sandbox', async () => {
    const odd = `it's "$HOME" \`x\`\nEND ${'é🚰'.repeat(2_000)}`
    await run('printf %s "$ODD" >odd; id -un; pwd; umask', { env: { ODD: odd, LD_PRELOAD: '/no/such.so' } })
    expect(readFileSync(join(folder.files, 'odd'), 'utf8')).toBe(odd)
    expect(log()).toContain(`build\n${folder.files}\n0022\n`)
    expect(log().match(/LD_PRELOAD/g)?.length).toBeGreaterThan(0)
    expect(log()).not.toContain('bwrap')
  })

  test('writes down the pid that its supervisor has on the machine', async () => {
    const running = runner.run(await spec('echo $$ >pid; sleep 5'), never)
    await until(() => existsSync(join(folder.files, 'pid')), 30_000, `existsSync(join(folder.files, 'pid'))`)
    const { start } = readStatus(join(folder.steps, '0001'))
    expect(Number(readFileSync(join(folder.files, 'pid'), 'utf8'))).toBeLessThan(10)
    expect(start && isAlive(start)).toBe(true)
    runner.detach()
    void running
    if (start) process.kill(start.pid, 'SIGKILL')
    // Nothing of the sandbox outlives its supervisor.
    await until(
      () => !listProcesses().some(({ session, state }) => session === start?.pid && state !== 'Z'),
      30_000,
      `!listProcesses().some(({ session, state }) => session === start?.pid && state !== 'Z')`,
    )
  })

  test('leaves nothing behind, whatever its processes do to get away', async () => {
    const mark = 7_000 + Math.floor(Math.random() * 1_000)
    await run(`env -i setsid -f sleep ${mark}; (setsid sleep ${mark} &) ; sleep 0.1`)
    await until(() => !commandLines().includes(`sleep ${mark}`), 30_000, `!commandLines().includes(sleep {mark})`)
  })

  test('is given its time to end when it is stopped', async () => {
    const stop = new AbortController()
    const running = runner.run(
      await spec(`trap 'echo ended well; exit 3' TERM; touch on; sleep 20 & wait`),
      stop.signal,
    )
    await until(() => existsSync(join(folder.files, 'on')), 30_000, `existsSync(join(folder.files, 'on'))`)
    stop.abort()
    expect(await running).toMatchObject({ kind: 'exited', killed: 'stop', exitCode: 3 })
    expect(log()).toContain('ended well')
  })

  test('that does not end is killed, with all that it started', async () => {
    const stop = new AbortController()
    const quick = new StepRunner({ launcher, clock: systemClock, grace: 100 })
    const running = quick.run(
      await spec(`trap '' TERM; (trap '' TERM; setsid sleep 7654 &); touch on; while :; do sleep 0.1; done`),
      stop.signal,
    )
    await until(() => existsSync(join(folder.files, 'on')), 30_000, `existsSync(join(folder.files, 'on'))`)
    stop.abort()
    expect(await running).toMatchObject({ killed: 'stop', exitCode: 137 })
    await until(() => !commandLines().includes('sleep 7654'), 30_000, `!commandLines().includes('sleep 7654')`)
  })

  test('is taken up by the next server', async () => {
    const it = await spec('touch on; while [ ! -e go ]; do sleep 0.02; done; exit 4')
    void runner.run(it, never)
    await until(() => existsSync(join(folder.files, 'on')), 30_000, `existsSync(join(folder.files, 'on'))`)
    runner.detach()
    launcher.close()
    launcher = new Launcher()
    const adopting = new StepRunner({ launcher, clock: systemClock, grace: 300 }).run(it, never)
    writeFileSync(join(folder.files, 'go'), '')
    expect(await adopting).toMatchObject({ exitCode: 4 })
  })

  test('has a network unless it wants none', async () => {
    await run('ls /sys/class/net 2>/dev/null; cat /proc/net/dev | grep -c :', { network: false })
    expect(log()).toMatch(/\n1\n$/)
  })

  test('sees what the operator opens, and may write only what is opened for writing', async () => {
    const [tools, shared] = [join(root, 'tools'), join(root, 'shared')]
    for (const path of [tools, shared]) mkdirSync(path, { mode: 0o777 })
    writeFileSync(join(tools, 'tool'), 'a tool\n', { mode: 0o644 })
    await run(`cat ${tools}/tool; touch ${tools}/x; touch ${shared}/y && echo written`, {
      readOnly: [tools],
      writable: [shared],
    })
    expect(log()).toMatch(/a tool\n.*Read-only file system/)
  })

  test('never sees the data folder, even inside a folder that is open', async () => {
    chmodSync(root, 0o777)
    await run(`cat ${root}/data/secrets/master.key; touch ${root}/here && echo written`, { writable: [root] })
    expect(log()).toMatch(/No such file/)
    expect(log()).toContain('written')
  })

  test('reads a secret that is given as a file, and cannot change it; nothing is left of it afterwards', async () => {
    const files = new SecretFiles(folder.secrets, buildUser())
    const path = files.write('deploy key', 'line 1\nline 2\n')
    expect(files.write('deploy key', 'line 1\nline 2\n')).toBe(path)
    await run(`cat '${path}'; echo x 2>&1 >'${path}'; rm -f '${path}'; ls -A . '${folder.secrets}'`)
    expect(log()).toMatch(/line 1\nline 2\n/)
    expect(log()).toMatch(/cannot create .*Read-only|Read-only file system|Permission denied/)
    expect(log()).toMatch(/deploy%20key\n$/)
    files.remove()
    expect(existsSync(folder.secrets)).toBe(false)
  })

  test('finds its cache again', async () => {
    const cache = join(root, 'data', 'caches', 'one')
    await run('echo kept >~/.cache/it', { cache })
    expect(readFileSync(join(cache, 'it'), 'utf8')).toBe('kept\n')
  })
})

function commandLines(): readonly string[] {
  return listProcesses().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0').join(' ').trim()
    } catch {
      return ''
    }
  })
}
