import { findConfiguration, isValidFor, minimumHealthy } from '../../src/fleet/configuration.js'
import { type Fleet, type FleetHost, nextMove, orderHosts } from '../../src/fleet/fleet.js'
import { runFleet } from '../../src/fleet/run-fleet.js'

function configuration(name: string) {
  const found = findConfiguration(name)
  if (typeof found === 'string') throw new Error(found)
  return found
}

/** One letter a host: `.` pending, I in progress, S, F; `u` pending and unhealthy, `f` failed and unhealthy before. */
function fleet(name: string, states: string): Fleet {
  const hosts = [...states].map((letter, index): FleetHost => {
    const status =
      letter === 'I' ? 'InProgress' : letter === 'S' ? 'Succeeded' : /f/i.test(letter) ? 'Failed' : 'Pending'
    return { id: `h${index + 1}`, status, healthy: !/[uf]/.test(letter), revision: 'Old' }
  })
  return { configuration: configuration(name), hosts }
}

describe('minimum healthy hosts', () => {
  test.each([
    ['AllAtOnce', 9, 0],
    ['CodeDeployDefault.HalfAtATime', 9, 5],
    ['CodeDeployDefault.OneAtATime', 9, 8],
    ['FLEET_PERCENT=40', 9, 4],
    ['HOST_COUNT=6', 9, 6],
    ['OneAtATime', 1, 0],
    ['HalfAtATime', 1, 0],
    ['HalfAtATime', 2, 1],
  ])('%s of %d hosts: %d', (name, hosts, minimum) => {
    expect(minimumHealthy(configuration(name), hosts)).toBe(minimum)
  })
  test.each([
    ['HOST_COUNT=3', 3],
    ['HOST_COUNT=1', 1],
    ['FLEET_PERCENT=100', 4],
  ])('%s of %d hosts could deploy to none', (name, hosts) => {
    expect(isValidFor(configuration(name), hosts)).toBe(false)
  })
  test.each(['HalfATime', 'FLEET_PERCENT=101', 'HOST_COUNT=-1', 'toString', ''])('%s is unknown', (name) => {
    expect(findConfiguration(name)).toMatch(/^unknown deployment configuration/)
  })
})

describe('what starts', () => {
  test.each([
    ['AllAtOnce', '.........', 9],
    ['HalfAtATime', '.........', 4],
    ['OneAtATime', '.........', 1],
    ['FLEET_PERCENT=40', '.........', 5],
    ['HOST_COUNT=6', '.........', 3],
    ['HOST_COUNT=6', 'III......', 0],
    ['HOST_COUNT=6', 'SII......', 1],
    ['HOST_COUNT=6', 'FII......', 0],
    ['HOST_COUNT=6', 'FSI......', 1],
    ['OneAtATime', 'S.', 1],
    ['OneAtATime', 'u..', 1],
    ['AllAtOnce', 'uu.', 3],
    ['HOST_COUNT=8', 'FS........', 1],
  ])('%s, %s: %d', (name, states, count) => {
    expect(nextMove(fleet(name, states)).start).toHaveLength(count)
  })
})

describe('verdicts', () => {
  const healthConstraints = { status: 'Failed', code: 'HEALTH_CONSTRAINTS' }
  test.each([
    ['all succeeded', 'OneAtATime', 'SSS', { status: 'Succeeded' }],
    ['the last of OneAtATime may fail', 'OneAtATime', 'SSF', { status: 'Succeeded' }],
    ['the first of OneAtATime may not', 'OneAtATime', 'F..', healthConstraints],
    ['the second of OneAtATime may not', 'OneAtATime', 'SF.', healthConstraints],
    ['HOST_COUNT n-1: as OneAtATime', 'HOST_COUNT=2', 'SSF', { status: 'Succeeded' }],
    ['8 of 10: the second failure, on the last host', 'HOST_COUNT=8', 'FSSSSSSSSF', { status: 'Succeeded' }],
    ['8 of 10: the second failure, with one left', 'HOST_COUNT=8', 'FSSSSSSSF.', healthConstraints],
    ['8 of 10: three failures', 'HOST_COUNT=8', 'FFSSSSSSSF', healthConstraints],
    ['one must succeed even with minimum 0', 'AllAtOnce', 'FFF', healthConstraints],
    ['minimum 0: one success is enough', 'AllAtOnce', 'FFS', { status: 'Succeeded' }],
    ['a group of one must succeed', 'OneAtATime', 'F', healthConstraints],
    ['a group of one', 'OneAtATime', 'S', { status: 'Succeeded' }],
    ['an unhealthy host that fails again stops OneAtATime', 'OneAtATime', 'f..', healthConstraints],
    ['unhealthy hosts made healthy', 'OneAtATime', 'SSS', { status: 'Succeeded' }],
    ['nothing may be taken down', 'HOST_COUNT=3', '...', { status: 'Failed', code: 'HEALTH_CONSTRAINTS_INVALID' }],
    ['no hosts', 'AllAtOnce', '', { status: 'Failed', code: 'NO_INSTANCES' }],
  ])('%s', (_, name, states, verdict) => {
    expect(nextMove(fleet(name, states))).toMatchObject({ start: [], verdict })
  })
  test('none while one is in progress', () => {
    expect(nextMove(fleet('OneAtATime', 'SI.'))).toEqual({ start: [] })
  })
})

test('hosts in order: unhealthy, unknown, old, current', () => {
  const host = (id: string, healthy: boolean, revision: FleetHost['revision']): FleetHost => ({
    id,
    status: 'Pending',
    healthy,
    revision,
  })
  const hosts = [
    host('current', true, 'Current'),
    host('old', true, 'Old'),
    host('unhealthy', false, 'Unknown'),
    host('unknown', true, 'Unknown'),
  ]
  expect(orderHosts(hosts).map(({ id }) => id)).toEqual(['unhealthy', 'unknown', 'old', 'current'])
})

describe('running', () => {
  /** Runs with hosts that fail as told; answers the end and how many ran at once. */
  async function run(name: string, states: string, failing: readonly string[], stopAfter?: string) {
    let now = 0
    let most = 0
    const stop = new AbortController()
    const started: string[] = []
    const result = await runFleet(fleet(name, states), {
      signal: stop.signal,
      changed: async () => undefined,
      async deploy(id) {
        started.push(id)
        most = Math.max(most, ++now)
        await new Promise(setImmediate)
        now--
        if (id === stopAfter) stop.abort()
        return !failing.includes(id)
      },
    })
    return {
      states: result.fleet.hosts.map(({ status }) => status[0] + (status === 'Skipped' ? 'k' : '')).join(' '),
      most,
      started,
      ...result,
    }
  }

  test('one at a time stops at the failure and skips the rest', async () => {
    expect(await run('OneAtATime', '....', ['h2'])).toMatchObject({
      succeeded: false,
      states: 'S F Sk Sk',
      most: 1,
      code: 'HEALTH_CONSTRAINTS',
    })
  })
  test('half at a time', async () => {
    expect(await run('HalfAtATime', '.........', [])).toMatchObject({ succeeded: true, most: 4 })
  })
  test('a restarted deployment takes up the host in progress first', async () => {
    expect((await run('OneAtATime', 'SI.', [])).started).toEqual(['h2', 'h3'])
  })
  test('a stop starts nothing more', async () => {
    expect(await run('OneAtATime', '...', [], 'h1')).toMatchObject({
      succeeded: false,
      states: 'S Sk Sk',
      message: 'the deployment was stopped',
    })
  })
})
