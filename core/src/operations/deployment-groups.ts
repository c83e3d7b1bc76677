/** Applications, and the groups of servers that their revisions are deployed to: put here, or declared in penstock.yaml. */
import { Fault } from '../domain/faults.js'
import { readJson } from '../domain/read-json.js'
import { boolean, structure, text } from '../shape/shape.js'
import { inWords } from './in-words.js'
import { operation } from './operation.js'

const name = text({ min: 1, max: 100, pattern: '[^/]*' })
const group = { applicationName: name, deploymentGroupName: name }

/** All applications with the names of their groups. */
export const listApplications = operation({
  name: 'ListApplications',
  service: 'penstock',
  action: 'codedeploy:ListApplications',
  input: structure({}),
  resource: (_, arns) => arns.application('*'),
  run: async ({ deployments }) => ({ applications: await deployments().objects.applications() }),
})

/** One application, and its groups. */
export const getApplication = operation({
  name: 'GetApplication',
  service: 'penstock',
  action: 'codedeploy:GetApplication',
  input: structure({ applicationName: name }),
  resource: ({ applicationName }, arns) => arns.application(applicationName),
  async run({ deployments }, _, { applicationName }) {
    const { objects } = deployments()
    const application = (await objects.applications()).find((one) => one.applicationName === applicationName)
    if (application === undefined) throw new Fault('ValidationException', `there is no application ${applicationName}`)
    return { application, groups: await objects.groups({ applicationName }) }
  },
})

/** Makes an application, which has no groups yet; one that is there stays as it is. */
export const putApplication = operation({
  name: 'PutApplication',
  service: 'penstock',
  action: 'codedeploy:CreateApplication',
  input: structure({ applicationName: name }),
  resource: ({ applicationName }, arns) => arns.application(applicationName),
  changes: true,
  run: ({ deployments }, _, { applicationName }) => inWords(deployments().objects.putApplication(applicationName)),
})

/** Removes an application that was put, and its groups; records of deployments stay. */
export const deleteApplication = operation({
  name: 'DeleteApplication',
  service: 'penstock',
  action: 'codedeploy:DeleteApplication',
  input: structure({ applicationName: name }),
  resource: ({ applicationName }, arns) => arns.application(applicationName),
  changes: true,
  async run({ deployments }, _, { applicationName }) {
    await inWords(deployments().objects.deleteApplication(applicationName))
  },
})

/** The deployment groups of all applications, or of one, each with what is wrong with it. */
export const listDeploymentGroups = operation({
  name: 'ListDeploymentGroups',
  service: 'penstock',
  action: 'codedeploy:ListDeploymentGroups',
  input: structure({}, { applicationName: name }),
  resource: (input, arns) => arns.deploymentGroup(input),
  run: async ({ deployments }, _, input) => ({ groups: await deployments().objects.groups(input) }),
})

/** One deployment group. */
export const getDeploymentGroup = operation({
  name: 'GetDeploymentGroup',
  service: 'penstock',
  action: 'codedeploy:GetDeploymentGroup',
  input: structure(group),
  resource: (input, arns) => arns.deploymentGroup(input),
  async run({ deployments }, _, input) {
    const [deploymentGroup] = await deployments().objects.groups(input)
    if (deploymentGroup !== undefined) return { deploymentGroup }
    throw new Fault(
      'ValidationException',
      `there is no deployment group ${input.applicationName}/${input.deploymentGroupName}`,
    )
  },
})

/**
 * Adds a deployment group, or takes the place of the one of its name. `deploymentGroup` is JSON: a group as in
 * penstock.yaml, or CodeDeploy's DeploymentGroupInfo. `force` keeps it although hosts, keys or secrets are not there yet.
 */
export const putDeploymentGroup = operation({
  name: 'PutDeploymentGroup',
  service: 'penstock',
  action: 'codedeploy:CreateDeploymentGroup',
  input: structure({ ...group, deploymentGroup: text({ min: 2, max: 200_000 }) }, { force: boolean }),
  resource: (input, arns) => arns.deploymentGroup(input),
  changes: true,
  run: ({ deployments }, _, { deploymentGroup, force, ...names }) =>
    inWords(deployments().objects.putGroup(names, documentOf(deploymentGroup, 'deploymentGroup'), { force })),
})

/** Removes a deployment group that was put; records of deployments stay, and what lies on the hosts. */
export const deleteDeploymentGroup = operation({
  name: 'DeleteDeploymentGroup',
  service: 'penstock',
  action: 'codedeploy:DeleteDeploymentGroup',
  input: structure(group),
  resource: (input, arns) => arns.deploymentGroup(input),
  changes: true,
  async run({ deployments }, _, input) {
    await inWords(deployments().objects.deleteGroup(input))
  },
})

/** The hosts that groups may name or choose by tags. */
export const listHosts = operation({
  name: 'ListHosts',
  service: 'penstock',
  action: 'codedeploy:ListOnPremisesInstances',
  input: structure({}),
  resource: (_, arns) => arns.host('*'),
  run: async ({ deployments }) => ({ hosts: await deployments().objects.hosts() }),
})

/** One host. */
export const getHost = operation({
  name: 'GetHost',
  service: 'penstock',
  action: 'codedeploy:GetOnPremisesInstance',
  input: structure({ name }),
  resource: (input, arns) => arns.host(input.name),
  async run({ deployments }, _, input) {
    const host = (await deployments().objects.hosts()).find((one) => one.name === input.name)
    if (host === undefined) throw new Fault('ValidationException', `there is no host ${input.name}`)
    return { host }
  },
})

/** Adds a host, or takes the place of the one of its name. `host` is JSON: a host as in penstock.yaml. */
export const putHost = operation({
  name: 'PutHost',
  service: 'penstock',
  action: 'codedeploy:RegisterOnPremisesInstance',
  input: structure({ name, host: text({ min: 2, max: 20_000 }) }, { force: boolean }),
  resource: (input, arns) => arns.host(input.name),
  changes: true,
  run: ({ deployments }, _, { name: hostName, host, force }) =>
    inWords(deployments().objects.putHost(hostName, documentOf(host, 'host'), { force })),
})

/** Removes a host that was put, unless a group names it. */
export const deleteHost = operation({
  name: 'DeleteHost',
  service: 'penstock',
  action: 'codedeploy:DeregisterOnPremisesInstance',
  input: structure({ name }),
  resource: (input, arns) => arns.host(input.name),
  changes: true,
  async run({ deployments }, _, input) {
    await inWords(deployments().objects.deleteHost(input.name))
  },
})

/** Errors: ValidationException. */
function documentOf(json: string, what: string): unknown {
  try {
    return readJson(json, what)
  } catch (error) {
    throw new Fault('ValidationException', (error as Error).message)
  }
}
