/** Applications, groups and hosts as objects: listed, put and removed. */
import {
  type ApplicationInfo,
  type DeploymentFilter,
  type DeploymentGroupInfo,
  type DeploymentObjects,
  defined,
  type InventoryHost,
  type PutResult,
} from '@penstock/core'
import type { CodeDeployConfig, GroupConfig, HostConfig } from '../config.js'
import { DeploymentStore } from '../deployment/deployment-store.js'
import { knownGroups } from '../deployment/history.js'
import { resolveGroup } from '../group/resolve-group.js'
import { HostResolver } from '../group/resolve-hosts.js'
import type { Shared } from '../provider.js'
import { targetName } from '../shell/target.js'
import { checkGroup, checkHost, refuseProblems } from './checks.js'
import { APPLICATIONS, GROUPS, HOSTS, type PutObjects } from './inventory.js'
import { withoutSecrets } from './secrets.js'

interface GroupName {
  readonly applicationName: string
  readonly deploymentGroupName: string
}

/** Deployments that are looked through for a group's last ones. */
const RECENT = 100

export class InventoryObjects implements DeploymentObjects {
  constructor(private readonly shared: Shared) {}

  async applications(): Promise<ApplicationInfo[]> {
    const { config, put } = await this.all()
    return Object.entries(config.applications ?? {})
      .map(([applicationName, { groups }]) => ({
        applicationName,
        declared: this.declares(applicationName),
        ...defined({ modified: modifiedOf(put.applications, encodeURIComponent(applicationName)) }),
        deploymentGroups: Object.keys(groups).sort(),
      }))
      .sort((a, b) => (a.applicationName < b.applicationName ? -1 : 1))
  }

  async putApplication(applicationName: string): Promise<PutResult> {
    if (this.declares(applicationName)) throw new Error(`application ${applicationName} is declared in penstock.yaml`)
    return this.put(APPLICATIONS + encodeURIComponent(applicationName), {})
  }

  async deleteApplication(applicationName: string): Promise<void> {
    if (this.declares(applicationName))
      throw new Error(`application ${applicationName} is declared in penstock.yaml: remove it there`)
    const { config } = await this.all()
    const groups = Object.hasOwn(config.applications ?? {}, applicationName)
      ? Object.keys(config.applications?.[applicationName]?.groups ?? {})
      : undefined
    if (groups === undefined) throw new Error(`there is no application ${applicationName}`)
    for (const deploymentGroupName of groups) await this.refuseBusy({ applicationName, deploymentGroupName })
    for (const deploymentGroupName of groups)
      await this.shared.state.delete(GROUPS + keyOf({ applicationName, deploymentGroupName }))
    await this.shared.state.delete(APPLICATIONS + encodeURIComponent(applicationName))
    await this.shared.inventory.read()
  }

  async groups(filter: Omit<DeploymentFilter, 'limit'>): Promise<DeploymentGroupInfo[]> {
    const { config, put } = await this.all()
    const ids = await knownGroups(this.shared.state)
    const store = new DeploymentStore(this.shared.state)
    const names = groupNames(config).filter(
      ({ applicationName, deploymentGroupName }) =>
        (filter.applicationName ?? applicationName) === applicationName &&
        (filter.deploymentGroupName ?? deploymentGroupName) === deploymentGroupName,
    )
    return Promise.all(
      names.map(async (name) => {
        const group = groupIn(config, name) as GroupConfig
        const recent = await store.list({ ...name, limit: RECENT })
        return {
          ...name,
          ...defined({ deploymentGroupId: ids.find((known) => isSame(known, name))?.groupId }),
          deploymentConfigName: group.deploymentConfig ?? 'CodeDeployDefault.OneAtATime',
          ...hostsOf(config, name),
          declared: groupIn(this.shared.config, name) !== undefined,
          ...defined({ modified: modifiedOf(put.groups, keyOf(name)) }),
          group: withoutSecrets(group) as object,
          ...defined({
            lastSuccessfulDeployment: recent.find(({ status }) => status === 'Succeeded'),
            lastAttemptedDeployment: recent[0],
          }),
        }
      }),
    )
  }

  async putGroup(
    name: GroupName,
    document: unknown,
    { force = false }: { readonly force?: boolean | undefined } = {},
  ): Promise<PutResult> {
    const { applicationName, deploymentGroupName } = name
    if (groupIn(this.shared.config, name) !== undefined)
      throw new Error(
        `deployment group ${applicationName}/${deploymentGroupName} is declared in penstock.yaml: change it there`,
      )
    const { config } = await this.all()
    if (!Object.hasOwn(config.applications ?? {}, applicationName))
      throw new Error(
        `there is no application ${applicationName}: penstock application put ${applicationName} makes it`,
      )
    const group = await checkGroup(document, { name, config, force, secret: this.shared.secret })
    return this.put(GROUPS + keyOf(name), group)
  }

  async deleteGroup(name: GroupName): Promise<void> {
    const words = `${name.applicationName}/${name.deploymentGroupName}`
    if (groupIn(this.shared.config, name) !== undefined)
      throw new Error(`deployment group ${words} is declared in penstock.yaml: remove it there`)
    const { config } = await this.all()
    if (groupIn(config, name) === undefined) throw new Error(`there is no deployment group ${words}`)
    await this.refuseBusy(name)
    await this.shared.state.delete(GROUPS + keyOf(name))
    await this.shared.inventory.read()
  }

