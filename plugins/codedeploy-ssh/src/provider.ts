/** Deploy / AWS / CodeDeploy / 1: AppSpec deployments, done over SSH. */
import {
  type ActionJob,
  type ActionProvider,
  type ActionResult,
  defineAction,
  type JobContext,
  JobFailed,
} from '@penstock/core'
import { AppSpecError } from './appspec/model.js'
import { keepBundle } from './bundle/keep.js'
import { readAppSpec, type ScannedBundle, scanBundle } from './bundle/scan.js'
import type { CodeDeployConfig } from './config.js'
import type { ManifestCache } from './deploy/probe.js'
import { type Place, readPlace } from './deployment/checkpoint.js'
import { Deployment, type DeploymentOutcome } from './deployment/deployment.js'
import { newDeploymentId } from './deployment/deployment-id.js'
import { dryRun } from './deployment/dry-run.js'
import { GroupLocks } from './deployment/group-locks.js'
import { GroupHistory } from './deployment/history.js'
import { rollBack } from './deployment/rollback.js'
import { afterStop, stopEvent } from './deployment/stop.js'
import type { DeploymentGroup } from './group/deployment-group.js'
import { propertyProblems, resolveGroup } from './group/resolve-group.js'
import { planRevision, type RevisionPlan } from './plan/revision-plan.js'
import { type CodeDeployProperties, properties } from './properties.js'
import { ConnectionPool } from './shell/connection-pool.js'
import { Handshakes } from './shell/handshakes.js'
import { HostKeys } from './shell/host-keys.js'

/** What lives as long as the plugin. */
interface Shared {
  readonly config: CodeDeployConfig
  readonly dataFolder: string
  readonly locks: GroupLocks
  readonly handshakes: Handshakes
  readonly pool: ConnectionPool
  /** By group; what its hosts were seen to have. */
  readonly manifests: Map<string, ManifestCache>
}

/** Connections that wait for the next deployment; whoever makes it closes it at the end. */
export function connectionPool({ idleConnections = {} }: CodeDeployConfig): ConnectionPool {
  return new ConnectionPool({ idle: (idleConnections.seconds ?? 60) * 1000, size: idleConnections.size ?? 64 })
}

/** The provider; `dataFolder` keeps what is known of each group's hosts. */
export function codeDeploy(
  config: CodeDeployConfig,
  dataFolder: string,
  pool = connectionPool(config),
): ActionProvider<typeof properties> {
  const shared: Shared = {
    config,
    dataFolder,
    locks: new GroupLocks(),
    handshakes: new Handshakes(config.maxConcurrentLogins),
    pool,
    manifests: new Map(),
  }
  return defineAction({
    category: 'Deploy',
    owner: 'AWS',
    provider: 'CodeDeploy',
    version: '1',
    description: 'Deploys a bundle with an AppSpec file to hosts over SSH, as AWS CodeDeploy deploys in place',
    inputArtifacts: 1,
    outputArtifacts: 0,
    configuration: properties,
    // CodeDeploy's own limit for a deployment in place.
    timeoutInMinutes: 480,
    validate: propertyProblems,
    run: (job, ctx) => run(job, ctx, shared),
  })
}

async function run(job: ActionJob<CodeDeployProperties>, ctx: JobContext, shared: Shared): Promise<ActionResult> {
  const group = resolveGroup(shared.config, job.configuration)
  hideSecrets(group, ctx)
  // Links are carried over to the hosts as links; none is followed here.
  const input = await ctx.input(undefined, { outwardLinks: 'keep' })
  const bundle = await scanBundle(input.folder)
  const plan = await planOf(bundle, group, ctx)
  if (job.configuration.DryRun === true) {
    await dryRun(group, bundle, plan, ctx.log)
    return { summary: `Dry run: ${group.hosts.length} hosts` }
  }
  const onWait = () => ctx.log.line('Another deployment of this group is in progress: waiting for it')
  const commit = /^[0-9a-f]{40}$/.test(input.revisionId ?? '') ? input.revisionId : undefined
  return shared.locks.run(group.groupId, ctx.signal, onWait, () =>
    new GroupDeployment(group, bundle, plan, commit, ctx, shared).run(job.checkpoint),
  )
}

function hideSecrets(group: DeploymentGroup, ctx: JobContext): void {
  for (const { target, become } of group.hosts) {
    if (become?.password !== undefined) ctx.mask(become.password)
    if (target === 'local') continue
    for (const hop of [target, ...target.jumps]) {
      if (hop.password !== undefined) ctx.mask(hop.password)
      if (hop.passphrase !== undefined) ctx.mask(hop.passphrase)
    }
  }
}

