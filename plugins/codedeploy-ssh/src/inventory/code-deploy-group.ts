/** A deployment group as CodeDeploy's own commands print and take it, read as one of ours. */
import { defined } from '@penstock/core'
import type { TagFilter } from '../config.js'

/** Members of CodeDeploy's DeploymentGroupInfo that say nothing about how to deploy here. */
const PASSED_OVER = [
  'applicationName',
  'deploymentGroupId',
  'deploymentGroupName',
  'currentDeploymentGroupName',
  'serviceRoleArn',
  'computePlatform',
  'targetRevision',
  'lastSuccessfulDeployment',
  'lastAttemptedDeployment',
  'tags',
  'terminationHookEnabled',
]

/** Those that nothing here can do; CodeDeploy prints many of them empty. */
const NOT_HERE: Readonly<Record<string, string>> = {
  autoScalingGroups: 'hosts are listed, or chosen by their tags',
  ecsServices: 'only servers are deployed to',
  triggerConfigurations: 'notifications are declared in penstock.yaml',
  outdatedInstancesStrategy: 'hosts are deployed to when somebody deploys',
}

interface AlarmConfiguration {
  readonly enabled?: boolean
  readonly alarms?: readonly { readonly name?: string }[]
}

/** True for what `aws deploy get-deployment-group` prints, and what `create-deployment-group` takes. */
export function isCodeDeployGroup(document: object): boolean {
  return [
    'deploymentGroupInfo',
    'deploymentConfigName',
    'serviceRoleArn',
    'ec2TagFilters',
    'ec2TagSet',
    'onPremisesInstanceTagFilters',
    'onPremisesTagSet',
    'autoRollbackConfiguration',
    'deploymentStyle',
  ].some((name) => name in document)
}

/** As penstock.yaml has it; `problems` names what cannot be taken over. What is not CodeDeploy's stays as it is. */
export function fromCodeDeploy(document: object): { readonly group: object; readonly problems: readonly string[] } {
  const { deploymentGroupInfo = document } = document as { readonly deploymentGroupInfo?: object }
  const {
    deploymentConfigName,
    ec2TagFilters,
    onPremisesInstanceTagFilters,
    ec2TagSet,
    onPremisesTagSet,
    autoRollbackConfiguration,
    alarmConfiguration,
    loadBalancerInfo,
    deploymentStyle,
    blueGreenDeploymentConfiguration: _,
    ...rest
  } = deploymentGroupInfo as Record<string, unknown>
  const problems: string[] = []
  const own: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(rest)) {
    if (PASSED_OVER.includes(name)) continue
    const why = NOT_HERE[name]
    if (why === undefined) own[name] = value
    else if (!isEmpty(value) && name !== 'outdatedInstancesStrategy')
      problems.push(`${name} cannot be taken over: ${why}`)
  }
  const sets = [listsOf(ec2TagSet, 'ec2TagSetList'), listsOf(onPremisesTagSet, 'onPremisesTagSetList')].flat()
  const flat = [ec2TagFilters, onPremisesInstanceTagFilters].flatMap((filters) => (isEmpty(filters) ? [] : [filters]))
  const tagSet = [...sets, ...(flat.length === 0 ? [] : [flat.flat()])] as TagFilter[][]
  if ((alarmConfiguration as AlarmConfiguration | undefined)?.enabled === true)
    problems.push('alarmConfiguration cannot be taken over: alarm is an address that answers 200 while all is well')
  if (
    (deploymentStyle as { deploymentType?: string } | undefined)?.deploymentType === 'BLUE_GREEN' &&
    !('blueGreen' in own)
  )
    problems.push('deploymentStyle is BLUE_GREEN: blueGreen says with which link and releases')
  return {
    group: {
      ...own,
      ...defined({
        deploymentConfig: deploymentConfigName,
        autoRollback: rollbackOf(autoRollbackConfiguration),
        loadBalancer: balancerOf(loadBalancerInfo, problems),
        tagSet: tagSet.length === 0 ? undefined : tagSet,
      }),
    },
    problems,
  }
}

function listsOf(set: unknown, member: string): unknown[] {
  const lists = (set as Record<string, unknown> | undefined)?.[member]
  return Array.isArray(lists) ? lists : []
}

function rollbackOf(given: unknown): object | undefined {
  if (isEmpty(given)) return undefined
  const { enabled = false, events } = given as { readonly enabled?: boolean; readonly events?: readonly string[] }
  return { enabled, ...defined({ events }) }
}

/** CodeDeploy names its balancers; so do groups here. */
function balancerOf(info: unknown, problems: string[]): string | undefined {
  if (isEmpty(info)) return undefined
  const lists = Object.values(info as Record<string, readonly { readonly name?: string }[]>).flat()
  const names = lists.flatMap(({ name }) => (name === undefined ? [] : [name]))
  if (names.length > 1) problems.push(`loadBalancerInfo names ${names.join(', ')}: a group has one load balancer here`)
  return names[0]
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return typeof value === 'object' && Object.values(value).every(isEmpty)
}
