/** Applications, groups and hosts: those that penstock.yaml declares, and those that were put, which all servers share. */
import type { PluginState } from '@penstock/core'
import type { CodeDeployConfig, GroupConfig, HostConfig } from '../config.js'
import { entries } from '../deployment/deployment-store.js'

/** Where what was put is kept. */
export const APPLICATIONS = 'inventory/applications/'
export const GROUPS = 'inventory/groups/'
export const HOSTS = 'inventory/hosts/'

/** Milliseconds between two looks at what other servers were given. */
const LOOK_EVERY = 5000

/** What was put, by its name; a group's is `application/group`, with its two names encoded. */
export interface Put<T> {
  readonly name: string
  readonly value: T
  /** Epoch milliseconds. */
  readonly modified: number
}

export interface PutObjects {
  readonly applications: readonly Put<object>[]
  readonly groups: readonly Put<GroupConfig>[]
  readonly hosts: readonly Put<HostConfig>[]
}

export class Inventory {
  private last: CodeDeployConfig

  constructor(
    readonly declared: CodeDeployConfig,
    private readonly state: PluginState,
  ) {
    this.last = declared
  }

  /** As it was when somebody last read it: for what cannot wait. `keepFresh` makes it seconds old at most. */
  get latest(): CodeDeployConfig {
    return this.last
  }

  /** Everything, as one configuration. Where both have something of one name, penstock.yaml's counts. */
  async read(): Promise<CodeDeployConfig> {
    this.last = together(this.declared, await this.put())
    return this.last
  }

  /** What was put alone. */
  async put(): Promise<PutObjects> {
    const all = await entries(this.state, 'inventory/')
    const below = <T>(prefix: string): Put<T>[] =>
      all.flatMap(({ key, value, modified }) =>
        key.startsWith(prefix) ? [{ name: key.slice(prefix.length), value: value as T, modified }] : [],
      )
    return { applications: below(APPLICATIONS), groups: below(GROUPS), hosts: below(HOSTS) }
  }

  /** Looks again and again at what was put at other servers; answers what ends it. */
  keepFresh(): () => void {
    const look = () => void this.read().catch(() => undefined) // The next look may find the database again.
    look()
    const timer = setInterval(look, LOOK_EVERY).unref()
    return () => clearInterval(timer)
  }
}

/** The two names of a group that was put. */
export function namesOf(group: string): { readonly applicationName: string; readonly deploymentGroupName: string } {
  const [applicationName = '', deploymentGroupName = ''] = group.split('/').map(decodeURIComponent)
  return { applicationName, deploymentGroupName }
}

function together(declared: CodeDeployConfig, put: PutObjects): CodeDeployConfig {
  const applications: Record<string, { groups: Record<string, GroupConfig> }> = {}
  for (const { name } of put.applications) applications[decodeURIComponent(name)] = { groups: {} }
  for (const { name, value } of put.groups) {
    const { applicationName, deploymentGroupName } = namesOf(name)
    applications[applicationName] ??= { groups: {} }
    applications[applicationName].groups[deploymentGroupName] = value
  }
  for (const [name, { groups }] of Object.entries(declared.applications ?? {}))
    applications[name] = { groups: { ...applications[name]?.groups, ...groups } }
  const hosts = Object.fromEntries(put.hosts.map(({ name, value }) => [decodeURIComponent(name), value]))
  return { ...declared, hosts: { ...hosts, ...declared.hosts }, applications }
}
