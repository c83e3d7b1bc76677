import type { Deployment, Service } from '@aws-sdk/client-ecs'
import { type JobContext, JobFailed } from '@penstock/core'
import { awsWatch } from '@penstock/core/aws'
import type { Services } from './services.js'

/** A deployment that is waited for. */
export interface Watched {
  readonly taskDefinition: string
  /** Its id, where ECS has told it. */
  readonly deploymentId?: string
  /** When it was begun, epoch milliseconds. */
  readonly since: number
  readonly timeoutMinutes: number
  readonly pollMs: number
}

/** ECS tells what was changed a moment later: so often a deployment may not be seen yet. */
const settlingLooks = 4
/** The last words of a service that are told with a failure. */
const wordsTold = 3

/**
 * Waits until all tasks are the new ones. Errors: JobFailed when the circuit breaker or an alarm gave the deployment up, when
 * another one took its place, or when the time is over: with what the service said last.
 */
export async function watchDeployment(services: Services, watched: Watched, ctx: JobContext): Promise<void> {
  const told = new Set<string>()
  let looks = 0
  await awsWatch(ctx, watched.pollMs, async () => {
    const service = await services.describe()
    tellEvents(service, watched, told, ctx)
    const deployment = ours(service, watched)
    if (deployment !== undefined) looks = settlingLooks
    const unseen = deployment === undefined && ++looks <= settlingLooks
    const problem = unseen ? undefined : problemOf(service, deployment, watched)
    if (problem !== undefined) throw failure(services, service, watched, problem)
    if (deployment !== undefined && isComplete(service, deployment)) return true
    await tellProgress(deployment, ctx)
    if (ctx.clock.now() - watched.since < watched.timeoutMinutes * 60_000) return undefined
    throw failure(
      services,
      service,
      watched,
      `is not stable after ${watched.timeoutMinutes} minutes (DeploymentTimeout); it goes on by itself`,
    )
  })
}

function ours({ deployments = [] }: Service, { taskDefinition, deploymentId }: Watched): Deployment | undefined {
  return (
    deployments.find(({ id }) => deploymentId !== undefined && id === deploymentId) ??
    deployments.find((one) => one.taskDefinition === taskDefinition)
  )
}

function problemOf(
  { deployments = [] }: Service,
  deployment: Deployment | undefined,
  watched: Watched,
): string | undefined {
  if (deployment?.rolloutState === 'FAILED')
    return `failed: ${deployment.rolloutStateReason ?? 'the deployment circuit breaker gave it up'}`
  if (deployment?.status === 'PRIMARY') return undefined
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  if (primary === undefined || primary.taskDefinition === watched.taskDefinition) return undefined
  const why = primary.rolloutStateReason === undefined ? '' : ` (${primary.rolloutStateReason})`
  return `was given up: the service is deployed with ${shortName(primary.taskDefinition)} now${why}`
}

/** A server that tells no roll-out state is told from its counts. */
function isComplete({ deployments = [] }: Service, deployment: Deployment): boolean {
  if (deployment.rolloutState !== undefined) return deployment.rolloutState === 'COMPLETED'
  return deployments.length === 1 && deployment.runningCount === deployment.desiredCount
}

function failure(
  services: Services,
  service: Service,
  { taskDefinition, deploymentId }: Watched,
  what: string,
): JobFailed {
  const words = (service.events ?? []).slice(0, wordsTold).map(({ message = '' }) => message)
  const said = words.length === 0 ? '' : `; the service said last: ${words.join(' ')}`
  return new JobFailed(
    `ServiceName ${services.service}: the deployment of ${shortName(taskDefinition)} ${what}${said}`,
    'JobFailed',
    deploymentId,
  )
}

/** What the service said since the deployment was begun, oldest first. */
function tellEvents({ events = [] }: Service, { since }: Watched, told: Set<string>, ctx: JobContext): void {
  for (const { id = '', message = '', createdAt } of [...events].reverse()) {
    // Its clock is another one.
    if (told.has(id) || (createdAt !== undefined && createdAt.getTime() < since - 5_000)) continue
    told.add(id)
    ctx.log.line(message)
  }
}

async function tellProgress(deployment: Deployment | undefined, ctx: JobContext): Promise<void> {
  if (deployment === undefined) return
  const { runningCount = 0, desiredCount = 0, pendingCount = 0, failedTasks = 0 } = deployment
  const failed = failedTasks > 0 ? `, ${failedTasks} failed` : ''
  await ctx.progress({ summary: `${runningCount} of ${desiredCount} tasks run, ${pendingCount} start${failed}` })
}

/** `site:4` of `arn:aws:ecs:...:task-definition/site:4`. */
export function shortName(taskDefinition = ''): string {
  return taskDefinition.split('/').at(-1) ?? taskDefinition
}
