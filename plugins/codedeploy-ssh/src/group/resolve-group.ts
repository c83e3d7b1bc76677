/** Finds the deployment group of an action: declared in penstock.yaml, or described by the action itself. */
import { defined, JobFailed } from '@penstock/core'
import type { BecomeConfig, CodeDeployConfig, GroupConfig, RollbackEvent } from '../config.js'
import { findConfiguration } from '../fleet/configuration.js'
import type { CodeDeployProperties } from '../properties.js'
import type { DeploymentGroup, GroupHost } from './deployment-group.js'
import { splitHosts } from './parse-host.js'
import { HostResolver } from './resolve-hosts.js'

const INLINE = ['IdentityFile', 'KnownHosts', 'ProxyJump', 'DeploymentConfigName', 'DeploymentRoot'] as const

/**
 * The action's properties win over the group's.
 * Errors: JobFailed (ConfigurationError) with all problems.
 */
export function resolveGroup(config: CodeDeployConfig, properties: CodeDeployProperties): DeploymentGroup {
  const declared = findDeclared(config, properties)
  const group: GroupConfig = declared ?? { hosts: splitHosts(properties.Hosts ?? '') }
  const resolver = new HostResolver(config.hosts ?? {}, {
    user: config.user,
    identityFile: properties.IdentityFile ?? config.identityFile,
    passphrase: properties.Passphrase,
    password: properties.Password,
    proxyJump: properties.ProxyJump === undefined ? undefined : splitHosts(properties.ProxyJump),
    root: properties.DeploymentRoot ?? group.root ?? config.root,
    become: becomeOf(properties) ?? group.become ?? config.become,
  })
  const hosts = hostsOf(group, resolver)
  const traffic = trafficOf(group, config)
  const configurationName = properties.DeploymentConfigName ?? group.deploymentConfig ?? 'CodeDeployDefault.OneAtATime'
  const configuration = findConfiguration(configurationName, config.deploymentConfigs)
  const problems = [...resolver.problems, ...[configuration, traffic].filter((one) => typeof one === 'string')]
  if (group.blueGreen !== undefined && traffic !== undefined)
    problems.push(
      'blueGreen and loadBalancer: a host that is deployed to blue/green stays in its balancer, so leave one of them out',
    )
  if (hosts.length > 1000) problems.push(`${hosts.length} hosts are too many: 1,000 at most`)
  for (const { root, id } of hosts) {
    if (root !== '' && !/^(\/|~$|~\/)/.test(root))
      problems.push(`the deployment root of ${id} must be absolute or begin with ~/, but is ${root}`)
  }
  const name = `deployment group ${properties.ApplicationName}/${properties.DeploymentGroupName}`
  if (problems.length > 0 || typeof configuration === 'string' || typeof traffic === 'string') {
    throw new JobFailed(`${name}: ${problems.join('; ')}`, 'ConfigurationError')
  }
  const knownHosts = properties.KnownHosts ?? group.knownHosts ?? config.knownHosts
  return {
    applicationName: properties.ApplicationName,
    groupName: properties.DeploymentGroupName,
    hosts,
    configuration,
    configurationName,
    fileExistsBehavior: properties.FileExistsBehavior ?? group.fileExistsBehavior ?? 'DISALLOW',
    ignoreApplicationStopFailures:
      properties.IgnoreApplicationStopFailures ?? group.ignoreApplicationStopFailures ?? false,
    rollbackEvents: rollbackEvents(properties, group),
    trafficEvents: group.trafficEvents ?? false,
    healthChecks: group.healthChecks ?? [],
    ...defined({ alarm: group.alarm, traffic, blueGreen: group.blueGreen }),
    keepRevisions: group.keepRevisions ?? 5,
    keepBundles: group.keepBundles ?? 5,
    keepDeployments: group.keepDeployments ?? 100,
    ...defined({ knownHosts }),
  }
}

function hostsOf({ hosts, tags, tagSet }: GroupConfig, resolver: HostResolver): GroupHost[] {
  if (tags !== undefined) return resolver.tagged(tags)
  return tagSet === undefined ? resolver.list(hosts ?? []) : resolver.fitting(tagSet)
}

