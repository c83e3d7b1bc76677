/** Applications, groups and hosts that are put beside penstock.yaml's. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openPluginState, type TestPluginState } from '@penstock/core/testkit'
import type { CodeDeployConfig } from '../../src/config.js'
import { resolveGroup } from '../../src/group/resolve-group.js'
import { InventoryObjects } from '../../src/inventory/objects.js'
import { withSecrets } from '../../src/inventory/secrets.js'
import { codeDeploy, type Shared, sharedParts } from '../../src/provider.js'

let folder: string
let kept: TestPluginState
let shared: Shared
let objects: InventoryObjects
let key: string
const secrets = new Map([['sudo', 'correct horse']])

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'penstock-inventory-'))
  key = join(folder, 'key')
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key])
  writeFileSync(
    join(folder, 'known_hosts'),
    ['10.0.0.1', '10.0.0.2', '10.0.0.3'].map((host) => `${host} ${publicKey()}\n`).join(''),
  )
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let installations = 0
beforeEach(async () => {
  kept = await openPluginState(join(folder, `state${installations++}`))
  shared = open()
  objects = new InventoryObjects(shared)
})
afterEach(() => kept.close())

function publicKey(): string {
  return execFileSync('ssh-keygen', ['-y', '-f', key], { encoding: 'utf8' }).split(' ').slice(0, 2).join(' ').trim()
}

/** A server of the installation. */
function open(): Shared {
  const config: CodeDeployConfig = {
    user: 'deploy',
    identityFile: key,
    knownHosts: join(folder, 'known_hosts'),
    hosts: { web1: { host: '10.0.0.1', tags: { role: 'web', zone: 'a' } } },
    loadBalancers: { edge: { haproxy: { socket: '/run/haproxy.sock', backend: 'web' } } },
    applications: { declared: { groups: { production: { hosts: ['web1'] } } } },
  }
  return sharedParts(config, kept.state, folder, undefined, async (name) => secrets.get(name))
}

const production = { applicationName: 'site', deploymentGroupName: 'production' }
const properties = { ApplicationName: 'site', DeploymentGroupName: 'production' }

async function putSite(document: unknown, options?: { force: boolean }) {
  await objects.putApplication('site')
  return objects.putGroup(production, document, options)
}

test('a group of hosts that were put is what an action deploys to, at every server', async () => {
  expect(await objects.putHost('web2', { host: '10.0.0.2', tags: { role: 'web' } })).toEqual({ result: 'created' })
  expect(await putSite({ tags: { role: 'web' }, deploymentConfig: 'HalfAtATime' })).toEqual({ result: 'created' })
  const other = open()
  expect(resolveGroup(await other.inventory.read(), properties)).toMatchObject({
    hosts: [{ id: 'web2' }, { id: 'web1' }],
    configurationName: 'HalfAtATime',
  })
  const validate = codeDeploy(other).validate
  expect(validate?.(properties as never)).toEqual([])
  expect(validate?.({ ...properties, DeploymentGroupName: 'nobody' } as never).join()).toContain(
    'no deployment group nobody in site: it has production',
  )
})

test('what was put is listed beside what penstock.yaml declares, and removed', async () => {
  await objects.putHost('web2', { host: '10.0.0.2', port: 2222, user: 'root', tags: { role: 'web' } }, { force: true })
  await putSite({ hosts: ['web1', 'web2'] }, { force: true })
  expect(await objects.putApplication('site')).toEqual({ result: 'unchanged' })
  expect(await objects.applications()).toMatchObject([
    { applicationName: 'declared', declared: true, deploymentGroups: ['production'] },
    { applicationName: 'site', declared: false, deploymentGroups: ['production'], modified: expect.any(Number) },
  ])
  expect(await objects.groups({ applicationName: 'site' })).toMatchObject([
    { ...production, declared: false, hosts: ['web1', 'web2'], group: { hosts: ['web1', 'web2'] } },
  ])
  expect(await objects.hosts()).toMatchObject([
    { name: 'web1', address: 'deploy@10.0.0.1', declared: true, groups: ['declared/production', 'site/production'] },
    { name: 'web2', address: 'root@10.0.0.2:2222', declared: false, groups: ['site/production'] },
  ])
  await expect(objects.deleteHost('web2')).rejects.toThrow('host web2 cannot be removed: site/production names it')
  await objects.deleteApplication('site')
  await objects.deleteHost('web2')
  expect((await objects.groups({})).map(({ applicationName }) => applicationName)).toEqual(['declared'])
  expect((await objects.hosts()).map(({ name }) => name)).toEqual(['web1'])
})

