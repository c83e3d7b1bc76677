/** `penstock deployments`, `penstock deployment show ID` and `penstock hosts`: what was deployed where. */

import { setTimeout as pause } from 'node:timers/promises'
import { defined } from '../../domain/defined.js'
import type { DeployedHost, DeploymentHostInfo, DeploymentInfo } from '../../host/deployment-service.js'
import type { Client } from '../api/client.js'
import { withClient } from '../api/connect.js'
import { Refused } from '../api/refusal.js'
import { patient } from '../follow/patient.js'
import { exitStatus, print, table, UsageError } from '../output.js'
import { clean, cleanLog } from '../terminal/clean.js'
import { paint } from '../terminal/paint.js'
import { status as shown } from '../terminal/status.js'
import { ago, span } from '../terminal/time.js'
import type { VerbOptions } from './options.js'

/** Between two looks, milliseconds. */
const lookEveryMs = 1000

export interface DeploymentsOptions extends VerbOptions {
  /** `APPLICATION` or `APPLICATION/GROUP`. */
  readonly group?: string
  readonly limit?: string
}

/** Newest first. */
export async function deployments(options: DeploymentsOptions): Promise<void> {
  await withClient(options, async (client) => {
    const limit = options.limit === undefined ? undefined : Number(options.limit)
    const answer = await client.listDeployments({ ...groupOf(options.group), ...defined({ limit }) })
    print(options.output, answer, () => {
      if (answer.deployments.length === 0) return ['Nothing has been deployed to servers yet.']
      const head = ['DEPLOYMENT', 'GROUP', 'STATUS', 'HOSTS', 'REVISION', 'BY', 'STARTED'].map(paint.dim)
      return table([head, ...answer.deployments.map(row)])
    })
  })
}

function row(deployment: DeploymentInfo): string[] {
  const { deploymentId, status, overview, hosts, createTime } = deployment
  return [
    deploymentId,
    groupName(deployment),
    shown(status),
    `${overview.Succeeded}/${hosts}${overview.Failed > 0 ? `, ${overview.Failed} failed` : ''}`,
    revisionName(deployment),
    clean(
      deployment.rollbackOf === undefined
        ? (deployment.createdBy ?? deployment.creator)
        : `rollback of ${deployment.rollbackOf}`,
    ),
    ago(new Date(createTime), Date.now()),
  ]
}

/** One deployment, host by host; with `--log HOST` what that host printed. */
export async function showDeployment(
  deploymentId: string,
  options: VerbOptions & { readonly log?: string },
): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.getDeployment({ deploymentId, ...defined({ logOf: options.log }) })
    if (options.log !== undefined && options.output !== 'json') {
      process.stdout.write(process.stdout.isTTY ? cleanLog(answer.log ?? '') : (answer.log ?? ''))
      return
    }
    print(options.output, answer, () => [...about(answer.deployment), '', ...hostLines(answer.hosts)])
  })
}

function about(deployment: DeploymentInfo): string[] {
  const { createTime, completeTime, revision, message } = deployment
  const took = completeTime === undefined ? '' : `, took ${span(completeTime - createTime)}`
  const rows: (readonly [string, string | undefined])[] = [
    ['Deployment', deployment.deploymentId],
    ['Group', groupName(deployment)],
    ['Status', shown(deployment.status)],
    ['Configuration', deployment.deploymentConfigName],
    [
      'Revision',
      [revision.revisionId, revision.digest && `sha256:${revision.digest.slice(0, 16)}`].filter(Boolean).join('  '),
    ],
    ['Started', `${new Date(createTime).toISOString()} by ${deployment.createdBy ?? deployment.creator}${took}`],
    ['Execution', deployment.pipelineExecutionId],
    ['Rollback of', deployment.rollbackOf && `${deployment.rollbackOf}, with the revision of ${deployment.restores}`],
    ['Rolled back by', deployment.rolledBackBy],
    ['Repeats', deployment.repeats],
    ['Why', message],
  ]
  return table(
    rows.flatMap(([title, value]) =>
      value ? value.split('\n').map((line, at) => [paint.dim(at === 0 ? title : ''), clean(line)]) : [],
    ),
  )
}

/** Failed hosts first, with the event that failed. */
function hostLines(hosts: readonly DeploymentHostInfo[]): string[] {
  const order = ['Failed', 'Unknown', 'InProgress', 'Pending', 'Skipped', 'Succeeded']
  const sorted = [...hosts].sort((a, b) => order.indexOf(a.status) - order.indexOf(b.status))
  const head = ['HOST', 'STATUS', 'TOOK', 'EVENT', 'MESSAGE'].map(paint.dim)
  return table([
    head,
    ...sorted.map(({ host, status, startTime, endTime, events, message }) => {
      const at =
        events.find((event) => event.status === 'Failed') ?? events.find((event) => event.status === 'InProgress')
      const took = startTime === undefined || endTime === undefined ? '' : span(endTime - startTime)
      return [clean(host), shown(status), took, at?.name ?? '', clean(message ?? at?.message ?? '')]
    }),
  ])
}

