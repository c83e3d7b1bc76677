/** Control groups of steps: on a folder that looks like the kernel's, and on the kernel's own where one may be made. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/domain/clock'
import { Launcher } from '../../src/worker/launcher'
import { readStat } from '../../src/worker/process-table'
import { Cgroup } from '../../src/worker/sandbox/cgroup'
import { Cgroups } from '../../src/worker/sandbox/cgroups'
import type { StepLimits } from '../../src/worker/sandbox/limits'
import { StepRunner } from '../../src/worker/step'
import { readRecord, type StepSpec } from '../../src/worker/step-files'
import { howItFailed } from '../../src/worker/step-words'
import { until } from './fixtures/until'

jest.setTimeout(60_000) // real processes, on machines that are busy

let root: string
let launcher: Launcher
const never = new AbortController().signal

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'penstock-cgroup-'))
  launcher = new Launcher()
})
afterEach(() => {
  launcher.close()
  rmSync(root, { recursive: true, force: true })
})

/** A folder as the kernel shows one: with controllers to hand on, and no process. */
function fake(...names: string[]): string {
  const folder = join(root, ...names)
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, 'cgroup.controllers'), 'cpuset cpu io memory pids\n')
  writeFileSync(join(folder, 'cgroup.procs'), '')
  writeFileSync(join(folder, 'cgroup.subtree_control'), '')
  return folder
}

function step(script: string, limits: StepLimits): StepSpec {
  const folder = join(root, 'work', 'action-1', 'steps', '0001')
  const env = { PATH: process.env.PATH ?? '' }
  return { folder, command: ['sh', '-c', script], cwd: root, env, log: join(root, 'log'), title: 'it', limits }
}

const run = (groups: Cgroups | undefined, spec: StepSpec) =>
  new StepRunner({ launcher, clock: systemClock, grace: 300, ...(groups ? { cgroups: groups } : {}) }).run(spec, never)
const textOf = (...path: string[]) => readFileSync(join(...path), 'latin1').trim()

describe('where groups are made', () => {
  const own = (path: string) => {
    writeFileSync(join(root, 'own'), `1:name=x:/\n0::${path}\n`)
    return { root: join(root, 'fs'), own: join(root, 'own') }
  }

  test('beside the group that a unit gave the server, with the controllers handed on', () => {
    const service = fake('fs', 'system.slice', 'penstock.service')
    fake('fs', 'system.slice', 'penstock.service', 'builds')
    const groups = Cgroups.open(undefined, own('/system.slice/penstock.service/server'))
    expect(groups?.folder).toBe(join(service, 'builds'))
    expect([...(groups?.controllers ?? [])]).toEqual(['memory', 'pids', 'cpu'])
    expect(textOf(service, 'cgroup.subtree_control')).toBe('+memory +pids +cpu')
  })

  test.each(['/system.slice/penstock.service', '/user.slice/session-1.scope', '/server', '/'])(
    'nowhere for a server in %s, which was delegated nothing',
    (path) => {
      fake('fs', 'system.slice', 'penstock.service', 'builds')
      expect(Cgroups.open(undefined, own(path))).toBeUndefined()
    },
  )

  test('not in a folder that is none, whoever names it', () => {
    expect(() => Cgroups.open(join(root, 'no'))).toThrow(
      /^worker.cgroup is '.*\/no', in which no control groups can be made \(.*\): it must be a folder of a cgroup v2/,
    )
  })

  test('what is left of actions that are gone goes at the start, and nothing else', () => {
    const folder = fake('delegated')
    for (const name of ['gone-0001', 'here-0002']) mkdirSync(join(folder, name))
    Cgroups.open(folder)?.sweep(new Set(['here']))
    expect(readdirSync(folder).filter((name) => name.includes('-0'))).toEqual(['here-0002'])
  })
})