test('what penstock.yaml declares is changed there', async () => {
  const declared = { applicationName: 'declared', deploymentGroupName: 'production' }
  await expect(objects.putGroup(declared, { hosts: ['web1'] })).rejects.toThrow('declared in penstock.yaml: change it')
  await expect(objects.deleteGroup(declared)).rejects.toThrow('declared in penstock.yaml: remove it there')
  await expect(objects.deleteApplication('declared')).rejects.toThrow('declared in penstock.yaml')
  await expect(objects.putHost('web1', { host: '10.0.0.9' })).rejects.toThrow('declared in penstock.yaml')
  // A further group of its application is nobody's yet.
  const more = { applicationName: 'declared', deploymentGroupName: 'staging' }
  expect(await objects.putGroup(more, { hosts: ['web1'] })).toEqual({ result: 'created' })
})

test.each<[string, unknown, RegExp]>([
  ['no map', ['web1'], /it must be a map/],
  ['an unknown key', { hosts: ['web1'], deploymentconfig: 'x' }, /deploymentconfig .*deploymentConfig/],
  ['neither hosts nor tags', { deploymentConfig: 'AllAtOnce' }, /hosts|tags/],
  [
    'an unknown configuration',
    { hosts: ['web1'], deploymentConfig: 'TwoAtATime' },
    /unknown deployment configuration "TwoAtATime"/,
  ],
  ['tags that no host has', { tags: { role: 'db' } }, /no host has the tags role=db/],
  [
    'a host whose key is not known',
    { hosts: ['10.9.9.9'] },
    /the host key of deploy@10\.9\.9\.9 is not known: ssh-keyscan/,
  ],
  [
    'a key file that is not there',
    { hosts: [{ host: '10.0.0.1', identityFile: '/none/key' }] },
    /cannot read the identity file \/none\/key/,
  ],
  ['known hosts that are not there', { hosts: ['web1'], knownHosts: '/none/known' }, /\/none\/known/],
  [
    'a load balancer of its own',
    { hosts: ['web1'], loadBalancer: { block: 'rm -rf /' } },
    /must be the name of one of loadBalancers/,
  ],
  [
    'a load balancer that is not there',
    { hosts: ['web1'], loadBalancer: 'core' },
    /unknown load balancer "core".* has edge/,
  ],
  ['a password', { hosts: [{ host: '10.0.0.1', password: 'hunter2' }] }, /hosts\[0\]\.password must name a secret/],
  [
    'a secret that is nowhere',
    { hosts: ['web1'], become: { password: '{{secret:none}}' } },
    /become\.password of web1 is the secret none, which no secret store has/,
  ],
])('%s is refused before the night', async (_, document, message) => {
  const refused = await putSite(document).catch((error: Error) => error.message)
  expect(refused).toMatch(message)
  expect(refused).not.toContain('hunter2')
  expect(await objects.groups({ applicationName: 'site' })).toEqual([])
})

test('a group of an application that is not there', async () => {
  await expect(objects.putGroup(production, { hosts: ['web1'] })).rejects.toThrow(
    'there is no application site: penstock application put site makes it',
  )
})

test('force keeps what names things that will be there', async () => {
  expect(await putSite({ hosts: ['10.9.9.9'], deploymentConfig: 'Soon' }, { force: true })).toEqual({
    result: 'created',
  })
  expect(await objects.groups({ applicationName: 'site' })).toMatchObject([
    { problem: expect.stringContaining('Soon') },
  ])
})

