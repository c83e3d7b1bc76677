/** What happens on the host goes on without us: lost connections, restarted servers, stops. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { processesWith } from '@penstock/core/testkit'
import { script } from '../support/bundle.js'
import { type Cutter, startCutter } from '../support/cutter.js'
import { startFleet, type TestFleet } from '../support/fleet.js'
import { eventually } from '../support/wait.js'

jest.setTimeout(180_000)

let fleet: TestFleet
let cutter: Cutter
beforeEach(async () => {
  fleet = await startFleet(1)
})
afterEach(async () => {
  await cutter.stop()
  await fleet.stop()
})

async function behindCutter(cutAfter?: number) {
  const sshd = fleet.sshds[0]
  if (sshd === undefined) throw new Error('no host')
  cutter = await startCutter(sshd.port, cutAfter)
  return {
    hosts: [
      { host: '127.0.0.1', port: cutter.port, user: sshd.user, identityFile: sshd.privateKeyFile, root: fleet.root() },
    ],
    knownHosts: sshd.knownHosts.replace(/:\d+/, `:${cutter.port}`),
  }
}

const SPEC = 'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: slow.sh\n      timeout: 60\n'

/** Says `one`, waits for a file, says `two`; and counts how often it was run. */
const slow = () =>
  script(
    `echo run >> ${fleet.app()}/runs; echo one; while [ ! -e ${fleet.app()}/go ]; do sleep 0.05; done; echo two; sleep 0.2; echo three`,
  )

const runs = () => (existsSync(join(fleet.app(), 'runs')) ? readFileSync(join(fleet.app(), 'runs'), 'utf8') : '')

async function letGo() {
  const { writeFileSync } = await import('node:fs')
  writeFileSync(join(fleet.app(), 'go'), '')
}

test('a connection that is lost in a hook: the hook goes on, and its output comes once', async () => {
  const group = await behindCutter()
  const running = fleet.deploy(fleet.bundle({ 'appspec.yml': SPEC, 'slow.sh': slow() }), { group })
  await eventually('the hook runs', () => runs() !== '')
  await new Promise((resolve) => setTimeout(resolve, 300))
  cutter.cut()
  await letGo()
  const run = await running
  expect(run.outcome).toBe('succeeded')
  expect(cutter.connections).toBeGreaterThan(1)
  expect(run.log).toContain('was lost; trying again')
  const lines = [...run.log.matchAll(/slow\.sh \| (\w+)/g)].map(([, word]) => word)
  expect(lines).toEqual(['one', 'two', 'three'])
  expect(runs()).toBe('run\n')
})

test('a connection that is lost in the upload: it is sent again, and nothing ran before it was whole', async () => {
  const group = await behindCutter(300_000)
  const bundle = fleet.bundle({
    'appspec.yml': SPEC,
    'slow.sh': script(`echo run >> ${fleet.app()}/runs`),
    random: Buffer.from(Array.from({ length: 400_000 }, (_, index) => (index * 7919) % 251)).toString('latin1'),
  })
  const run = await fleet.deploy(bundle, { group })
  expect(run.outcome).toBe('succeeded')
  expect(cutter.connections).toBeGreaterThan(1)
  expect(runs()).toBe('run\n')
})

test('a server that dies in a hook: the next one takes the run up and runs nothing twice', async () => {
  const group = await behindCutter()
  const bundle = fleet.bundle({ 'appspec.yml': SPEC, 'slow.sh': slow() })
  let checkpoint: unknown
  // The dead server: nobody waits for it, and its connection is gone for good.
  const stop = new AbortController()
  const job = { actionExecutionId: 'dies-in-a-hook' }
  const dead = fleet.deploy(bundle, {
    group: { ...group },
    job,
    onCheckpoint: (data) => {
      checkpoint = data
    },
  })
  await eventually('the hook runs', () => runs() !== '')
  const before = cutter.connections
  const taken = fleet.deploy(bundle, { group, checkpoint, job })
  await eventually('the next one is on the host', () => cutter.connections > before)
  await letGo()
  const run = await taken
  expect(run.failure).toBeUndefined()
  expect(run.result?.externalExecutionId).toBe((checkpoint as { id: string }).id)
  expect(run.log).toMatch(/slow\.sh \| three/)
  expect(runs()).toBe('run\n')
  stop.abort()
  await dead
  // A deployment that is over is not run again either.
  const again = await fleet.deploy(bundle, { group, checkpoint, job })
  expect(again.outcome).toBe('succeeded')
  expect(runs()).toBe('run\n')
})

