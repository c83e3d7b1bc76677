/**
 * Deployments that no job runs: a person's redeployment or retry, a rollback after a stop, and whatever a server that was lost
 * left behind. They outlive a restart of their server, and the server itself.
 */
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, defined, JobFailed, type Logger } from '@penstock/core'
import type { DeploymentGroup } from '../group/deployment-group.js'
import { resolveGroup } from '../group/resolve-group.js'
import { withSecrets } from '../inventory/secrets.js'
import type { CodeDeployProperties } from '../properties.js'
import type { Shared } from '../provider.js'
import { writePlace } from './checkpoint.js'
import { newDeploymentId } from './deployment-id.js'
import { DeploymentStore } from './deployment-store.js'
import { type Ground, GroupDeployment } from './group-deployment.js'
import type { Open, OpenJob, OpenRepetition, OpenRollback } from './open-deployments.js'
import type { DeploymentRecord } from './records.js'

/** What a person may ask for, of a deployment that there was. */
export type Repetition = OpenRepetition['kind']

/** Milliseconds between two looks for deployments whose server was lost. */
const LOOK = 30_000
/** How a deployment that a lost server left behind is ended. */
const LOST = 'the deployment was stopped, for the server that ran it was lost'

export class DeploymentRunner {
  private readonly store: DeploymentStore
  private cancel: (() => void) | undefined

  constructor(
    private readonly shared: Shared,
    private readonly clock: Clock,
    private readonly log: Logger,
  ) {
    this.store = new DeploymentStore(shared.state)
  }

  /**
   * Deploys the revision of a deployment again: to all hosts of its group, or to those that did not succeed.
   * Answers the new deployment's id. Errors: JobFailed, with what keeps it from being done.
   */
  async begin(kind: Repetition, of: string, by: string): Promise<string> {
    const record = await this.store.find(of)
    if (record === undefined) throw new JobFailed(`there is no deployment ${of}`)
    if (record.completeTime === undefined) throw new JobFailed(`deployment ${of} is not over`)
    const only = kind === 'retry' ? await this.failedHosts(of) : undefined
    const { open } = this.shared
    const deploymentId = newDeploymentId()
    const entry: OpenRepetition = { deploymentId, server: open.server, of, kind, by, ...defined({ only }) }
    await this.groupOf(namesOf(record), only)
    await open.put(entry)
    this.start(entry)
    return deploymentId
  }

  /** Wherever it runs: it ends as a stopped execution does. */
  stop(deploymentId: string, by: string): Promise<void> {
    return this.shared.stops.ask(deploymentId, by)
  }

  /** Takes up what this server had begun before it ended. */
  async resume(): Promise<void> {
    for (const open of await this.shared.open.left()) this.start(open)
  }

  /** Looks again and again for what servers that were lost have left behind. */
  watch(): void {
    this.cancel = this.clock.after(LOOK, () => {
      void this.adopt()
        .catch((error: Error) => this.log.warn(`deployments of lost servers: ${error.message}`))
        .finally(() => {
          if (this.cancel !== undefined) this.watch()
        })
    })
  }

  /** Takes over what lost servers have left behind, as far as they are known to be lost by now. */
  async adopt(): Promise<void> {
    for (const open of await this.shared.open.adopt()) {
      this.log.warn(`deployment ${open.deploymentId} is taken over: the server that ran it was lost`)
      this.start(open)
    }
  }

  /** Lets go of what runs: the hosts go on, and the next start takes it up. */
  close(): void {
    this.cancel?.()
    this.cancel = undefined
    this.shared.open.close()
  }

  private start(open: Open): void {
    const stop = this.shared.stops.watch(open.deploymentId)
    void this.deploy(open, stop.signal)
      .catch((error: Error) => this.ended(open, error))
      .finally(() => stop.end())
  }

  private async deploy(open: Open, signal: AbortSignal): Promise<void> {
    const workspace = join(this.shared.dataFolder, 'deployments', open.deploymentId)
    mkdirSync(workspace, { recursive: true, mode: 0o700 })
    try {
      if (open.kind === 'rollback') await this.goOn(open, this.groundOf(open, workspace, signal))
      else if (open.kind === 'job') await this.conclude(open, workspace)
      else await this.repeat(open, this.groundOf(open, workspace, signal))
    } finally {
      await this.shared.open.over(open.deploymentId)
      if (!this.shared.open.isClosing) rmSync(workspace, { recursive: true, force: true })
    }
  }

  private async repeat(open: OpenRepetition, ground: Ground): Promise<void> {
    const record = await this.store.find(open.of)
    if (record === undefined) throw new JobFailed(`there is no deployment ${open.of} any more`)
    const group = await this.groupOf(namesOf(record), open.only)
    const { digest = '', fileExistsBehavior, revisionId } = record.revision
    await this.inTurn(group, open.deploymentId, open.by, ground, async (lost) => {
      const deployment = await GroupDeployment.open(group, this.shared, ground)
      const kept = await deployment.openKept({ digest, fileExistsBehavior })
      if (kept === undefined) throw new JobFailed(`the bundle of ${record.deploymentId} is no longer kept`)
      await deployment.run(
        {
          ...kept,
          ...defined({ commit: revisionId }),
          deploymentId: open.deploymentId,
          creator: { creator: 'user', createdBy: open.by },
          about: { repeats: record.deploymentId, ...defined({ only: open.only }) },
          lost,
        },
        open.place,
      )
    })
  }