describe('a step in a group', () => {
  const limits = { memory: 64 * 1024 ** 2, processes: 40, cpuSeconds: 2 }
  /** What the kernel would write there is written by the command. */
  const kernelSays = (file: string, text: string) => `printf '${text}\\n' >${root}/delegated/action-1-0001/${file};`

  test('joins it before it begins, and the kernel has its limits', async () => {
    const groups = Cgroups.open(fake('delegated'))
    expect(await run(groups, step('true', limits))).toEqual({ kind: 'exited', exitCode: 0 })
    const group = join(root, 'delegated', 'action-1-0001')
    expect(textOf(group, 'cgroup.procs')).toBe('0')
    expect(textOf(group, 'memory.max')).toBe('67108864')
    expect(textOf(group, 'memory.oom.group')).toBe('1')
    expect(textOf(group, 'pids.max')).toBe('40')
    expect(readRecord(step('true', limits).folder)?.cgroup).toBe(group)
  })

  test.each([
    ['memory.events', 'oom 1\\noom_kill 3', 137, 'was ended: it used more than 64 MiB of memory'],
    ['pids.events', 'max 12', 2, 'was ended: it used more than 40 processes'],
    ['cpu.stat', 'usage_usec 2500000\\nuser_usec 1', 0, 'failed: it used more than 2 s of processor time'],
  ])('that the kernel says in %s to have hit a limit is told which', async (file, text, code, words) => {
    const outcome = await run(Cgroups.open(fake('delegated')), step(`${kernelSays(file, text)} exit ${code}`, limits))
    expect(outcome.kind === 'exited' && howItFailed(outcome, undefined, limits)).toBe(words)
  })

  test('that was refused a process and did well all the same has succeeded', async () => {
    const outcome = await run(Cgroups.open(fake('delegated')), step(kernelSays('pids.events', 'max 1'), limits))
    expect(outcome).toEqual({ kind: 'exited', exitCode: 0 })
  })

  test('is not run outside of it', async () => {
    const groups = Cgroups.open(fake('delegated'))
    mkdirSync(join(root, 'delegated', 'action-1-0001', 'cgroup.procs'), { recursive: true })
    expect(await run(groups, step('echo ran', limits))).toMatchObject({ exitCode: 125 })
    expect(textOf(root, 'log')).not.toContain('ran')
  })

  test('whose machine has no memory controller has the other limits', async () => {
    writeFileSync(join(fake('delegated'), 'cgroup.controllers'), 'pids\n')
    await run(Cgroups.open(join(root, 'delegated')), step('true', limits))
    expect(readdirSync(join(root, 'delegated', 'action-1-0001')).sort()).toEqual(['cgroup.procs', 'pids.max'])
  })
})

describe("on the kernel's own groups", () => {
  const places = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'].filter((path) => existsSync(join(path, 'cgroup.procs')))
  let folder: string | undefined

  beforeEach(() => {
    for (const place of places) {
      try {
        folder = join(place, `penstock-test-${process.pid}`)
        mkdirSync(folder)
        return
      } catch {
        folder = undefined
      }
    }
  })
  afterEach(() => {
    if (folder !== undefined) rmdirSync(folder)
  })

  test('what hides from every look at processes is in the group, and ends with it; short processes are counted', async () => {
    if (folder === undefined)
      return void process.stdout.write('skipped: no control group can be made on this machine\n')
    const groups = Cgroups.open(folder)
    const hide = 'env -i setsid -f sleep 947; i=0; while [ $i -lt 20 ]; do sh -c :; i=$((i+1)); done'
    const spec = step(hide, { cpuSeconds: 1000 })
    expect(await run(groups, spec)).toEqual({ kind: 'exited', exitCode: 0 })
    const group = new Cgroup(readRecord(spec.folder)?.cgroup ?? '')
    await until(() => textOf(group.door) !== '', 30_000, 'the hidden process is there')
    expect(group.cpuSeconds()).toBeGreaterThan(0)
    const [hidden] = textOf(group.door).split('\n')
    await group.remove()
    expect(existsSync(group.path)).toBe(false)
    expect([undefined, 'Z']).toContain(readStat(Number(hidden))?.state)
  })
})