test('a stop ends everything that the hook started, double forks included', async () => {
  const group = await behindCutter()
  const stop = new AbortController()
  const bundle = fleet.bundle({
    'appspec.yml': `${SPEC}  ApplicationStart:\n    - location: never.sh\n`,
    'slow.sh': script(
      `trap '' TERM; (setsid sh -c 'trap "" TERM; while :; do sleep 1; done' >/dev/null 2>&1 &) ; echo run >> ${fleet.app()}/runs; while :; do sleep 1; done`,
    ),
    'never.sh': script(`touch ${fleet.app()}/never`),
  })
  const running = fleet.deploy(bundle, { group, signal: stop.signal })
  await eventually('the hook runs', () => runs() !== '')
  const [groupId = ''] = readdirSync(fleet.root()).filter((name) => !name.startsWith('deployment-'))
  const id = eventually('the deployment', () =>
    readdirSync(join(fleet.root(), groupId)).find((name) => name.startsWith('d-')),
  )
  const cookie = `PENSTOCK_HOOK=${await id}.1.`
  expect(processesWith(cookie).length).toBeGreaterThanOrEqual(2)
  stop.abort()
  const run = await running
  expect(run.outcome).toBe('failed')
  expect(run.log).toContain('slow.sh was stopped')
  expect(processesWith(cookie)).toEqual([])
  expect(existsSync(join(fleet.app(), 'never'))).toBe(false)
  // Nor is anything of ours left.
  const ours = `DEPLOYMENT_ID=${await id}`
  await eventually('the supervisor ended', () => processesWith(ours).length === 0)
})

test('a run that was killed on the host is a failure, not a wait for ever', async () => {
  const group = await behindCutter()
  const running = fleet.deploy(fleet.bundle({ 'appspec.yml': SPEC, 'slow.sh': slow() }), { group })
  await eventually('the hook runs', () => runs() !== '')
  const [groupId = ''] = readdirSync(fleet.root()).filter((name) => !name.startsWith('deployment-'))
  const [id = ''] = readdirSync(join(fleet.root(), groupId)).filter((name) => name.startsWith('d-'))
  const [pid = ''] = readFileSync(join(fleet.root(), groupId, id, 'run/pid'), 'utf8').split(' ')
  process.kill(Number(pid), 'SIGKILL')
  const run = await running
  expect(run.outcome).toBe('failed')
  expect(run.failure?.message).toContain('ended without a result')
  await letGo()
})

test('a stop that comes while nobody is there ends the run when the next server takes it up', async () => {
  const group = await behindCutter()
  const bundle = fleet.bundle({ 'appspec.yml': SPEC, 'slow.sh': slow() })
  let checkpoint: unknown
  const job = { actionExecutionId: 'stopped-meanwhile' }
  const dead = fleet.deploy(bundle, {
    group,
    job,
    onCheckpoint: (data) => {
      checkpoint = data
    },
  })
  await eventually('the hook runs', () => runs() !== '')
  const stopped = await fleet.deploy(bundle, {
    group,
    checkpoint,
    job,
    signal: AbortSignal.abort(new Error('stopped')),
  })
  expect(stopped.outcome).toBe('failed')
  expect(processesWith(`PENSTOCK_HOOK=${(checkpoint as { id: string }).id}.1.`)).toEqual([])
  expect((await dead).log).toContain('slow.sh was stopped')
})
