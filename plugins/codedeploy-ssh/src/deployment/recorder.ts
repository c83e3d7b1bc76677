/** Writes down a deployment while it happens. Records that cannot be written never end a deployment. */
import { type Clock, defined } from '@penstock/core'
import type { DeploymentStore } from './deployment-store.js'
import { HostLog } from './host-log.js'
import type { DeploymentHostRecord, DeploymentOverview, DeploymentRecord } from './records.js'

/** Milliseconds between two writings of what changed: events of a fleet come by the hundred. */
const INTERVAL = 1000
const AT_ONCE = 8

export class Recorder {
  private readonly hosts = new Map<string, DeploymentHostRecord>()
  private readonly changed = new Set<string>()
  private readonly logs = new Map<string, HostLog>()
  private cancel: (() => void) | undefined
  private writing: Promise<void> = Promise.resolve()
  private told = false

  constructor(
    private readonly store: DeploymentStore,
    readonly record: DeploymentRecord,
    private readonly clock: Clock,
    private readonly note: (message: string) => void,
  ) {}

  /** Makes the deployment known; one that was begun before a restart is already. */
  async begin(digest: string): Promise<void> {
    await this.safely(async () => {
      if ((await this.store.find(this.record.deploymentId)) !== undefined) return
      await this.store.create({ ...this.record, revision: { ...this.record.revision, digest } })
    })
  }

  host(record: DeploymentHostRecord): void {
    this.hosts.set(record.host, record)
    this.changed.add(record.host)
    this.cancel ??= this.clock.after(INTERVAL, () => {
      this.cancel = undefined
      void this.flush()
    })
  }

  line(host: string, line: string): void {
    const log = this.logs.get(host) ?? new HostLog()
    this.logs.set(host, log)
    log.add(line)
  }

  /** Keeps what a host printed; nothing more comes. */
  async hostEnded(host: string): Promise<void> {
    const log = this.logs.get(host)
    this.logs.delete(host)
    if (log !== undefined) await this.safely(() => this.store.putLog(this.record.deploymentId, host, log.toString()))
  }

  async end(status: DeploymentRecord['status'], message: string | undefined): Promise<void> {
    await this.flush()
    await this.change((record) => ({
      ...record,
      status,
      overview: this.overview(),
      completeTime: this.clock.now(),
      ...defined({ message: message?.slice(0, 4000) }),
    }))
  }

  async change(change: (record: DeploymentRecord) => DeploymentRecord): Promise<void> {
    await this.safely(() => this.store.change(this.record.deploymentId, change))
  }

  /** Writes what is not written yet. */
  flush(): Promise<void> {
    this.cancel?.()
    this.cancel = undefined
    this.writing = this.writing.then(() => this.write())
    return this.writing
  }

  private async write(): Promise<void> {
    const names = [...this.changed]
    this.changed.clear()
    if (names.length === 0) return
    for (let at = 0; at < names.length; at += AT_ONCE) {
      await Promise.all(names.slice(at, at + AT_ONCE).map((name) => this.writeHost(name)))
    }
    await this.change((record) =>
      record.completeTime === undefined ? { ...record, status: 'InProgress', overview: this.overview() } : record,
    )
  }

  private async writeHost(name: string): Promise<void> {
    const record = this.hosts.get(name)
    if (record !== undefined) await this.safely(() => this.store.putHost(this.record.deploymentId, record))
  }

  private overview(): DeploymentOverview {
    const count = (...wanted: readonly DeploymentHostRecord['status'][]) =>
      [...this.hosts.values()].filter(({ status }) => wanted.includes(status)).length
    return {
      Pending: this.record.hosts - this.hosts.size + count('Pending'),
      InProgress: count('InProgress'),
      Succeeded: count('Succeeded'),
      Failed: count('Failed', 'Unknown'),
      Skipped: count('Skipped'),
    }
  }

  private async safely(work: () => Promise<void>): Promise<void> {
    try {
      await work()
    } catch (error) {
      if (!this.told) this.note(`The records of this deployment are not complete: ${(error as Error).message}`)
      this.told = true
    }
  }
}