async function planOf(bundle: ScannedBundle, group: DeploymentGroup, ctx: JobContext): Promise<RevisionPlan> {
  const { name, text } = await readAppSpec(bundle)
  try {
    const plan = planRevision(name, text, bundle.tree, group.fileExistsBehavior)
    for (const warning of plan.warnings) ctx.log.line(`${name}: ${warning}`)
    return plan
  } catch (error) {
    if (error instanceof AppSpecError) throw new JobFailed(error.message, 'ConfigurationError')
    throw error
  }
}

/** The deployment that the job asks for, and the rollback when it fails. */
class GroupDeployment {
  constructor(
    private readonly group: DeploymentGroup,
    private readonly bundle: ScannedBundle,
    private readonly plan: RevisionPlan,
    private readonly commit: string | undefined,
    private readonly ctx: JobContext,
    private readonly shared: Shared,
  ) {}

  async run(checkpoint: unknown): Promise<ActionResult> {
    const history = await GroupHistory.open(this.shared.dataFolder, this.group.groupId)
    const parts = { ...(await this.parts()), history }
    const hostIds = this.group.hosts.map(({ id }) => id)
    const place = readPlace(checkpoint, hostIds) ?? this.newPlace()
    if (place.rollbackOf !== undefined) return this.rollBackAndFail(parts, place, place.rollbackOf)
    const outcome = await new Deployment({
      ...parts,
      bundle: this.bundle,
      plan: this.plan,
      place,
      ...(this.commit === undefined ? {} : { commit: this.commit }),
    }).run()
    if (outcome.succeeded) return this.succeed(outcome, history)
    const { deploymentId, message } = outcome
    const event = this.ctx.signal.aborted ? stopEvent(this.ctx.signal) : 'DEPLOYMENT_FAILURE'
    if (event === undefined || !this.group.rollbackEvents.includes(event)) {
      throw new JobFailed(message, 'JobFailed', deploymentId)
    }
    const failed = { deploymentId, message }
    if (event === 'DEPLOYMENT_FAILURE') return this.rollBackAndFail(parts, this.newPlace(failed), failed)
    const past = { ...parts, ctx: afterStop(this.ctx), signal: new AbortController().signal }
    return this.rollBackAndFail(past, this.newPlace(failed), failed)
  }

  private async parts() {
    const { group, ctx, shared } = this
    const manifests: ManifestCache = shared.manifests.get(group.groupId) ?? new Map()
    shared.manifests.set(group.groupId, manifests)
    const hostKeys = await HostKeys.load(group.knownHosts)
    return {
      group,
      ctx,
      signal: ctx.signal,
      manifests,
      shells: { hostKeys, handshakes: shared.handshakes, pool: shared.pool, clock: ctx.clock },
    }
  }

  private newPlace(rollbackOf?: Place['rollbackOf']): Place {
    return {
      deploymentId: newDeploymentId(),
      started: this.ctx.clock.now(),
      hosts: this.group.hosts.map(() => 'Pending'),
      ...(rollbackOf === undefined ? {} : { rollbackOf }),
    }
  }

  private async succeed(outcome: DeploymentOutcome, history: GroupHistory): Promise<ActionResult> {
    const { deploymentId, digest, summary } = outcome
    const folder = this.group.rollbackEvents.length > 0 ? history.bundleFolder(deploymentId) : undefined
    if (folder !== undefined) await keepBundle(this.bundle, folder)
    await history.recordSuccess({
      deploymentId,
      digest,
      fileExistsBehavior: this.group.fileExistsBehavior,
      ...(folder === undefined ? {} : { folder }),
    })
    return { summary, externalExecutionId: deploymentId, outputVariables: { DeploymentId: deploymentId } }
  }

  /** The job fails either way: a rollback only brings back what was there. */
  private async rollBackAndFail(
    parts: Parameters<typeof rollBack>[0],
    place: Place,
    failed: NonNullable<Place['rollbackOf']>,
  ): Promise<never> {
    const revision = parts.history.lastSuccessful
    const { deploymentId, message } = failed
    if (revision?.folder === undefined) {
      throw new JobFailed(`${message}\nNot rolled back: no earlier revision is kept`, 'JobFailed', deploymentId)
    }
    const outcome = await rollBack(parts, { ...revision, folder: revision.folder }, place)
    const result = outcome.succeeded
      ? `Rolled back to the revision of ${revision.deploymentId} (deployment ${outcome.deploymentId}, ${outcome.summary})`
      : `The rollback ${outcome.deploymentId} to the revision of ${revision.deploymentId} failed: ${outcome.message}`
    throw new JobFailed(`${message}\n${result}`, 'JobFailed', deploymentId)
  }
}
