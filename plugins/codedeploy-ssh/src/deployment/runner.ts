/** Deployments that no pipeline runs: a person's redeployment, rollback or retry. They outlive a restart of their server. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Clock, defined, JobFailed, type Logger } from '@penstock/core'
import type { DeploymentGroup } from '../group/deployment-group.js'
import { resolveGroup } from '../group/resolve-group.js'
import { withSecrets } from '../inventory/secrets.js'
import type { Shared } from '../provider.js'
import { newDeploymentId } from './deployment-id.js'
import { DeploymentStore, entries, valuesOf } from './deployment-store.js'
import { type Ground, GroupDeployment } from './group-deployment.js'
import type { DeploymentRecord } from './records.js'

/** What a person may ask for, of a deployment that there was. */
export type Repetition = 'redeploy' | 'retry'

/** One that was begun and is not over: what it is, who runs it, and its place. */
interface Open {
  readonly deploymentId: string
  /** The server whose folder has its workspace. */
  readonly server: string
  readonly of: string
  readonly kind: Repetition
  readonly by: string
  readonly only?: readonly string[]
  readonly place?: unknown
}

export class DeploymentRunner {
  private readonly running = new Map<string, AbortController>()
  private readonly store: DeploymentStore
  private closing = false

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
    const open: Open = { deploymentId: newDeploymentId(), server: this.server, of, kind, by, ...defined({ only }) }
    await this.groupOf(record, only)
    await this.shared.state.put(keyOf(open.deploymentId), open)
    this.start(open, record)
    return open.deploymentId
  }

  /** True when it runs here: it ends as a stopped execution does. */
  stop(deploymentId: string, by: string): boolean {
    const running = this.running.get(deploymentId)
    running?.abort(new JobFailed(`the deployment was stopped by ${by}`))
    return running !== undefined
  }

  /** Takes up what this server had begun before it ended. */
  async resume(): Promise<void> {
    const all = valuesOf<Open>(await entries(this.shared.state, 'open/'))
    for (const open of all.filter(({ server }) => server === this.server)) {
      const record = await this.store.find(open.of)
      if (record === undefined) await this.shared.state.delete(keyOf(open.deploymentId))
      else this.start(open, record)
    }
  }

  /** Lets go of what runs: the hosts go on, and the next start takes it up. */
  close(): void {
    this.closing = true
  }

  private start(open: Open, record: DeploymentRecord): void {
    const stop = new AbortController()
    this.running.set(open.deploymentId, stop)
    void this.deploy(open, record, stop.signal)
      .catch((error: Error) => this.log.warn(`deployment ${open.deploymentId}: ${error.message}`))
      .finally(() => this.running.delete(open.deploymentId))
  }

  private async deploy(open: Open, record: DeploymentRecord, signal: AbortSignal): Promise<void> {
    const group = await this.groupOf(record, open.only)
    const workspace = join(this.shared.dataFolder, 'deployments', open.deploymentId)
    mkdirSync(workspace, { recursive: true, mode: 0o700 })
    const { digest = '', fileExistsBehavior, revisionId } = record.revision
    const lock = `${group.applicationName}/${group.groupName}`
    try {
      await this.shared.locks.run(
        lock,
        signal,
        () => undefined,
        async () => {
          const deployment = await GroupDeployment.open(group, this.shared, this.groundOf(open, workspace, signal))
          const kept = await deployment.openKept({ digest, fileExistsBehavior })
          if (kept === undefined) throw new JobFailed(`the bundle of ${record.deploymentId} is no longer kept`)
          await deployment.run(
            {
              ...kept,
              ...defined({ commit: revisionId }),
              deploymentId: open.deploymentId,
              creator: { creator: 'user', createdBy: open.by },
              about: { repeats: record.deploymentId, ...defined({ only: open.only }) },
            },
            open.place,
          )
        },
      )
    } finally {
      if (!this.closing) {
        await this.shared.state.delete(keyOf(open.deploymentId))
        rmSync(workspace, { recursive: true, force: true })
      }
    }
  }

  private groundOf(open: Open, workspace: string, signal: AbortSignal): Ground {
    const { shared, log } = this
    return {
      signal,
      workspace,
      clock: this.clock,
      log: { write: () => undefined, line: (text) => log.info(text, { deploymentId: open.deploymentId }) },
      checkpoint: async (place) => void (await shared.state.put(keyOf(open.deploymentId), { ...open, place })),
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
  private async groupOf(
    { applicationName, deploymentGroupName }: DeploymentRecord,
    only?: readonly string[],
  ): Promise<DeploymentGroup> {
    const { inventory, secret } = this.shared
    const named = { ApplicationName: applicationName, DeploymentGroupName: deploymentGroupName }
    const group = await withSecrets(resolveGroup(await inventory.read(), named), secret)
    if (only === undefined) return group
    const hosts = group.hosts.filter(({ id }) => only.includes(id))
    if (hosts.length === 0) throw new JobFailed(`none of the hosts ${only.join(', ')} is in the group any more`)
    return { ...group, hosts }
  }

  /** A name for this server, which its data folder keeps. */
  private get server(): string {
    const file = join(this.shared.dataFolder, 'server-id')
    try {
      return readFileSync(file, 'utf8')
    } catch {
      mkdirSync(this.shared.dataFolder, { recursive: true })
      const id = randomUUID()
      writeFileSync(file, id)
      return id
    }
  }
}

function keyOf(deploymentId: string): string {
  return `open/${deploymentId}`
}
