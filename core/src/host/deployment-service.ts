/** Deployments to servers, whatever plugin does them: what operations, commands and pages ask for. */
import type { DeployTarget } from './provider-context.js'

/**
 * CodeDeploy's words.
 * @example
 * const isOver = (status: DeploymentStatus) => status !== 'Queued' && status !== 'InProgress'
 */
export type DeploymentStatus = 'Queued' | 'InProgress' | 'Succeeded' | 'Failed' | 'Stopped'

/**
 * A deployment of one revision to the hosts of a group. Times in milliseconds since the epoch.
 * @example
 * const title = ({ deploymentId, status }: DeploymentInfo) => `${deploymentId}: ${status}`
 */
export interface DeploymentInfo {
  /** `d-` and nine capital letters or digits. */
  readonly deploymentId: string
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly deploymentConfigName: string
  readonly status: DeploymentStatus
  /** Who began it: an action of a pipeline, a person, or a rollback by itself. */
  readonly creator: 'pipeline' | 'user' | 'codeDeployRollback'
  /** A person's name, or `PIPELINE/STAGE/ACTION`. */
  readonly createdBy?: string
  readonly pipelineExecutionId?: string
  readonly revision: {
    /** SHA-256 of what the bundle holds: the same for the same contents. */
    readonly digest?: string
    /** The commit or version that the pipeline knows it by. */
    readonly revisionId?: string
  }
  readonly createTime: number
  readonly completeTime?: number
  readonly hosts: number
  readonly overview: Readonly<Record<'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped', number>>
  /** Of a rollback: the deployment that it undoes, and the one whose revision it brings back. */
  readonly rollbackOf?: string
  readonly restores?: string
  /** The deployment that brought back what this one had replaced. */
  readonly rolledBackBy?: string
  /** Of a retry or a redeployment: the deployment that it repeats. */
  readonly repeats?: string
  /** Why it ended as it did; hosts that failed for the same reason together. */
  readonly message?: string
}

/**
 * One host of a deployment.
 * @example
 * const failed = ({ events }: DeploymentHostInfo) => events.find(({ status }) => status === 'Failed')?.name
 */
export interface DeploymentHostInfo {
  readonly host: string
  readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped' | 'Unknown'
  readonly startTime?: number
  readonly endTime?: number
  readonly message?: string
  readonly events: readonly {
    readonly name: string
    readonly status: string
    readonly startTime?: number
    readonly endTime?: number
    readonly message?: string
  }[]
}

/**
 * What a host of a group has.
 * @example
 * const isCurrent = ({ revision, wanted }: DeployedHost) => revision !== undefined && revision === wanted
 */
export interface DeployedHost {
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly host: string
  /** False when the last deployment to it failed. */
  readonly healthy: boolean
  /** Digest of the revision that it has; absent when that is unknown. */
  readonly revision?: string
  /** The commit or version of that revision, where known. */
  readonly revisionId?: string
  /** Digest of the group's last success. */
  readonly wanted?: string
  /** The deployment that reached it last. */
  readonly deploymentId: string
  /** When it was last heard of. */
  readonly contactTime?: number
  /** What differed from its revision when it was last looked at: `changed PATH` and `missing PATH`, a hundred at most. */
  readonly drift?: { readonly time: number; readonly changed: readonly string[]; readonly total: number }
  /** Why it could not be looked at just now. */
  readonly problem?: string
}

/**
 * Which deployments to list.
 * @example
 * const latest: DeploymentFilter = { applicationName: 'website', limit: 1 }
 */
export interface DeploymentFilter {
  readonly applicationName?: string | undefined
  readonly deploymentGroupName?: string | undefined
  /** 50 when absent. */
  readonly limit?: number | undefined
}

/**
 * What a plugin that deploys to servers answers for.
 * @example
 * const provide = (service: DeploymentService) => api.provideDeployments(service)
 */
export interface DeploymentService {
  /** Newest first. */
  list(filter: DeploymentFilter): Promise<readonly DeploymentInfo[]>
  /** `undefined` when there is none of this id. */
  get(deploymentId: string): Promise<DeploymentInfo | undefined>
  hosts(deploymentId: string): Promise<readonly DeploymentHostInfo[]>
  /**
   * The hosts of the deployment that an action made, with what its rollback did to each: also what came after the action's
   * end. `undefined` when the action made none.
   */
  targetsOf(actionExecutionId: string): Promise<readonly DeployTarget[] | undefined>
  /** What the host's scripts printed; `undefined` when nothing of it is kept. */
  log(deploymentId: string, host: string): Promise<string | undefined>
  /** The hosts of all groups, or of those that the filter names, and what they have. */
  deployedHosts(filter: Omit<DeploymentFilter, 'limit'>): Promise<readonly DeployedHost[]>
  /** The same, once each host of a declared group was asked whether somebody changed deployed files by hand. */
  checkDeployedHosts(filter: Omit<DeploymentFilter, 'limit'>): Promise<readonly DeployedHost[]>
  /**
   * Deploys the revision of a deployment again, to all hosts of its group or to those that did not succeed; answers the new
   * deployment's id. Errors: an Error with what keeps it from being done.
   */
  begin(kind: 'redeploy' | 'retry', of: string, by: string): Promise<string>
  /** Stops a deployment that no pipeline runs, whichever server runs it; false when none does. */
  stop(deploymentId: string, by: string): Promise<boolean>
  /** Applications, groups and hosts, those of penstock.yaml and those that were put. */
  readonly objects: DeploymentObjects
  /** What is wrong with the groups: names, keys, known hosts. */
  groupFindings(): Promise<readonly { readonly group: string; readonly problem: string }[]>
  /** The JSON Schema of AppSpec files, for editors. */
  appSpecSchema(): object
  /** Checks an AppSpec file, or the folder of a bundle; works without a server. Errors: the file cannot be read. */
  checkAppSpec(what: { readonly path: string; readonly group?: string | undefined }): Promise<AppSpecReport>
}