test('what aws deploy get-deployment-group prints is taken', async () => {
  await objects.putHost('web3', { host: '10.0.0.3', tags: { role: 'web', zone: 'b' } })
  const printed = {
    deploymentGroupInfo: {
      applicationName: 'site',
      deploymentGroupId: '01234567-89ab-cdef-0123-456789abcdef',
      deploymentGroupName: 'production',
      deploymentConfigName: 'CodeDeployDefault.HalfAtATime',
      ec2TagFilters: [{ Key: 'zone', Value: 'b', Type: 'KEY_AND_VALUE' }],
      onPremisesInstanceTagFilters: [{ Key: 'role', Value: 'app', Type: 'KEY_AND_VALUE' }],
      autoScalingGroups: [],
      serviceRoleArn: 'arn:aws:iam::123456789012:role/CodeDeploy',
      triggerConfigurations: [],
      autoRollbackConfiguration: { enabled: true, events: ['DEPLOYMENT_FAILURE'] },
      outdatedInstancesStrategy: 'UPDATE',
      deploymentStyle: { deploymentType: 'IN_PLACE', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
      loadBalancerInfo: { elbInfoList: [{ name: 'edge' }] },
      computePlatform: 'Server',
      terminationHookEnabled: false,
    },
  }
  expect(await putSite(printed)).toEqual({ result: 'created' })
  expect(resolveGroup(await shared.inventory.read(), properties)).toMatchObject({
    hosts: [{ id: 'web3' }],
    configurationName: 'CodeDeployDefault.HalfAtATime',
    rollbackEvents: ['DEPLOYMENT_FAILURE'],
    traffic: { haproxy: { backend: 'web' } },
  })
  const scaling = { deploymentGroupInfo: { ...printed.deploymentGroupInfo, autoScalingGroups: [{ name: 'asg' }] } }
  await expect(putSite(scaling)).rejects.toThrow('autoScalingGroups cannot be taken over: hosts are listed')
})

test.each([
  [
    'one list: any filter',
    [
      [
        { Key: 'zone', Value: 'b' },
        { Key: 'role', Value: 'db' },
      ],
    ],
    ['web3'],
  ],
  ['several lists: one of each', [[{ Key: 'role', Value: 'web' }], [{ Key: 'zone', Value: 'a' }]], ['web1']],
  ['a key alone', [[{ Key: 'zone', Type: 'KEY_ONLY' as const }]], ['web3', 'web1']],
  ['a value alone', [[{ Value: 'web', Type: 'VALUE_ONLY' as const }]], ['web3', 'web1']],
])('tags as CodeDeploy filters them: %s', async (_, tagSet, expected) => {
  await objects.putHost('web3', { host: '10.0.0.3', tags: { role: 'web', zone: 'b' } })
  await putSite({ tagSet })
  expect((await objects.groups({ applicationName: 'site' }))[0]?.hosts).toEqual(expected)
})

test('passwords are named secrets, resolved where they are needed and shown nowhere', async () => {
  const become = { password: '{{secret:sudo}}' }
  await putSite({ hosts: ['web1', { host: '10.0.0.2', become: 'none', password: '{{ secret:sudo }}' }], become })
  const group = await withSecrets(resolveGroup(await shared.inventory.read(), properties), shared.secret)
  expect(group.hosts).toMatchObject([
    { become: { password: 'correct horse' } },
    { target: { password: 'correct horse' } },
  ])
  expect(JSON.stringify(await objects.groups({}))).not.toContain('correct horse')
  const scoped = withSecrets(resolveGroup(await shared.inventory.read(), properties), async () => {
    throw new Error('the secret "sudo" is for other pipelines')
  })
  await expect(scoped).rejects.toThrow('the become.password of web1: the secret "sudo" is for other pipelines')
})
