/** Deployments in `api.state`: found by id, listed newest first, with their hosts and logs. */
import type { PluginState, StateEntry } from '@penstock/core'
import { type DeploymentHostRecord, type DeploymentRecord, isOver } from './records.js'

export interface DeploymentFilter {
  readonly applicationName?: string
  readonly deploymentGroupName?: string
  readonly limit?: number
}

/** Larger than any time in milliseconds that we meet: what is newer comes first in the order of names. */
const END_OF_TIME = 9_999_999_999_999
const PAGE = 1000

export class DeploymentStore {
  constructor(private readonly state: PluginState) {}

  /** Makes it known. Errors: a state conflict when the id is taken. */
  async create(record: DeploymentRecord): Promise<void> {
    const key = placeOf(record)
    await this.state.put(`ids/${record.deploymentId}`, key, { expected: null })
    await this.state.put(key, record)
    if (record.actionExecutionId !== undefined)
      await this.state.put(`actions/${encodeURIComponent(record.actionExecutionId)}`, record.deploymentId)
  }

  /** The deployment that an action of a pipeline made. */
  async ofAction(actionExecutionId: string): Promise<DeploymentRecord | undefined> {
    const id = (await this.state.get<string>(`actions/${encodeURIComponent(actionExecutionId)}`))?.value
    return id === undefined ? undefined : this.find(id)
  }

  async find(deploymentId: string): Promise<DeploymentRecord | undefined> {
    const key = await this.keyOf(deploymentId)
    return key === undefined ? undefined : (await this.state.get<DeploymentRecord>(key))?.value
  }

  /** Changes what is kept; nothing when there is no such deployment, or it was over already and `change` does not say so. */
  async change(deploymentId: string, change: (record: DeploymentRecord) => DeploymentRecord): Promise<void> {
    const key = await this.keyOf(deploymentId)
    if (key === undefined) return
    await this.state.update<DeploymentRecord | undefined>(key, (record) =>
      record === undefined ? record : change(record),
    )
  }

  /** Newest first; 50 unless the filter says otherwise. */
  async list(filter: DeploymentFilter = {}): Promise<DeploymentRecord[]> {
    const { applicationName, deploymentGroupName, limit = 50 } = filter
    const found: DeploymentRecord[] = []
    for await (const record of this.all()) {
      if (applicationName !== undefined && record.applicationName !== applicationName) continue
      if (deploymentGroupName !== undefined && record.deploymentGroupName !== deploymentGroupName) continue
      found.push(record)
      if (found.length >= limit) break
    }
    return found
  }

  async putHost(deploymentId: string, record: DeploymentHostRecord): Promise<void> {
    await this.state.put(`targets/${deploymentId}/${encodeURIComponent(record.host)}`, record)
  }

  async hosts(deploymentId: string): Promise<DeploymentHostRecord[]> {
    return valuesOf<DeploymentHostRecord>(await entries(this.state, `targets/${deploymentId}/`))
  }

  async putLog(deploymentId: string, host: string, text: string): Promise<void> {
    await this.state.putBlob(`logs/${deploymentId}/${encodeURIComponent(host)}`, text)
  }

  /** What the host's scripts printed; `undefined` when nothing is kept of it. */
  async log(deploymentId: string, host: string): Promise<string | undefined> {
    const blob = await this.state.getBlob(`logs/${deploymentId}/${encodeURIComponent(host)}`)
    if (blob === undefined) return undefined
    const pieces: Uint8Array[] = []
    for await (const piece of blob.body) pieces.push(piece)
    return Buffer.concat(pieces).toString('utf8')
  }

  /** Forgets deployments of a group beyond the newest `keep`, with their hosts and logs. Those that run stay. */
  async prune(applicationName: string, deploymentGroupName: string, keep: number): Promise<void> {
    const all = await this.list({ applicationName, deploymentGroupName, limit: Number.POSITIVE_INFINITY })
    for (const record of all.slice(keep).filter(({ status }) => isOver(status))) await this.forget(record)
  }

  private async forget(record: DeploymentRecord): Promise<void> {
    for (const part of ['targets', 'logs']) {
      for (const { key } of await entries(this.state, `${part}/${record.deploymentId}/`)) await this.state.delete(key)
    }
    if (record.actionExecutionId !== undefined)
      await this.state.delete(`actions/${encodeURIComponent(record.actionExecutionId)}`)
    await this.state.delete(`stops/${record.deploymentId}`) // A request that came when it was over.
    await this.state.delete(placeOf(record))
    await this.state.delete(`ids/${record.deploymentId}`)
  }

  private async keyOf(deploymentId: string): Promise<string | undefined> {
    if (!/^d-[A-Z0-9]{9}$/.test(deploymentId)) return undefined
    return (await this.state.get<string>(`ids/${deploymentId}`))?.value
  }

  private async *all(): AsyncGenerator<DeploymentRecord> {
    for (let after: string | undefined; ; ) {
      const page = await this.state.list({
        prefix: 'deployments/',
        limit: 100,
        ...(after === undefined ? {} : { after }),
      })
      yield* valuesOf<DeploymentRecord>(page)
      after = page.at(-1)?.key
      if (page.length < 100) return
    }
  }
}

/** By time, newest first. */
function placeOf({ createTime, deploymentId }: DeploymentRecord): string {
  return `deployments/${String(END_OF_TIME - createTime).padStart(13, '0')}/${deploymentId}`
}

/** All names with a prefix, in their order. */
export async function entries(state: PluginState, prefix: string): Promise<StateEntry[]> {
  const found: StateEntry[] = []
  for (let after: string | undefined; ; ) {
    const page = await state.list({ prefix, limit: PAGE, ...(after === undefined ? {} : { after }) })
    found.push(...page)
    after = page.at(-1)?.key
    if (page.length < PAGE) return found
  }
}

export function valuesOf<T>(list: readonly StateEntry[]): T[] {
  return list.flatMap((entry) => ('value' in entry && entry.value !== null ? [entry.value as T] : []))
}
