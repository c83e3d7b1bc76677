/** Hosts that are not OpenSSH as it comes: one cipher, one session a connection; dropbear with BusyBox, tinysshd. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPluginState, runAction, type TestPluginState } from '@penstock/core/testkit'
import type { GroupConfig } from '../../src/config.js'
import { DeploymentService } from '../../src/deployment/service.js'
import { codeDeploy, connectionPool, type Shared, sharedParts } from '../../src/provider.js'
import { type Content, script, writeBundle } from '../support/bundle.js'
import { startFleet } from '../support/fleet.js'
import { type OtherHost, startBusyboxHost, startTinyHost } from '../support/other-sshds.js'

jest.setTimeout(120_000)

const files = (content: string, hook = 'echo hooked') => ({
  'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: h.sh\n',
  content,
  'h.sh': script(hook),
})

test.each([
  ['only chacha20-poly1305', ['Ciphers chacha20-poly1305@openssh.com']],
  ['one session a connection', ['MaxSessions 1']],
])('a host with %s is deployed to, twice', async (_, settings) => {
  const fleet = await startFleet(1, settings)
  try {
    const group = { hosts: ['web1'] }
    const one = await fleet.deploy(fleet.bundle(files('one')), { group })
    expect(one).toMatchObject({ outcome: 'succeeded' })
    const two = await fleet.deploy(fleet.bundle(files('two')), { group })
    expect(two).toMatchObject({ outcome: 'succeeded' })
    expect(two.log).toContain('h.sh | hooked')
  } finally {
    await fleet.stop()
  }
})

const otherHosts: [string, () => Promise<OtherHost>, boolean][] = [
  ['nothing but BusyBox, and dropbear', startBusyboxHost, true],
  // It lets nobody in but by ~/.ssh/authorized_keys, which is a test's to write only in an account of its own.
  ['tinysshd', startTinyHost, process.getuid?.() === 0],
]

describe.each(otherHosts.filter(([, , isPossible]) => isPossible))('a host with %s', (_, start) => {
  let other: OtherHost
  let folder: string
  let kept: TestPluginState
  /** As the host sees it. */
  let place: string
  const pool = connectionPool({})

  beforeAll(async () => {
    other = await start()
    folder = mkdtempSync(join(tmpdir(), 'penstock-other-'))
    kept = await openPluginState(folder)
    place = other.root === '/' ? `${folder}/place` : '/home/app/place'
    mkdirSync(join(other.root, place))
    chmodSync(folder, 0o755)
    chmodSync(join(other.root, place), 0o777)
  })
  afterAll(async () => {
    pool.close()
    await other.stop()
    await kept.close()
    rmSync(folder, { recursive: true, force: true })
  })

  let bundles = 0
  const deploy = (content: Readonly<Record<string, Content>>, group: Partial<GroupConfig> = {}) => {
    const config = {
      root: `${place}/deployments`,
      hosts: { strange: other.host },
      knownHosts: other.knownHosts,
      applications: { site: { groups: { production: { hosts: ['strange'], ...group } } } },
    }
    shared = sharedParts(config, kept.state, folder, pool)
    return runAction(codeDeploy(shared), {
      configuration: { ApplicationName: 'site', DeploymentGroupName: 'production' },
      inputs: { Built: writeBundle(join(folder, `bundle${bundles++}`), content) },
    })
  }
  let shared: Shared
  const at = (path: string) => join(other.root, place, path)
  const spec = (destination: string, more = '') =>
    `version: 0.0\nos: linux\nfiles:\n  - {source: site, destination: ${destination}}\n${more}`

  test('files with their modes, odd names, links, hooks, and what fails', async () => {
    const modes = `permissions:\n  - {object: ${place}/www, mode: 640, type: [file]}\n`
    const hooks = 'hooks:\n  AfterInstall:\n    - location: h.sh\n'
    const site = (text: string): Record<string, Content> => ({
      'appspec.yml': spec(`${place}/www`, modes + hooks),
      'site/a b': text,
      'site/ünï': text,
      'site/deep/er/file': 'same',
      'site/link': { link: 'a b' },
      'h.sh': script(`echo "hooked ${text}"`),
    })
    for (const text of ['one', 'two']) {
      const run = await deploy(site(text))
      expect(run.failure?.message).toBeUndefined()
      expect(run.log).toContain(`h.sh | hooked ${text}`)
      expect(readFileSync(at('www/a b'), 'utf8')).toBe(text)
      expect(statSync(at('www/ünï')).mode & 0o777).toBe(0o640)
      expect(readlinkSync(at('www/link'))).toBe('a b')
    }
    const failed = await deploy({ ...site('three'), 'h.sh': { text: '#!/bin/nosuchshell\n', mode: 0o755 } })
    expect(failed.failure?.message).toContain('there is no /bin/nosuchshell on this host')
    writeFileSync(at('www/deep/er/file'), 'by hand')
    const service = new DeploymentService(shared, { begin: async () => '', stop: async () => undefined })
    expect((await service.checkDeployedHosts({}))[0]?.drift?.changed).toEqual([`changed ${place}/www/deep/er/file`])
  })

  test('blue/green: the link moves whole, and back', async () => {
    const blueGreen = { link: `${place}/current` }
    const release = (text: string, after = 'true'): Record<string, Content> => ({
      'appspec.yml': spec(`${place}/current`, 'hooks:\n  AfterAllowTraffic:\n    - location: after.sh\n'),
      'site/version': text,
      'after.sh': script(after),
    })
    for (const text of ['one', 'two']) {
      expect((await deploy(release(text), { blueGreen })).failure?.message).toBeUndefined()
      expect(readFileSync(join(realPlaceOf(at('current')), 'version'), 'utf8')).toBe(text)
    }
    const failed = await deploy(release('three', 'exit 3'), { blueGreen })
    expect(failed.log).toContain('rolled back by the link')
    expect(readFileSync(join(realPlaceOf(at('current')), 'version'), 'utf8')).toBe('two')
  })

  /** Where a link of the host leads, seen from here. */
  const realPlaceOf = (link: string) => join(other.root, readlinkSync(link))
})
