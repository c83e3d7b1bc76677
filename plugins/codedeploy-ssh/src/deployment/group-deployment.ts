/** A deployment of an action's job, and the rollback when it fails: two deployments, each with its own record. */
import { type ActionResult, defined, type JobContext, JobFailed } from '@penstock/core'
import { BundleStore } from '../bundle/bundle-store.js'
import type { BundleContents } from '../bundle/contents.js'
import type { ScannedBundle } from '../bundle/scan.js'
import type { RollbackEvent } from '../config.js'
import type { ManifestCache } from '../deploy/probe.js'
import type { DeploymentGroup } from '../group/deployment-group.js'
import { Alarm } from '../health/alarm.js'
import type { RevisionPlan } from '../plan/revision-plan.js'
import type { Shared } from '../provider.js'
import { HostKeys } from '../shell/host-keys.js'
import { type Place, readPlace } from './checkpoint.js'
import { Deployment, type DeploymentOutcome, type Surroundings } from './deployment.js'
import { newDeploymentId } from './deployment-id.js'
import { DeploymentStore } from './deployment-store.js'
import { GroupHistory, groupPath } from './history.js'
import type { OpenJob, OpenRollback } from './open-deployments.js'
import { Recorder } from './recorder.js'
import type { DeploymentRecord, SuccessfulRevision } from './records.js'
import { type KeptRevision, openKept } from './rollback.js'
import { withRollback } from './rolled-back-targets.js'
import { afterStop, stopEvent } from './stop.js'

/** What is deployed, and who asked for it. */
export interface Request {
  readonly bundle: ScannedBundle
  readonly plan: RevisionPlan
  readonly commit?: string
  /** Made when absent. */
  readonly deploymentId?: string
  readonly creator: Pick<DeploymentRecord, 'creator' | 'createdBy' | 'pipelineExecutionId' | 'actionExecutionId'>
  /** Of a job's deployment: what brings it to its end when the job is over, or its server lost. */
  readonly keep?: Pick<OpenJob, 'properties'> & { readonly holder: string }
  /** Ends it, too: another server deploys the group by now. */
  readonly lost?: AbortSignal
  /** More of its record: what it repeats or undoes. */
  readonly about?: Pick<DeploymentRecord, 'repeats' | 'rollbackOf' | 'restores' | 'only'>
}

/** Where a deployment runs, and what ends it. */
export type Ground = Surroundings & Pick<JobContext, 'signal'>

type Failed = NonNullable<Place['rollbackOf']>

/** What a deployment and its rollback do alike. */
export class GroupDeployment {
  private constructor(
    private readonly group: DeploymentGroup,
    private readonly shared: Shared,
    private readonly ctx: Ground,
    private readonly history: GroupHistory,
    private readonly hostKeys: HostKeys,
    private readonly store: DeploymentStore,
    private readonly bundles: BundleStore,
  ) {}

  static async open(group: DeploymentGroup, shared: Shared, ctx: Ground): Promise<GroupDeployment> {
    const name = { applicationName: group.applicationName, deploymentGroupName: group.groupName }
    const history = await GroupHistory.open(shared.state, name, shared.dataFolder)
    const hostKeys = await HostKeys.load(group.knownHosts)
    const bundles = new BundleStore(shared.state, groupPath(name))
    return new GroupDeployment(group, shared, ctx, history, hostKeys, new DeploymentStore(shared.state), bundles)
  }

  /** A revision that the group has deployed before, if its bundle is still kept. */
  openKept(revision: Pick<SuccessfulRevision, 'digest' | 'fileExistsBehavior'>): Promise<KeptRevision | undefined> {
    return openKept(revision, { bundles: this.bundles, history: this.history, ctx: this.ctx })
  }

  /** Errors: JobFailed when the deployment failed or was stopped, whether it was rolled back or not. */
  async run(request: Request, checkpoint: unknown): Promise<ActionResult> {
    const hostIds = this.group.hosts.map(({ id }) => id)
    const place = readPlace(checkpoint, hostIds) ?? this.newPlace(undefined, request.deploymentId)
    try {
      await this.keepOpen(request, place.deploymentId, place.rollbackOf)
      if (place.rollbackOf !== undefined) return await this.rollBackAndFail(place, place.rollbackOf)
      return await this.deployOrRollBack(request, place)
    } finally {
      if (request.keep !== undefined) await this.shared.open.over(place.deploymentId)
    }
  }

