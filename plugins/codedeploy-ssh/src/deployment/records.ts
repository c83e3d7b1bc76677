/** A deployment as an object: what it was to do, what became of it, host by host. Kept in `api.state`, for all servers. */
import type { FileExistsBehavior } from '../appspec/model.js'
import type { HostStatus } from '../deploy/result.js'

/** CodeDeploy's words. */
export type DeploymentStatus = 'Queued' | 'InProgress' | 'Succeeded' | 'Failed' | 'Stopped'

/** Who began it: an action of a pipeline, a person, or a rollback by itself. */
export type DeploymentCreator = 'pipeline' | 'user' | 'codeDeployRollback'

/** Counts of hosts. */
export interface DeploymentOverview {
  readonly Pending: number
  readonly InProgress: number
  readonly Succeeded: number
  readonly Failed: number
  readonly Skipped: number
}

export interface DeploymentRevision {
  /** SHA-256 of the bundle's manifest; absent until the bundle was read. */
  readonly digest?: string
  /** The commit or version that the pipeline knows it by. */
  readonly revisionId?: string
  readonly fileExistsBehavior: FileExistsBehavior
}

export interface DeploymentRecord {
  readonly deploymentId: string
  readonly applicationName: string
  readonly deploymentGroupName: string
  readonly deploymentConfigName: string
  readonly status: DeploymentStatus
  readonly creator: DeploymentCreator
  /** A person's name, or `PIPELINE/STAGE/ACTION`. */
  readonly createdBy?: string
  readonly pipelineExecutionId?: string
  /** The action whose page shows it. */
  readonly actionExecutionId?: string
  readonly revision: DeploymentRevision
  /** Milliseconds since the epoch. */
  readonly createTime: number
  readonly completeTime?: number
  readonly hosts: number
  readonly overview: DeploymentOverview
  /** Only these hosts of the group were meant: a retry of those that failed. */
  readonly only?: readonly string[]
  /** Of a rollback: the deployment that it undoes, and the one whose revision it brings back. */
  readonly rollbackOf?: string
  readonly restores?: string
  /** Of a deployment that was rolled back: the deployment that did it. */
  readonly rolledBackBy?: string
  /** Of a retry, a redeployment: the deployment that it repeats. */
  readonly repeats?: string
  /** Why it ended as it did; failures grouped by cause. */
  readonly message?: string
}

export interface HostEventRecord {
  readonly name: string
  readonly status: string
  readonly startTime?: number
  readonly endTime?: number
  readonly message?: string
}

/** One host of one deployment. */
export interface DeploymentHostRecord {
  readonly host: string
  readonly status: HostStatus
  readonly startTime?: number
  readonly endTime?: number
  readonly message?: string
  readonly events: readonly HostEventRecord[]
}

/** What a host of a group has, as far as is known. */
export interface HostRecord {
  readonly host: string
  readonly healthy: boolean
  /** Digest of the revision that it was last deployed to with success; absent when its revision is unknown. */
  readonly digest?: string
  /** The deployment that reached it last. */
  readonly deploymentId: string
  /** When it was last heard of, milliseconds since the epoch; absent in records of 0.1.0. */
  readonly contactTime?: number
  /** What differed from the revision when it was last looked at: files changed by hand. */
  readonly drift?: { readonly time: number; readonly changed: readonly string[]; readonly total: number }
}

export interface SuccessfulRevision {
  readonly deploymentId: string
  readonly digest: string
  readonly fileExistsBehavior: FileExistsBehavior
  readonly revisionId?: string
}

export interface GroupRecord {
  readonly applicationName: string
  readonly deploymentGroupName: string
  /** Names its folder on the hosts. */
  readonly groupId: string
  /** The newest success first; as many as bundles are kept. */
  readonly successes: readonly SuccessfulRevision[]
  /** Digests of the bundles that are kept, the newest first. */
  readonly bundles?: readonly string[]
}

export function isOver(status: DeploymentStatus): boolean {
  return status === 'Succeeded' || status === 'Failed' || status === 'Stopped'
}
