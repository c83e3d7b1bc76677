/** Deployments to servers: what was deployed where, and what became of it. Their rights are called as CodeDeploy's. */
import { Fault } from '../domain/faults.js'
import type { DeploymentService } from '../host/deployment-service.js'
import { boolean, integer, structure, text } from '../shape/shape.js'
import { inWords } from './in-words.js'
import { operation } from './operation.js'

const name = text({ min: 1, max: 100 })
const deploymentId = text({ pattern: 'd-[A-Z0-9]{9}' })
const group = { applicationName: name, deploymentGroupName: name }

/** Deployments, newest first: 50 unless `limit` says otherwise. */
export const listDeployments = operation({
  name: 'ListDeployments',
  service: 'penstock',
  action: 'codedeploy:ListDeployments',
  input: structure({}, { ...group, limit: integer({ min: 1, max: 1000 }) }),
  resource: (input, arns) => arns.deploymentGroup(input),
  run: async ({ deployments }, _, input) => ({ deployments: await deployments().list(input) }),
})

/** One deployment with its hosts, their events, and what they printed when `logOf` names one. */
export const getDeployment = operation({
  name: 'GetDeployment',
  service: 'penstock',
  action: 'codedeploy:GetDeployment',
  input: structure({ deploymentId }, { logOf: text({ min: 1, max: 300 }) }),
  resource: (_, arns) => arns.deploymentGroup({}),
  async run({ deployments }, _, { deploymentId: id, logOf }) {
    const service = deployments()
    const deployment = await found(service, id)
    const hosts = await service.hosts(id)
    if (logOf === undefined) return { deployment, hosts }
    if (!hosts.some(({ host }) => host === logOf))
      throw new Fault('ValidationException', `Deployment ${id} has no host '${logOf}': it has ${names(hosts)}`)
    return { deployment, hosts, log: (await service.log(id, logOf)) ?? '' }
  },
})

/** The hosts of all groups, and which revision each has. */
export const listDeployedHosts = operation({
  name: 'ListDeployedHosts',
  service: 'penstock',
  action: 'codedeploy:ListDeploymentInstances',
  input: structure({}, group),
  resource: (input, arns) => arns.deploymentGroup(input),
  run: async ({ deployments }, _, input) => ({ hosts: await deployments().deployedHosts(input) }),
})

/** Deploys the revision of a deployment again: to all hosts of its group, or with `failedOnly` to those that did not succeed. */
export const redeploy = operation({
  name: 'Redeploy',
  service: 'penstock',
  action: 'codedeploy:CreateDeployment',
  input: structure({ deploymentId }, { failedOnly: boolean }),
  resource: (_, arns) => arns.deploymentGroup({}),
  changes: true,
  async run({ deployments }, by, { deploymentId: id, failedOnly }) {
    const service = deployments()
    await found(service, id)
    return { deploymentId: await inWords(service.begin(failedOnly === true ? 'retry' : 'redeploy', id, by.name)) }
  },
})

/** Stops a deployment that was begun by hand. One of a pipeline ends with its execution. */
export const stopDeployment = operation({
  name: 'StopDeployment',
  service: 'penstock',
  action: 'codedeploy:StopDeployment',
  input: structure({ deploymentId }),
  resource: (_, arns) => arns.deploymentGroup({}),
  changes: true,
  async run({ deployments }, by, { deploymentId: id }) {
    const service = deployments()
    const { status, pipelineExecutionId, createdBy = '' } = await found(service, id)
    if (status !== 'InProgress' && status !== 'Queued')
      throw new Fault('ValidationException', `Deployment ${id} is over: it is ${status}`)
    if (pipelineExecutionId !== undefined)
      throw new Fault(
        'ValidationException',
        `Deployment ${id} belongs to an execution: penstock stop ${createdBy.split('/')[0]} ${pipelineExecutionId} stops both`,
      )
    if (!(await service.stop(id, by.name)))
      throw new Fault('ValidationException', `Deployment ${id} is run by no server`)
    return {}
  },
})

/** The same as ListDeployedHosts, once every host was asked whether somebody changed deployed files by hand. */
export const checkDeployedHosts = operation({
  name: 'CheckDeployedHosts',
  service: 'penstock',
  action: 'codedeploy:ListDeploymentInstances',
  input: structure({}, group),
  resource: (input, arns) => arns.deploymentGroup(input),
  changes: true,
  run: async ({ deployments }, _, input) => ({ hosts: await deployments().checkDeployedHosts(input) }),
})

async function found(service: DeploymentService, id: string) {
  const deployment = await service.get(id)
  if (deployment === undefined) throw new Fault('ValidationException', `There is no deployment ${id}`)
  return deployment
}

function names(hosts: readonly { readonly host: string }[]): string {
  const shown = hosts.slice(0, 10).map(({ host }) => host)
  return hosts.length > 10 ? `${shown.join(', ')} and ${hosts.length - 10} more` : shown.join(', ') || 'none yet'
}