  async hosts(): Promise<InventoryHost[]> {
    const { config, put } = await this.all()
    const uses = usesOf(config)
    return Object.entries(config.hosts ?? {})
      .map(([name, host]) => ({
        name,
        address: addressOf(config, name),
        tags: host.tags ?? {},
        declared: Object.hasOwn(this.shared.config.hosts ?? {}, name),
        ...defined({ modified: modifiedOf(put.hosts, encodeURIComponent(name)) }),
        host: withoutSecrets(host) as object,
        groups: uses.get(name) ?? [],
      }))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  async putHost(
    name: string,
    document: unknown,
    { force = false }: { readonly force?: boolean | undefined } = {},
  ): Promise<PutResult> {
    if (Object.hasOwn(this.shared.config.hosts ?? {}, name))
      throw new Error(`host ${name} is declared in penstock.yaml: change it there`)
    const { config } = await this.all()
    const host: HostConfig = await checkHost(document, { name, config, force, secret: this.shared.secret })
    return this.put(HOSTS + encodeURIComponent(name), host)
  }

  async deleteHost(name: string): Promise<void> {
    if (Object.hasOwn(this.shared.config.hosts ?? {}, name))
      throw new Error(`host ${name} is declared in penstock.yaml: remove it there`)
    const { config } = await this.all()
    if (!Object.hasOwn(config.hosts ?? {}, name)) throw new Error(`there is no host ${name}`)
    const named = groupNames(config).filter((group) => groupIn(config, group)?.hosts?.includes(name))
    refuseProblems(
      named.map(({ applicationName, deploymentGroupName }) => `${applicationName}/${deploymentGroupName} names it`),
      `host ${name} cannot be removed`,
    )
    await this.shared.state.delete(HOSTS + encodeURIComponent(name))
    await this.shared.inventory.read()
  }

  private async put(key: string, value: object): Promise<PutResult> {
    const { state, inventory } = this.shared
    const known = await state.get(key)
    if (known !== undefined && JSON.stringify(known.value) === JSON.stringify(value)) return { result: 'unchanged' }
    await state.put(key, value)
    await inventory.read()
    return { result: known === undefined ? 'created' : 'changed' }
  }

  private async all(): Promise<{ readonly config: CodeDeployConfig; readonly put: PutObjects }> {
    const { inventory } = this.shared
    return { put: await inventory.put(), config: await inventory.read() }
  }

  private async refuseBusy(name: GroupName): Promise<void> {
    const [running] = await new DeploymentStore(this.shared.state).list({ ...name, limit: 1 })
    if (running?.status === 'InProgress' || running?.status === 'Queued')
      throw new Error(
        `deployment ${running.deploymentId} of ${name.applicationName}/${name.deploymentGroupName} is in progress: wait for its end, or stop it`,
      )
  }

  private declares(applicationName: string): boolean {
    return Object.hasOwn(this.shared.config.applications ?? {}, applicationName)
  }
}

function keyOf({ applicationName, deploymentGroupName }: GroupName): string {
  return `${encodeURIComponent(applicationName)}/${encodeURIComponent(deploymentGroupName)}`
}

function isSame(a: GroupName, b: GroupName): boolean {
  return a.applicationName === b.applicationName && a.deploymentGroupName === b.deploymentGroupName
}

function modifiedOf(list: PutObjects[keyof PutObjects], name: string): number | undefined {
  return list.find((one) => one.name === name)?.modified
}

function groupIn({ applications = {} }: CodeDeployConfig, name: GroupName): GroupConfig | undefined {
  const { applicationName, deploymentGroupName } = name
  const groups = Object.hasOwn(applications, applicationName) ? (applications[applicationName]?.groups ?? {}) : {}
  return Object.hasOwn(groups, deploymentGroupName) ? groups[deploymentGroupName] : undefined
}

/** In the order of their names. */
export function groupNames({ applications = {} }: CodeDeployConfig): GroupName[] {
  return Object.entries(applications)
    .flatMap(([applicationName, { groups }]) =>
      Object.keys(groups).map((deploymentGroupName) => ({ applicationName, deploymentGroupName })),
    )
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

function hostsOf(config: CodeDeployConfig, { applicationName, deploymentGroupName }: GroupName) {
  try {
    const { hosts } = resolveGroup(config, {
      ApplicationName: applicationName,
      DeploymentGroupName: deploymentGroupName,
    })
    return { hosts: hosts.map(({ id }) => id) }
  } catch (error) {
    return { hosts: [], problem: (error as Error).message }
  }
}

function usesOf(config: CodeDeployConfig): Map<string, string[]> {
  const uses = new Map<string, string[]>()
  for (const name of groupNames(config)) {
    for (const host of hostsOf(config, name).hosts) {
      const list = uses.get(host) ?? []
      uses.set(host, list)
      list.push(`${name.applicationName}/${name.deploymentGroupName}`)
    }
  }
  return uses
}

function addressOf(config: CodeDeployConfig, name: string): string {
  const resolver = new HostResolver(config.hosts ?? {}, defined({ user: config.user }))
  const [host] = resolver.list([name])
  return host === undefined || host.target === 'local' ? 'local' : targetName(host.target)
}