/** A text says what is wrong. */
function trafficOf({ loadBalancer }: GroupConfig, { loadBalancers = {} }: CodeDeployConfig) {
  if (typeof loadBalancer !== 'string') return loadBalancer
  if (Object.hasOwn(loadBalancers, loadBalancer)) return loadBalancers[loadBalancer]
  const known = Object.keys(loadBalancers).join(', ') || 'none'
  return `unknown load balancer ${JSON.stringify(loadBalancer)}: loadBalancers in penstock.yaml has ${known}`
}

/** What the action says of it; BecomeUser and BecomePassword ask for sudo by themselves. */
function becomeOf({ Become, BecomeUser, BecomePassword }: CodeDeployProperties): BecomeConfig | undefined {
  if (Become === 'none') return 'none'
  if (BecomeUser === undefined && BecomePassword === undefined) return Become
  return defined({ user: BecomeUser, password: BecomePassword })
}

/** The action's AutoRollback switches; the events are the group's, failures when it names none. */
function rollbackEvents(
  { AutoRollback }: CodeDeployProperties,
  { autoRollback }: GroupConfig,
): readonly RollbackEvent[] {
  if (!(AutoRollback ?? autoRollback?.enabled ?? false)) return []
  return autoRollback?.events ?? ['DEPLOYMENT_FAILURE']
}

function findDeclared(config: CodeDeployConfig, properties: CodeDeployProperties): GroupConfig | undefined {
  const { ApplicationName, DeploymentGroupName, Hosts } = properties
  const applications = config.applications ?? {}
  const application = Object.hasOwn(applications, ApplicationName) ? applications[ApplicationName] : undefined
  const groups = application?.groups ?? {}
  const group = Object.hasOwn(groups, DeploymentGroupName) ? groups[DeploymentGroupName] : undefined
  if (group !== undefined && Hosts !== undefined) {
    throw new JobFailed(
      `Hosts is given, but there is a group ${DeploymentGroupName} of ${ApplicationName} already: keep one of them`,
      'ConfigurationError',
    )
  }
  if (group !== undefined || (Hosts !== undefined && splitHosts(Hosts).length > 0)) return group
  const property = application === undefined ? 'ApplicationName' : 'DeploymentGroupName'
  const known =
    application === undefined
      ? `no application ${ApplicationName}: it has ${Object.keys(applications).join(', ') || 'none'}`
      : `no deployment group ${DeploymentGroupName} in ${ApplicationName}: it has ${Object.keys(groups).join(', ') || 'none'}`
  throw new JobFailed(
    `${property} is not known: penstock.yaml (codedeploy-ssh) and what was put beside it have ${known}. Declare the group there, put it (penstock group put), or give the action Hosts`,
    'ConfigurationError',
  )
}

/**
 * Names that penstock.yaml does not know. Where it declares no application at all, whoever saves a pipeline may be about to.
 */
function configuredProblems(properties: CodeDeployProperties, config: CodeDeployConfig): string[] {
  const { DeploymentConfigName: name, Hosts } = properties
  const configuration =
    name === undefined || isOpen(name) ? undefined : findConfiguration(name, config.deploymentConfigs)
  const wrong = typeof configuration === 'string' ? [configuration] : []
  const names = [properties.ApplicationName, properties.DeploymentGroupName]
  if (Object.keys(config.applications ?? {}).length === 0 || Hosts !== undefined || names.some(isOpen)) return wrong
  try {
    findDeclared(config, properties)
    return wrong
  } catch (error) {
    return [...wrong, (error as Error).message]
  }
}

/** Known only when the action runs. */
function isOpen(value: string): boolean {
  return /#\{|\{\{/.test(value)
}

/** What is wrong with the properties themselves; for validation when a pipeline is saved. */
export function propertyProblems(properties: CodeDeployProperties, config: CodeDeployConfig = {}): string[] {
  const problems = configuredProblems(properties, config)
  const { Hosts } = properties
  if (Hosts !== undefined) {
    const resolver = new HostResolver({}, {})
    // Names of the inventory look like hosts, so that only what can be neither is a problem here.
    if (splitHosts(Hosts).length === 0) problems.push('Hosts must name at least one host, as user@host:port')
    resolver.list(splitHosts(Hosts))
    problems.push(...resolver.problems.map((problem) => `Hosts: ${problem}`))
  }
  for (const name of INLINE) if (properties[name]?.trim() === '') problems.push(`${name} must not be empty`)
  return problems
}
