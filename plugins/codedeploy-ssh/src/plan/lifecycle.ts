/** The order of events on one host (in place), and whose scripts each runs. */
import type { LifecycleEvent } from '../appspec/model.js'

/** One event of a deployment to a host. */
export interface PlannedEvent {
  readonly event: LifecycleEvent
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

/** The events in CodeDeploy's order; those around a load balancer only when `traffic` is set. */
export function lifecycleOf(options: { readonly traffic: boolean }): readonly PlannedEvent[] {
  return ORDER.filter((planned) => options.traffic || !planned.traffic)
}
