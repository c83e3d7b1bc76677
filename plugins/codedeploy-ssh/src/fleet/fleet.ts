/** A deployment to a group of hosts, as a pure state: which may start now, and when it is over. */
import { isValidFor, type MinimumHealthyHosts, minimumHealthy } from './configuration.js'

export type RevisionState = 'Unknown' | 'Old' | 'Current'

export interface FleetHost {
  readonly id: string
  readonly status: 'Pending' | 'InProgress' | 'Succeeded' | 'Failed' | 'Skipped'
  /** Before this deployment: false when the last one to it failed. */
  readonly healthy: boolean
  /** Before this deployment. */
  readonly revision: RevisionState
}

export interface Fleet {
  readonly configuration: MinimumHealthyHosts
  /** In the order in which they are deployed to. */
  readonly hosts: readonly FleetHost[]
}

export type FleetErrorCode = 'HEALTH_CONSTRAINTS' | 'HEALTH_CONSTRAINTS_INVALID' | 'NO_INSTANCES'

/** What to do next. With nothing to start and no verdict, wait for a host that is in progress. */
export interface FleetMove {
  readonly start: readonly string[]
  readonly verdict?:
    | { readonly status: 'Succeeded' }
    | { readonly status: 'Failed'; readonly code: FleetErrorCode; readonly message: string }
}

const REVISION_ORDER: readonly RevisionState[] = ['Unknown', 'Old', 'Current']

/** CodeDeploy's order: unhealthy hosts first; then those with an unknown revision, an old one, the current one. */
export function orderHosts(hosts: readonly FleetHost[]): readonly FleetHost[] {
  const rank = (host: FleetHost) => (host.healthy ? 1 + REVISION_ORDER.indexOf(host.revision) : 0)
  return [...hosts].sort((a, b) => rank(a) - rank(b))
}

/** The state with one host's status changed. */
export function withStatus(fleet: Fleet, id: string, status: FleetHost['status']): Fleet {
  return { ...fleet, hosts: fleet.hosts.map((host) => (host.id === id ? { ...host, status } : host)) }
}

/** Healthy now: deployed to with success, or healthy before and not touched yet. One in progress is neither. */
export function healthyHosts(fleet: Fleet): number {
  return fleet.hosts.filter(isHealthy).length
}

function isHealthy(host: FleetHost): boolean {
  return host.status === 'Succeeded' || (host.healthy && (host.status === 'Pending' || host.status === 'Skipped'))
}

/** Decides; pure. */
export function nextMove(fleet: Fleet): FleetMove {
  const { configuration, hosts } = fleet
  if (hosts.length === 0) return failed('NO_INSTANCES', 'the deployment group has no hosts')
  if (!isValidFor(configuration, hosts.length)) {
    const minimum = minimumHealthy(configuration, hosts.length)
    return failed(
      'HEALTH_CONSTRAINTS_INVALID',
      `${minimum} of ${hosts.length} hosts must stay healthy, so that none could be deployed to: nothing was done`,
    )
  }
  const start = startable(fleet)
  if (start.length > 0) return { start }
  if (hosts.some((host) => host.status === 'InProgress')) return { start: [] }
  return finished(fleet)
}

/** As many of the next hosts as the minimum allows. A host that is unhealthy already takes nothing away from it. */
function startable({ configuration, hosts }: Fleet): string[] {
  const minimum = minimumHealthy(configuration, hosts.length)
  let healthy = hosts.filter(isHealthy).length
  let inProgress = hosts.filter((host) => host.status === 'InProgress').length
  // Once something failed, a host that was unhealthy before is no longer free to be tried below the minimum.
  const strict = hosts.some((host) => host.status === 'Failed') && healthy + inProgress <= minimum
  const start: string[] = []
  for (const host of hosts) {
    if (host.status !== 'Pending') continue
    if (host.healthy ? healthy <= minimum : strict || inProgress >= hosts.length - minimum) break
    if (host.healthy) healthy--
    inProgress++
    start.push(host.id)
  }
  return start
}

function finished(fleet: Fleet): FleetMove {
  const { hosts, configuration } = fleet
  const minimum = minimumHealthy(configuration, hosts.length)
  const succeeded = hosts.filter((host) => host.status === 'Succeeded').length
  const failures = hosts.filter((host) => host.status === 'Failed').length
  const left = hosts.filter((host) => host.status === 'Pending').length
  // The last host may fail as long as enough are healthy: nothing is left that a stop could protect.
  if (left === 0 && succeeded > 0 && healthyHosts(fleet) >= minimum)
    return { start: [], verdict: { status: 'Succeeded' } }
  const why =
    left > 0
      ? `${healthyHosts(fleet)} healthy hosts are left and ${minimum} are needed: ${left} more were not deployed to`
      : succeeded === 0
        ? 'no host succeeded'
        : `${healthyHosts(fleet)} healthy hosts are left and ${minimum} are needed`
  return failed('HEALTH_CONSTRAINTS', `${failures} of ${hosts.length} hosts failed: ${why}`)
}

function failed(code: FleetErrorCode, message: string): FleetMove {
  return { start: [], verdict: { status: 'Failed', code, message } }
}
