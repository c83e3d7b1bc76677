/** Deployment configurations: how many hosts must stay healthy while the others are deployed to. */

/** What must stay healthy: so many hosts, so many percent (rounded up), or all but one. */
export type MinimumHealthyHosts =
  | { readonly type: 'HOST_COUNT'; readonly value: number }
  | { readonly type: 'FLEET_PERCENT'; readonly value: number }
  | { readonly type: 'ONE_AT_A_TIME' }

/** The ready-made ones, by their names in CodeDeploy without `CodeDeployDefault.`. */
export const DEFAULT_CONFIGURATIONS: Readonly<Record<string, MinimumHealthyHosts>> = {
  AllAtOnce: { type: 'HOST_COUNT', value: 0 },
  HalfAtATime: { type: 'FLEET_PERCENT', value: 50 },
  OneAtATime: { type: 'ONE_AT_A_TIME' },
}

/**
 * Finds a configuration: `CodeDeployDefault.OneAtATime` (or without the prefix), one of `custom`, or written out as
 * `HOST_COUNT=2` or `FLEET_PERCENT=75`. Answers what is wrong as a text.
 */
export function findConfiguration(
  name: string,
  custom: Readonly<Record<string, MinimumHealthyHosts>> = {},
): MinimumHealthyHosts | string {
  const short = name.replace(/^CodeDeployDefault\./, '')
  const found = Object.hasOwn(custom, name)
    ? custom[name]
    : Object.hasOwn(DEFAULT_CONFIGURATIONS, short)
      ? DEFAULT_CONFIGURATIONS[short]
      : undefined
  if (found !== undefined) return found
  const written = /^(HOST_COUNT|FLEET_PERCENT)\s*=\s*(\d{1,4})$/.exec(name)
  const value = Number(written?.[2])
  if (written?.[1] === 'HOST_COUNT') return { type: 'HOST_COUNT', value }
  if (written?.[1] === 'FLEET_PERCENT' && value <= 100) return { type: 'FLEET_PERCENT', value }
  const known = [
    ...Object.keys(DEFAULT_CONFIGURATIONS).map((key) => `CodeDeployDefault.${key}`),
    ...Object.keys(custom),
  ]
  return `unknown deployment configuration ${JSON.stringify(name)} (DeploymentConfigName): use ${known.join(', ')}, HOST_COUNT=n or FLEET_PERCENT=n`
}

/** How many of `hosts` must stay healthy. A group of one host is deployed to, unless it is demanded whole. */
export function minimumHealthy(configuration: MinimumHealthyHosts, hosts: number): number {
  switch (configuration.type) {
    case 'HOST_COUNT':
      return configuration.value
    case 'ONE_AT_A_TIME':
      return Math.max(0, hosts - 1)
    case 'FLEET_PERCENT': {
      const minimum = Math.ceil((hosts * configuration.value) / 100)
      return hosts === 1 && configuration.value < 100 ? 0 : minimum
    }
  }
}

/** The deployment is refused when nothing may ever be taken down. */
export function isValidFor(configuration: MinimumHealthyHosts, hosts: number): boolean {
  return minimumHealthy(configuration, hosts) < hosts
}
