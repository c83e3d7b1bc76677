/** Several hosts: order, stops, rollbacks, targets. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { script } from '../support/bundle.js'
import { startFleet, type TestFleet } from '../support/fleet.js'

jest.setTimeout(180_000)

let fleet: TestFleet
beforeAll(async () => {
  fleet = await startFleet(3)
})
afterAll(() => fleet.stop())

/** Each host deploys to a folder named after its port: hooks tell hosts apart by their deployment root. */
const hookFor = (failing: readonly number[]) =>
  script(
    `case "$PWD" in ${failing.map((host) => `*root-${fleet.sshds[host]?.port}*) exit 1;;`).join(' ')} esac; pwd > "$PWD/../ran"`,
  )

function bundle(failing: readonly number[], content = 'x') {
  return fleet.bundle({
    'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n  ValidateService:\n    - location: v.sh\n',
    'v.sh': hookFor(failing),
    content,
  })
}

const hostsOf = (group: object = {}) => ({ group: { tags: { role: 'web' }, ...group } })

test('AllAtOnce to three hosts', async () => {
  const progress: (string | undefined)[] = []
  const run = await fleet.deploy(bundle([]), {
    ...hostsOf({ deploymentConfig: 'CodeDeployDefault.AllAtOnce' }),
    onProgress: ({ summary }) => progress.push(summary),
  })
  expect(run).toMatchObject({ outcome: 'succeeded', result: { summary: '3 of 3 hosts succeeded' } })
  expect(progress.at(-1)).toBe('3 of 3 hosts succeeded')
})

test('OneAtATime stops at the second of three', async () => {
  const run = await fleet.deploy(bundle([1], 'y'), hostsOf({ deploymentConfig: 'CodeDeployDefault.OneAtATime' }))
  expect(run.outcome).toBe('failed')
  expect(run.failure?.message).toContain('1 of 3 hosts failed')
  expect(run.failure?.message).toContain(
    'web2: ValidateService: Script at specified location: v.sh failed with exit code 1',
  )
  expect(run.log).toContain('[web1] Succeeded')
  expect(run.log).not.toContain('[web3]')
})

test('the unhealthy host comes first the next time, and the last may fail', async () => {
  const run = await fleet.deploy(bundle([], 'z'), hostsOf({ deploymentConfig: 'OneAtATime' }))
  expect(run.outcome).toBe('succeeded')
  const order = [...run.log.matchAll(/^\[(web\d)\] Succeeded/gm)].map(([, host]) => host)
  expect(order[0]).toBe('web2')
  const last = await fleet.deploy(bundle([2], 'last'), hostsOf({ deploymentConfig: 'OneAtATime' }))
  expect(last.outcome).toBe('succeeded')
  expect(last.result?.summary).toMatch(/^2 of 3 hosts succeeded; failed: web3: ValidateService: Script/)
  expect(last.log).toMatch(/^Failed: web3: ValidateService/m)
})

test('a minimum that allows nothing is refused before anything is done', async () => {
  const run = await fleet.deploy(bundle([]), hostsOf({ deploymentConfig: 'HOST_COUNT=3' }))
  expect(run.failure?.message).toContain('3 of 3 hosts must stay healthy')
  expect(run.log).not.toContain('[web')
})

test('a host that is down does not keep the others from being deployed to', async () => {
  const run = await fleet.deploy(bundle([], 'down'), {
    group: {
      hosts: ['web1', 'web2', { host: '127.0.0.1', port: 1, user: 'nobody', password: 'x' }],
      deploymentConfig: 'HOST_COUNT=1',
    },
  })
  expect(run).toMatchObject({
    outcome: 'succeeded',
    result: {
      summary: expect.stringMatching(/^2 of 3 hosts succeeded; failed: nobody@127.0.0.1:1: cannot connect to/),
    },
  })
  expect(run.log).toContain('[nobody@127.0.0.1:1] Failed: cannot connect to nobody@127.0.0.1:1: connect ECONNREFUSED')
})

test('a failure rolls the fleet back to the last revision that succeeded', async () => {
  const rolling = await startFleet(2)
  const spec = (host: number) =>
    `version: 0.0\nos: linux\nfiles:\n  - source: site\n    destination: ${rolling.app(host)}\nhooks:\n  ValidateService:\n    - location: v.sh\n`
  try {
    const group = { deploymentConfig: 'AllAtOnce', autoRollback: { enabled: true } }
    const one = rolling.bundle({ 'appspec.yml': spec(0), 'site/index': 'good', 'v.sh': script('true') })
    const first = await rolling.deploy(one, { group: { ...group, hosts: ['web1'] } })
    expect(first.outcome).toBe('succeeded')
    const two = rolling.bundle({
      'appspec.yml': spec(0),
      'site/index': 'bad',
      'site/more': '1',
      'v.sh': script('exit 1'),
    })
    const second = await rolling.deploy(two, { group: { ...group, hosts: ['web1'] } })
    expect(second.outcome).toBe('failed')
    expect(second.failure?.message).toContain(`Rolled back to the revision of ${first.result?.externalExecutionId}`)
    expect(second.log).toContain('nothing to send: it is the revision of')
    expect(readdirSync(rolling.app(0))).toEqual(['index'])
    expect(readFileSync(join(rolling.app(0), 'index'), 'utf8')).toBe('good')
  } finally {
    await rolling.stop()
  }
})

test('old revisions are removed, the newest and the installed one stay', async () => {
  const kept = await startFleet(1)
  try {
    for (let count = 0; count < 4; count++) {
      const files = { 'appspec.yml': 'version: 0.0\nos: linux\n', content: String(count) }
      expect((await kept.deploy(kept.bundle(files), { group: { keepRevisions: 2 } })).outcome).toBe('succeeded')
    }
    const [group = ''] = readdirSync(kept.root()).filter((name) => name !== 'deployment-instructions')
    const revisions = readdirSync(join(kept.root(), group)).filter((name) => name.startsWith('d-'))
    expect(revisions.length).toBeLessThanOrEqual(3)
    expect(existsSync(join(kept.root(), group, 'lock'))).toBe(false)
  } finally {
    await kept.stop()
  }
})
