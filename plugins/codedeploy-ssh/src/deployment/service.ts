/** What is asked of deployments from outside: by operations, commands and pages. */
import {
  type AppSpecReport,
  type DeployedHost,
  type DeploymentFilter,
  type DeploymentObjects,
  type DeployTarget,
  defined,
  type DeploymentService as Service,
} from '@penstock/core'
import { appSpecSchema } from '../appspec/schema.js'
import { checkAppSpec } from '../check/check-appspec.js'
import { groupFindings } from '../check/group-findings.js'
import { InventoryObjects } from '../inventory/objects.js'
import type { Shared } from '../provider.js'
import { DeploymentStore, entries, valuesOf } from './deployment-store.js'
import { groupPath, knownGroups } from './history.js'
import { isMeant, look } from './look.js'
import type { DeploymentHostRecord, DeploymentRecord, GroupRecord, HostRecord } from './records.js'
import { withRollback } from './rolled-back-targets.js'
import type { DeploymentRunner, Repetition } from './runner.js'

export class DeploymentService implements Service {
  private readonly store: DeploymentStore
  readonly objects: DeploymentObjects

  constructor(
    private readonly shared: Shared,
    private readonly runner: Pick<DeploymentRunner, 'begin' | 'stop'>,
  ) {
    this.store = new DeploymentStore(shared.state)
    this.objects = new InventoryObjects(shared)
  }

  begin(kind: Repetition, of: string, by: string): Promise<string> {
    return this.runner.begin(kind, of, by)
  }

  async stop(deploymentId: string, by: string): Promise<boolean> {
    await this.runner.stop(deploymentId, by)
    return true
  }

  async groupFindings() {
    return groupFindings(await this.shared.inventory.read(), this.shared.secret)
  }

  appSpecSchema(): object {
    return appSpecSchema
  }

  async checkAppSpec(what: { readonly path: string; readonly group?: string | undefined }): Promise<AppSpecReport> {
    return checkAppSpec(what.group === undefined ? this.shared.config : await this.shared.inventory.read(), what)
  }

  list({ applicationName, deploymentGroupName, limit }: DeploymentFilter): Promise<DeploymentRecord[]> {
    return this.store.list(defined({ applicationName, deploymentGroupName, limit }))
  }

  get(deploymentId: string): Promise<DeploymentRecord | undefined> {
    return this.store.find(deploymentId)
  }

  hosts(deploymentId: string): Promise<DeploymentHostRecord[]> {
    return this.store.hosts(deploymentId)
  }

  async targetsOf(actionExecutionId: string): Promise<DeployTarget[] | undefined> {
    const record = await this.store.ofAction(actionExecutionId)
    if (record === undefined) return undefined
    const hosts = await this.store.hosts(record.deploymentId)
    const { rolledBackBy } = record
    const undone = rolledBackBy === undefined ? [] : await this.store.hosts(rolledBackBy)
    return withRollback(hosts, undone, rolledBackBy ?? '')
  }

  log(deploymentId: string, host: string): Promise<string | undefined> {
    return this.store.log(deploymentId, host)
  }

  /** Of every group that was ever deployed to, in the order of their names. */
  async deployedHosts(filter: Omit<DeploymentFilter, 'limit'>): Promise<DeployedHost[]> {
    const groups = (await knownGroups(this.shared.state)).filter((group) => isMeant(group, filter))
    return (await Promise.all(groups.map((group) => this.hostsOf(group)))).flat()
  }

  async checkDeployedHosts(filter: Omit<DeploymentFilter, 'limit'>): Promise<DeployedHost[]> {
    const problems = await look(this.shared, filter)
    return (await this.deployedHosts(filter)).map((host) => {
      const problem = problems.get(`${host.applicationName}/${host.deploymentGroupName}`)?.get(host.host)
      return { ...host, ...defined({ problem }) }
    })
  }

  private async hostsOf(group: GroupRecord): Promise<DeployedHost[]> {
    const { applicationName, deploymentGroupName, successes } = group
    const records = valuesOf<HostRecord>(await entries(this.shared.state, `hosts/${groupPath(group)}/`))
    return records.map(({ host, healthy, digest, deploymentId, contactTime, drift }) => ({
      applicationName,
      deploymentGroupName,
      host,
      healthy,
      deploymentId,
      ...defined({
        revision: digest,
        revisionId: successes.find((success) => success.digest === digest)?.revisionId,
        wanted: successes[0]?.digest,
        contactTime,
        drift,
      }),
    }))
  }
}