  private async deployOrRollBack(request: Request, place: Place): Promise<ActionResult> {
    const alarm = this.alarm()
    alarm?.start()
    const ends = [this.ctx.signal, alarm?.signal, request.lost].filter((signal) => signal !== undefined)
    const outcome = await this.deploy(request, place, this.ctx, AbortSignal.any(ends)).finally(() => alarm?.stop())
    const { deploymentId, message, summary } = outcome
    if (outcome.succeeded) {
      return { summary, externalExecutionId: deploymentId, outputVariables: { DeploymentId: deploymentId } }
    }
    const raised = [alarm?.signal, request.lost].find((signal) => signal?.aborted === true)
    const failed = { deploymentId, message: raised === undefined ? message : `${raised.reason.message}\n${message}` }
    const event = request.lost?.aborted === true ? undefined : this.eventOf(alarm)
    if (event === undefined || !this.group.rollbackEvents.includes(event)) {
      throw new JobFailed(failed.message, 'JobFailed', deploymentId)
    }
    const rollback = this.newPlace(failed)
    if (event === 'DEPLOYMENT_STOP_ON_REQUEST') return this.rollBackAfterStop(request, rollback, failed)
    await this.keepOpen(request, rollback.deploymentId, failed)
    return this.rollBackAndFail(rollback, failed)
  }

  /** Nobody waits for it any more: it is taken up by the next start if this server ends before it. */
  private async rollBackAfterStop(request: Request, place: Place, failed: Failed): Promise<never> {
    const { open } = this.shared
    const entry: OpenRollback | undefined = request.keep && {
      kind: 'rollback',
      deploymentId: place.deploymentId,
      server: open.server,
      ...request.keep,
      of: failed.deploymentId,
      why: failed.message.slice(0, 2000),
    }
    if (entry !== undefined) {
      await open.put(entry)
      await open.over(failed.deploymentId)
    }
    const keepPlace = async (kept: unknown) => entry && (await open.put({ ...entry, place: kept }))
    return this.rollBackAndFail(place, failed, afterStop(this.ctx, keepPlace))
  }

  private async keepOpen({ keep }: Request, deploymentId: string, failed?: Failed): Promise<void> {
    if (keep === undefined) return
    const { open } = this.shared
    const rollback = failed && { of: failed.deploymentId, why: failed.message.slice(0, 2000) }
    await open.put({ kind: 'job', deploymentId, server: open.server, ...keep, ...rollback })
    if (failed !== undefined) await open.over(failed.deploymentId)
  }

  /** Takes up a rollback that a server had begun. Errors: as `run`. */
  resumeRollback(place: unknown, deploymentId: string, failed: Failed): Promise<never> {
    const known = readPlace(
      place,
      this.group.hosts.map(({ id }) => id),
    )
    return this.rollBackAndFail(known ?? this.newPlace(failed, deploymentId), failed)
  }

  private alarm(): Alarm | undefined {
    const { alarm } = this.group
    return alarm && new Alarm(alarm, this.ctx.clock, (message) => this.ctx.log.line(message))
  }

  /** Why the deployment did not succeed, in the words of the group's rollback events. */
  private eventOf(alarm: Alarm | undefined): RollbackEvent | undefined {
    if (this.ctx.signal.aborted) return stopEvent(this.ctx.signal)
    return alarm?.signal.aborted === true ? 'DEPLOYMENT_STOP_ON_ALARM' : 'DEPLOYMENT_FAILURE'
  }

  private newPlace(rollbackOf?: Failed, deploymentId = newDeploymentId()): Place {
    return {
      deploymentId,
      started: this.ctx.clock.now(),
      hosts: this.group.hosts.map(() => 'Pending'),
      ...defined({ rollbackOf }),
    }
  }

  /** Deploys, and keeps what a success leaves for later. */
  private async deploy(
    request: Request,
    place: Place,
    ctx: Surroundings,
    signal: AbortSignal,
  ): Promise<DeploymentOutcome> {
    const { group, shared, history } = this
    const key = groupPath(history.name)
    const manifests: ManifestCache = shared.manifests.get(key) ?? new Map()
    shared.manifests.set(key, manifests)
    const { bundle, plan, commit } = request
    let kept: Promise<void> = Promise.resolve()
    const outcome = await new Deployment({
      group,
      bundle,
      plan,
      place,
      history,
      manifests,
      ctx,
      signal,
      // While the hosts are busy, and so that another server can bring it to its end.
      onContents: (contents) => {
        kept = this.keepBundle(contents)
        kept.catch(() => undefined) // It is told at the end.
      },
      recorder: this.recorder(request, place, ctx),
      shells: { hostKeys: this.hostKeys, handshakes: shared.handshakes, pool: shared.pool, clock: ctx.clock },
      ...defined({ commit }),
    }).run()
    await kept
    await this.keepSuccess(outcome, request)
    await this.store.prune(group.applicationName, group.groupName, group.keepDeployments)
    return outcome
  }