/** The revision of a deployment again, to all hosts of its group or to those that did not succeed. */
export async function redeploy(
  deploymentId: string,
  options: VerbOptions & { readonly failedOnly?: boolean; readonly wait?: boolean },
): Promise<void> {
  await withClient(options, async (client) => {
    const answer = await client.redeploy({ deploymentId, ...defined({ failedOnly: options.failedOnly }) })
    print(options.output, answer, () => [answer.deploymentId])
    if (options.wait) await untilOver(client, answer.deploymentId)
  })
}

/** Ends a deployment that was begun by hand. */
export async function stopDeployment(deploymentId: string, options: VerbOptions): Promise<void> {
  await withClient(options, async (client) => {
    await client.stopDeployment({ deploymentId })
    print(options.output, {}, () => [`${deploymentId} is being stopped.`])
  })
}

/** Its result is the exit status. */
async function untilOver(client: Client, deploymentId: string): Promise<void> {
  const steady = patient(client, { note: (text) => process.stderr.write(`${text}\n`) })
  for (let before = ''; ; await pause(lookEveryMs)) {
    const { deployment } = await steady.getDeployment({ deploymentId }).catch(whenQueued)
    if (deployment === undefined) continue
    const { status, overview, hosts: count, message } = deployment
    const line = `${shown(status)}  ${overview.Succeeded} of ${count} hosts succeeded`
    if (line !== before) process.stderr.write(`${line}\n`)
    before = line
    if (deployment.completeTime === undefined) continue
    if (message !== undefined) process.stderr.write(`${clean(message)}\n`)
    process.exitCode = status === 'Succeeded' ? exitStatus.ok : exitStatus.failed
    return
  }
}

/** It is known once its bundle was read. */
function whenQueued(error: unknown): { readonly deployment: undefined } {
  if (error instanceof Refused && /There is no deployment/.test(error.message)) return { deployment: undefined }
  throw error
}

/** Which host runs what. */
export async function hosts(options: DeploymentsOptions & { readonly check?: boolean }): Promise<void> {
  await withClient(options, async (client) => {
    const group = groupOf(options.group)
    const answer = await (options.check ? client.checkDeployedHosts(group) : client.listDeployedHosts(group))
    print(options.output, answer, () => {
      if (answer.hosts.length === 0) return ['Nothing has been deployed to any host yet.']
      const head = ['GROUP', 'HOST', 'HEALTH', 'REVISION', 'STATE', 'LAST DEPLOYMENT', 'LAST CONTACT', 'DRIFT'].map(
        paint.dim,
      )
      return [...table([head, ...answer.hosts.map(hostRow)]), ...answer.hosts.flatMap(driftLines)]
    })
  })
}

function hostRow(host: DeployedHost): string[] {
  const { revision, revisionId, wanted, healthy, contactTime, drift, problem } = host
  const state = revision === undefined ? 'unknown' : wanted === undefined || revision === wanted ? 'current' : 'old'
  return [
    groupName(host),
    clean(host.host),
    healthy ? paint.green('healthy') : paint.red('unhealthy'),
    revisionId?.slice(0, 12) ?? revision?.slice(0, 12) ?? '-',
    state === 'current' ? state : paint.yellow(state),
    host.deploymentId,
    contactTime === undefined ? '-' : ago(new Date(contactTime), Date.now()),
    problem !== undefined
      ? paint.red('?')
      : drift === undefined
        ? '-'
        : drift.total === 0
          ? 'none'
          : paint.yellow(`${drift.total}`),
  ]
}

/** Files that somebody changed, and hosts that could not be looked at. */
function driftLines({ host, drift, problem }: DeployedHost): string[] {
  if (problem !== undefined) return [`${clean(host)}: ${clean(problem)}`]
  const shownDrift = drift?.changed.slice(0, 10).map((line) => `${clean(host)}: ${clean(line)}`) ?? []
  const more = (drift?.total ?? 0) - shownDrift.length
  return more > 0 ? [...shownDrift, `${clean(host)}: and ${more} more`] : shownDrift
}

function groupName({
  applicationName,
  deploymentGroupName,
}: Pick<DeploymentInfo, 'applicationName' | 'deploymentGroupName'>) {
  return clean(`${applicationName}/${deploymentGroupName}`)
}

function revisionName({ revision }: DeploymentInfo): string {
  return clean(revision.revisionId?.slice(0, 12) ?? revision.digest?.slice(0, 12) ?? '-')
}

/** Errors: UsageError. */
function groupOf(group: string | undefined) {
  if (group === undefined) return {}
  const [applicationName = '', deploymentGroupName, ...more] = group.split('/')
  if (applicationName === '' || deploymentGroupName === '' || more.length > 0)
    throw new UsageError(`'${group}' must be APPLICATION or APPLICATION/GROUP`)
  return { applicationName, ...defined({ deploymentGroupName }) }
}