/**
 * What was put, and what stood there.
 * @example
 * const words = ({ result }: PutResult) => `is ${result}`
 */
export interface PutResult {
  readonly result: 'created' | 'changed' | 'unchanged'
}

/**
 * The applications, deployment groups and hosts of the installation. What penstock.yaml declares is changed there.
 * Errors of all that change something: an Error with everything that is wrong, for people.
 * @example
 * const names = async (objects: DeploymentObjects) => (await objects.groups({})).map(({ deploymentGroupName }) => deploymentGroupName)
 */
export interface DeploymentObjects {
  applications(): Promise<readonly ApplicationInfo[]>
  putApplication(applicationName: string): Promise<PutResult>
  /** Its groups that were put go with it; records of deployments stay. */
  deleteApplication(applicationName: string): Promise<void>
  /** Those that the filter names; with `deploymentGroupName` one or none. */
  groups(filter: Omit<DeploymentFilter, 'limit'>): Promise<readonly DeploymentGroupInfo[]>
  /**
   * The document is as a group in penstock.yaml, or what `aws deploy get-deployment-group` prints. What it names must be
   * there (hosts, keys, known hosts, secrets, its configuration), unless `force` says that it will be.
   */
  putGroup(
    name: { readonly applicationName: string; readonly deploymentGroupName: string },
    document: unknown,
    options?: { readonly force?: boolean | undefined },
  ): Promise<PutResult>
  deleteGroup(name: { readonly applicationName: string; readonly deploymentGroupName: string }): Promise<void>
  hosts(): Promise<readonly InventoryHost[]>
  /** The document is as a host in penstock.yaml. */
  putHost(name: string, document: unknown, options?: { readonly force?: boolean | undefined }): Promise<PutResult>
  deleteHost(name: string): Promise<void>
}

/**
 * An application: what has deployment groups.
 * @example
 * const isOurs = ({ declared }: ApplicationInfo) => !declared
 */
export interface ApplicationInfo {
  readonly applicationName: string
  /** Set when penstock.yaml declares it: then it is changed there. */
  readonly declared: boolean
  /** When it was put, milliseconds since the epoch; absent for what is declared. */
  readonly modified?: number
  readonly deploymentGroups: readonly string[]
}

/**
 * A deployment group: where an application's revisions are deployed to, and how.
 * @example
 * const where = ({ hosts }: DeploymentGroupInfo) => hosts.join(', ')
 */
export interface DeploymentGroupInfo {
  readonly applicationName: string
  readonly deploymentGroupName: string
  /** Names its folder on the hosts; absent until it was deployed to. */
  readonly deploymentGroupId?: string
  readonly deploymentConfigName: string
  /** Their names; empty when there is a problem with them. */
  readonly hosts: readonly string[]
  readonly declared: boolean
  readonly modified?: number
  /** As penstock.yaml has it, without passwords. */
  readonly group: object
  /** Set when the group cannot be deployed to as it is written. */
  readonly problem?: string
  readonly lastSuccessfulDeployment?: DeploymentInfo
  readonly lastAttemptedDeployment?: DeploymentInfo
}

/**
 * A host that groups may name or choose by its tags.
 * @example
 * const at = ({ name, address }: InventoryHost) => `${name} is ${address}`
 */
export interface InventoryHost {
  readonly name: string
  /** `user@host:port`, or `local`. */
  readonly address: string
  readonly tags: Readonly<Record<string, string>>
  readonly declared: boolean
  readonly modified?: number
  /** As penstock.yaml has it, without passwords. */
  readonly host: object
  /** `application/group`, of all groups that deploy to it. */
  readonly groups: readonly string[]
}

/**
 * Something about an AppSpec file, where it stands.
 * @example
 * const at = ({ line, column }: AppSpecFinding) => `${line}:${column}`
 */
export interface AppSpecFinding {
  readonly severity: 'error' | 'warning'
  /** As `hooks.AfterInstall[0].timeout`; empty for the whole file. */
  readonly path: string
  readonly message: string
  /** One-based; absent for what has no place in the file. */
  readonly line?: number
  readonly column?: number
}

/**
 * What is wrong with an AppSpec file, and what it would do.
 * @example
 * const isGood = ({ findings }: AppSpecReport) => findings.every(({ severity }) => severity !== 'error')
 */
export interface AppSpecReport {
  readonly file: string
  readonly findings: readonly AppSpecFinding[]
  /** Of the group that was asked for. */
  readonly hosts: readonly string[]
  /** What happens on each host, in its order; empty for a file alone, or with an error. */
  readonly steps: readonly string[]
}
