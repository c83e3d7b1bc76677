/** The order of events on one host (in place), and whose scripts each runs. */
import type { LifecycleEvent } from '../appspec/model.js'

/** One event of a deployment to a host. */
export interface PlannedEvent {
  readonly event: LifecycleEvent | 'AllowTraffic' | 'HealthCheck'
  /** Scripts of the last revision that was installed, or of the one being deployed; `agent` runs none. */
  readonly scripts: 'previous' | 'current' | 'agent'
  /** Only when the group asks for the events around a load balancer. */
  readonly traffic: boolean
}

const ORDER: readonly PlannedEvent[] = [
  { event: 'BeforeBlockTraffic', scripts: 'previous', traffic: true },
  { event: 'AfterBlockTraffic', scripts: 'previous', traffic: true },
  { event: 'ApplicationStop', scripts: 'previous', traffic: false },
  { event: 'DownloadBundle', scripts: 'agent', traffic: false },
  { event: 'BeforeInstall', scripts: 'current', traffic: false },
  { event: 'Install', scripts: 'agent', traffic: false },
  { event: 'AfterInstall', scripts: 'current', traffic: false },
  { event: 'ApplicationStart', scripts: 'current', traffic: false },
  { event: 'ValidateService', scripts: 'current', traffic: false },
  { event: 'BeforeAllowTraffic', scripts: 'current', traffic: true },
  { event: 'AfterAllowTraffic', scripts: 'current', traffic: true },
]

/** Blue/green on one host: the new release is started beside the one that is live, takes over, and only then that one stops. */
const BLUE_GREEN: readonly PlannedEvent[] = [
  { event: 'DownloadBundle', scripts: 'agent', traffic: false },
  { event: 'BeforeInstall', scripts: 'current', traffic: false },
  { event: 'Install', scripts: 'agent', traffic: false },
  { event: 'AfterInstall', scripts: 'current', traffic: false },
  { event: 'ApplicationStart', scripts: 'current', traffic: false },
  { event: 'ValidateService', scripts: 'current', traffic: false },
  { event: 'HealthCheck', scripts: 'agent', traffic: false },
  { event: 'BeforeAllowTraffic', scripts: 'current', traffic: false },
  { event: 'AllowTraffic', scripts: 'agent', traffic: false },
  { event: 'AfterAllowTraffic', scripts: 'current', traffic: false },
  { event: 'BeforeBlockTraffic', scripts: 'previous', traffic: false },
  { event: 'AfterBlockTraffic', scripts: 'previous', traffic: false },
  { event: 'ApplicationStop', scripts: 'previous', traffic: false },
]

export interface LifecycleOptions {
  /** The group asks for the events around a load balancer. */
  readonly traffic: boolean
  readonly blueGreen?: boolean
  /** The server looks at the new release before it takes over, blue/green. */
  readonly checks?: boolean
}

/** The events in CodeDeploy's order; those around a load balancer only when `traffic` is set, or blue/green. */
export function lifecycleOf(options: LifecycleOptions): readonly PlannedEvent[] {
  if (options.blueGreen === true)
    return BLUE_GREEN.filter(({ event }) => event !== 'HealthCheck' || options.checks === true)
  return ORDER.filter((planned) => options.traffic || !planned.traffic)
}