  private recorder({ creator, plan, commit, about }: Request, place: Place, ctx: Surroundings): Recorder {
    const { group } = this
    const hosts = group.hosts.length
    const record: DeploymentRecord = {
      deploymentId: place.deploymentId,
      applicationName: group.applicationName,
      deploymentGroupName: group.groupName,
      deploymentConfigName: group.configurationName,
      status: 'InProgress',
      ...creator,
      ...about,
      revision: { fileExistsBehavior: plan.fileExistsBehavior, ...defined({ revisionId: commit }) },
      createTime: place.started,
      hosts,
      overview: { Pending: hosts, InProgress: 0, Succeeded: 0, Failed: 0, Skipped: 0 },
    }
    return new Recorder(this.store, record, ctx.clock, (message) => ctx.log.line(message))
  }

  /** Also of a failure, whose hosts may be tried again. */
  private async keepBundle(contents: BundleContents): Promise<void> {
    const { history, bundles } = this
    await bundles.keep(contents)
    for (const old of await history.recordBundle(contents.manifest.digest, this.group.keepBundles))
      await bundles.forget(old)
  }

  private async keepSuccess({ deploymentId, digest, succeeded }: DeploymentOutcome, request: Request): Promise<void> {
    if (!succeeded) return
    const { fileExistsBehavior } = request.plan
    const revision = { deploymentId, digest, fileExistsBehavior, ...defined({ revisionId: request.commit }) }
    await this.history.recordSuccess(revision, this.group.keepBundles)
  }

  /** The job fails either way: a rollback only brings back what was there. */
  private async rollBackAndFail(place: Place, { deploymentId, message }: Failed, ctx = this.ctx): Promise<never> {
    const revision = this.history.lastSuccessful
    const kept = revision && (await this.openKept(revision))
    if (revision === undefined || kept === undefined) {
      await this.shared.open.over(place.deploymentId)
      throw new JobFailed(`${message}\nNot rolled back: no earlier revision is kept`, 'JobFailed', deploymentId)
    }
    ctx.log.line(
      `Rolling back to the revision of ${revision.deploymentId}, with deployment ${place.deploymentId} (creator: codeDeployRollback)`,
    )
    await this.store.change(deploymentId, (record) => ({ ...record, rolledBackBy: place.deploymentId }))
    const request: Request = {
      ...kept,
      ...defined({ commit: revision.revisionId }),
      creator: { creator: 'codeDeployRollback' },
      about: { rollbackOf: deploymentId, restores: revision.deploymentId },
    }
    // The hosts that the action shows stay those of the deployment that failed.
    const stop = this.shared.stops.watch(place.deploymentId)
    const signal = AbortSignal.any([ctx.signal, stop.signal])
    let outcome: DeploymentOutcome
    try {
      outcome = await this.deploy(request, place, withoutTargets(ctx), signal)
    } finally {
      stop.end()
      await this.shared.open.over(place.deploymentId)
    }
    await ctx.targets?.(await this.targetsAfter(deploymentId, place.deploymentId))
    const result = outcome.succeeded
      ? `Rolled back to the revision of ${revision.deploymentId} (deployment ${outcome.deploymentId}, ${outcome.summary})`
      : `The rollback ${outcome.deploymentId} to the revision of ${revision.deploymentId} failed: ${outcome.message}`
    throw new JobFailed(`${message}\n${result}`, 'JobFailed', deploymentId)
  }

  private async targetsAfter(failedId: string, rollbackId: string) {
    const [failed, rollback] = await Promise.all([this.store.hosts(failedId), this.store.hosts(rollbackId)])
    return withRollback(failed, rollback, rollbackId)
  }
}

/** Member by member: a context's methods may belong to a class. */
function withoutTargets(ctx: Ground): Surroundings {
  return {
    log: ctx.log,
    clock: ctx.clock,
    workspace: ctx.workspace,
    checkpoint: (place) => ctx.checkpoint(place),
    progress: (details) => ctx.progress(details),
  }
}
