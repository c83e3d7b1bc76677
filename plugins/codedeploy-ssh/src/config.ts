/** The plugin's section of penstock.yaml, and what is put beside it. */
import type { FileExistsBehavior } from './appspec/model.js'
import type { BlueGreen } from './bluegreen/release-plan.js'
import type { AlarmConfig } from './health/alarm.js'
import type { HealthCheck } from './health/check.js'
import type { TrafficConfig } from './traffic/traffic.js'

export const ROLLBACK_EVENTS = ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'] as const

export type RollbackEvent = (typeof ROLLBACK_EVENTS)[number]

/** `sudo`, `none`, or sudo with its details. */
export type BecomeConfig =
  | 'sudo'
  | 'none'
  | {
      readonly method?: 'sudo'
      readonly user?: string
      readonly flags?: readonly string[]
      readonly password?: string
    }

/** A host in the inventory, or written where it is used. */
export interface HostConfig {
  /** Name or address; `local` is the server's own machine, without SSH. */
  readonly host: string
  readonly port?: number
  readonly user?: string
  readonly identityFile?: string
  readonly passphrase?: string
  readonly password?: string
  readonly agent?: string
  readonly tags?: Readonly<Record<string, string>>
  /** Names of the inventory or `user@host:port`, first hop first. */
  readonly proxyJump?: string | readonly string[]
  readonly root?: string
  readonly become?: BecomeConfig
}

/** As CodeDeploy writes it: one of the filters of each list must fit a host. Without a type both key and value count. */
export interface TagFilter {
  readonly Key?: string
  readonly Value?: string
  readonly Type?: 'KEY_ONLY' | 'VALUE_ONLY' | 'KEY_AND_VALUE'
}

export interface GroupConfig {
  /** Names of the inventory, `user@host:port`, or hosts written out. */
  readonly hosts?: readonly (string | HostConfig)[]
  /** All hosts of the inventory that have these tags. */
  readonly tags?: Readonly<Record<string, string>>
  /** Hosts of the inventory that fit one filter of each list. */
  readonly tagSet?: readonly (readonly TagFilter[])[]
  readonly deploymentConfig?: string
  readonly fileExistsBehavior?: FileExistsBehavior
  readonly ignoreApplicationStopFailures?: boolean
  readonly autoRollback?: { readonly enabled: boolean; readonly events?: readonly RollbackEvent[] }
  readonly knownHosts?: string
  readonly root?: string
  readonly keepRevisions?: number
  readonly keepBundles?: number
  readonly keepDeployments?: number
  readonly become?: BecomeConfig
  /** Runs Before/AfterBlockTraffic and Before/AfterAllowTraffic too. */
  readonly trafficEvents?: boolean
  readonly healthChecks?: readonly HealthCheck[]
  readonly alarm?: AlarmConfig
  /** Into release folders and a link, beside the release that is live; in place when absent. */
  readonly blueGreen?: BlueGreen
  /** Written out, or the name of one of `loadBalancers`. */
  readonly loadBalancer?: TrafficConfig | string
}

export interface CodeDeployConfig {
  readonly root?: string
  readonly knownHosts?: string
  readonly user?: string
  readonly identityFile?: string
  readonly become?: BecomeConfig
  /** Logins at the same time. */
  readonly maxConcurrentLogins?: number
  /** Connections that wait for the next deployment: how long, and how many at most. */
  readonly idleConnections?: { readonly seconds?: number; readonly size?: number }
  readonly hosts?: Readonly<Record<string, HostConfig>>
  readonly deploymentConfigs?: Readonly<
    Record<string, { readonly type: 'HOST_COUNT' | 'FLEET_PERCENT'; readonly value: number }>
  >
  /** What groups may name. */
  readonly loadBalancers?: Readonly<Record<string, TrafficConfig>>
  readonly applications?: Readonly<Record<string, { readonly groups: Readonly<Record<string, GroupConfig>> }>>
}
