import type { CodeDeployConfig } from '../../src/config.js'
import { parseHost } from '../../src/group/parse-host.js'
import { propertyProblems, resolveGroup } from '../../src/group/resolve-group.js'

const names = { ApplicationName: 'site', DeploymentGroupName: 'production' }
const config: CodeDeployConfig = {
  user: 'deploy',
  identityFile: '~/.ssh/deploy',
  hosts: {
    bastion: { host: 'bastion.example.com', user: 'jump', port: 2200 },
    web1: { host: '10.0.0.1', tags: { role: 'web', env: 'prod' }, proxyJump: 'bastion' },
    web2: { host: '10.0.0.2', port: 2222, user: 'root', tags: { role: 'web' }, password: 'secret' },
    db: { host: '10.0.0.3', tags: { role: 'db' } },
  },
  deploymentConfigs: { Careful: { type: 'FLEET_PERCENT', value: 75 } },
  applications: {
    site: {
      groups: {
        production: { tags: { role: 'web' }, deploymentConfig: 'Careful', root: '/srv/%h-%p' },
        listed: { hosts: ['db', 'root@10.0.0.9:22', { host: 'local' }], autoRollback: { enabled: true } },
        nobody: { tags: { role: 'none' } },
      },
    },
  },
}

test.each([
  ['web1', { host: 'web1' }],
  ['deploy@web1:2222', { host: 'web1', user: 'deploy', port: 2222 }],
  ['deploy@[::1]:22', { host: '::1', user: 'deploy', port: 22 }],
  ['fe80::1', { host: 'fe80::1' }],
])('%s', (text, host) => {
  expect(parseHost(text)).toEqual(host)
})

test.each(['', 'a b', 'user@', 'web1:x', 'web1:0', 'web1:70000', '-oProxyCommand=x', 'ssh://web1'])(
  '%j is no host',
  (text) => {
    expect(typeof parseHost(text)).toBe('string')
  },
)

test('a declared group, by tags, with jumps, defaults and placeholders', () => {
  const group = resolveGroup(config, names)
  expect(group).toMatchObject({
    configuration: { type: 'FLEET_PERCENT', value: 75 },
    fileExistsBehavior: 'DISALLOW',
    rollbackEvents: [],
  })
  expect(group.hosts).toEqual([
    {
      id: 'web1',
      root: '/srv/10.0.0.1-22',
      target: {
        host: '10.0.0.1',
        port: 22,
        user: 'deploy',
        identityFile: '~/.ssh/deploy',
        jumps: [{ host: 'bastion.example.com', port: 2200, user: 'jump', identityFile: '~/.ssh/deploy', jumps: [] }],
      },
    },
    {
      id: 'web2',
      root: '/srv/10.0.0.2-2222',
      target: { host: '10.0.0.2', port: 2222, user: 'root', password: 'secret', jumps: [] },
    },
  ])
})

test('a list of names, addresses and hosts written out', () => {
  const group = resolveGroup(config, { ...names, DeploymentGroupName: 'listed' })
  expect(group.hosts.map(({ id }) => id)).toEqual(['db', 'root@10.0.0.9', 'local'])
  expect(group.rollbackEvents).toEqual(['DEPLOYMENT_FAILURE'])
})

test('a group that the action describes itself', () => {
  const group = resolveGroup(
    {},
    {
      ...names,
      Hosts: 'deploy@a, deploy@b:2222',
      IdentityFile: '/k',
      DeploymentConfigName: 'CodeDeployDefault.AllAtOnce',
      FileExistsBehavior: 'RETAIN',
      ProxyJump: 'j@bastion',
      AutoRollback: true,
    },
  )
  expect(group).toMatchObject({
    configuration: { type: 'HOST_COUNT', value: 0 },
    fileExistsBehavior: 'RETAIN',
    rollbackEvents: ['DEPLOYMENT_FAILURE'],
  })
  expect(group.hosts).toMatchObject([
    { id: 'deploy@a', target: { identityFile: '/k', jumps: [{ host: 'bastion', user: 'j' }] } },
    { id: 'deploy@b:2222', target: { port: 2222 } },
  ])
})

test.each([
  ['no application', { ApplicationName: 'x', DeploymentGroupName: 'y' }, 'no application x: it has site'],
  [
    'no group',
    { ...names, DeploymentGroupName: 'y' },
    'no deployment group y in site: it has production, listed, nobody',
  ],
  ['prototype names', { ApplicationName: 'constructor', DeploymentGroupName: 'y' }, 'no application constructor'],
  ['both', { ...names, Hosts: 'a' }, 'Hosts is given, but there is a group'],
  ['no host', { ...names, DeploymentGroupName: 'nobody' }, 'no host has the tags role=none'],
  [
    'a bad configuration',
    { ApplicationName: 'a', DeploymentGroupName: 'b', Hosts: 'h', DeploymentConfigName: 'Half' },
    'unknown deployment configuration "Half"',
  ],
  [
    'a relative root',
    { ApplicationName: 'a', DeploymentGroupName: 'b', Hosts: 'h', DeploymentRoot: 'x' },
    'must be absolute',
  ],
  [
    'the same host twice',
    { ApplicationName: 'a', DeploymentGroupName: 'b', Hosts: 'u@h, u@h:22' },
    'is the same host as',
  ],
])('%s', (_, properties, message) => {
  expect(() => resolveGroup(config, properties)).toThrow(message)
})

test('properties are checked when a pipeline is saved', () => {
  expect(propertyProblems({ ...names, Hosts: 'deploy@a, b:99999', KnownHosts: ' ' })).toEqual([
    'Hosts: "b:99999": the port must be 1 to 65535',
    'KnownHosts must not be empty',
  ])
  expect(propertyProblems({ ...names })).toEqual([])
})