  /** A rollback that a server had begun when it ended. */
  private async goOn(
    open: Pick<OpenRollback, 'deploymentId' | 'of' | 'why' | 'holder' | 'properties' | 'place'>,
    ground: Ground,
  ): Promise<void> {
    const group = await this.groupOf(open.properties)
    await this.inTurn(group, open.holder ?? open.deploymentId, `the rollback of ${open.of}`, ground, async () => {
      const deployment = await GroupDeployment.open(group, this.shared, ground)
      // It fails either way: what it brings back is on record.
      await deployment
        .resumeRollback(open.place, open.deploymentId, { deploymentId: open.of, message: open.why })
        .catch((error: Error) => this.log.info(`deployment ${open.deploymentId}: ${error.message}`))
    })
  }

  /** A job's deployment whose worker did not take it up: what still runs on hosts is ended, as by a stop of the execution. */
  private async conclude(open: OpenJob, workspace: string): Promise<void> {
    const { of, why } = open
    const going = this.groundOf(open, workspace, new AbortController().signal)
    if (of !== undefined && why !== undefined) return this.goOn({ ...open, of, why }, going)
    const record = await this.store.find(open.deploymentId)
    if (record === undefined || record.completeTime !== undefined) return
    const group = await this.groupOf(open.properties)
    const ground = { ...going, signal: AbortSignal.abort(new JobFailed(LOST)) }
    const { deploymentId, revision } = record
    const { holder = deploymentId, properties } = open
    await this.inTurn(group, holder, `the end of ${deploymentId}`, going, async (lost) => {
      const [newest] = await this.store.list({ ...record, limit: 1 })
      // Somebody has deployed since: nothing of that is undone.
      const rollbackEvents = newest?.deploymentId === deploymentId ? group.rollbackEvents : []
      const deployment = await GroupDeployment.open({ ...group, rollbackEvents }, this.shared, ground)
      const kept = await deployment.openKept({ digest: revision.digest ?? '', ...revision })
      if (kept === undefined) throw new JobFailed(LOST)
      const { creator, createdBy } = record
      await deployment
        .run(
          {
            ...kept,
            deploymentId,
            creator: { creator, ...defined({ createdBy }) },
            keep: { holder, properties },
            lost,
          },
          await this.placeOf(record, group),
        )
        .catch((error: Error) => this.log.info(`deployment ${deploymentId}: ${error.message}`))
    })
  }

  /** As the records say it. They lag behind: a host that was not begun by them may have been, and is looked at. */
  private async placeOf({ deploymentId, createTime }: DeploymentRecord, group: DeploymentGroup): Promise<unknown> {
    const known = new Map((await this.store.hosts(deploymentId)).map(({ host, status }) => [host, status]))
    const ids = group.hosts.map(({ id }) => id)
    const hosts = ids
      .map((id) => known.get(id) ?? 'Pending')
      .map((status) => (status === 'Unknown' ? 'Failed' : status === 'Pending' ? 'InProgress' : status))
    return writePlace({ deploymentId, started: createTime, hosts }, ids)
  }

  private inTurn(
    group: DeploymentGroup,
    holder: string,
    by: string,
    { signal, log }: Ground,
    work: (lost: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const turn = { holder, by, clock: this.clock, signal, onWait: (words: string) => log.line(words) }
    return this.shared.locks.run(`${group.applicationName}/${group.groupName}`, turn, work)
  }

  /** What never got as far as to have an end of its own. */
  private async ended({ deploymentId }: Open, error: Error): Promise<void> {
    this.log.warn(`deployment ${deploymentId}: ${error.message}`)
    if (this.shared.open.isClosing) return
    const completeTime = this.clock.now()
    await this.store
      .change(deploymentId, (record) =>
        record.completeTime === undefined
          ? { ...record, status: 'Failed', completeTime, message: error.message }
          : record,
      )
      .catch((problem: Error) => this.log.warn(`deployment ${deploymentId}: ${problem.message}`))
  }

  private groundOf(open: Open, workspace: string, signal: AbortSignal): Ground {
    const { shared, log } = this
    return {
      signal,
      workspace,
      clock: this.clock,
      log: { write: () => undefined, line: (text) => log.info(text, { deploymentId: open.deploymentId }) },
      checkpoint: (place) => shared.open.put({ ...open, place }),
      progress: async () => undefined,
    }
  }

  private async failedHosts(deploymentId: string): Promise<string[]> {
    const hosts = await this.store.hosts(deploymentId)
    const failed = hosts.filter(({ status }) => status !== 'Succeeded').map(({ host }) => host)
    if (failed.length === 0) throw new JobFailed(`no host of deployment ${deploymentId} failed`)
    return failed
  }

  /** Errors: JobFailed when the group is not there (any more), or none of the hosts is left. */
  private async groupOf(properties: CodeDeployProperties, only?: readonly string[]): Promise<DeploymentGroup> {
    const { inventory, secret } = this.shared
    const group = await withSecrets(resolveGroup(await inventory.read(), properties), secret)
    if (only === undefined) return group
    const hosts = group.hosts.filter(({ id }) => only.includes(id))
    if (hosts.length === 0) throw new JobFailed(`none of the hosts ${only.join(', ')} is in the group any more`)
    return { ...group, hosts }
  }
}

function namesOf({ applicationName, deploymentGroupName }: DeploymentRecord): CodeDeployProperties {
  return { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName }
}
