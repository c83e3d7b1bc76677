/** What is known of a group from earlier deployments, wherever they ran: each host's health and revision, and the successes. */
import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { PluginState } from '@penstock/core'
import type { FileExistsBehavior } from '../appspec/model.js'
import type { RevisionState } from '../fleet/fleet.js'
import { groupIdOf, legacyGroupIdOf } from '../group/deployment-group.js'
import { entries, valuesOf } from './deployment-store.js'
import type { GroupRecord, HostRecord, SuccessfulRevision } from './records.js'

/** What 0.1.0 kept in `groups/ID/history.json` of one server's folder. */
interface OldRecords {
  readonly hosts: Readonly<Record<string, { healthy: boolean; digest?: string; deploymentId: string }>>
  readonly lastSuccessful?: {
    readonly deploymentId: string
    readonly digest: string
    readonly fileExistsBehavior: FileExistsBehavior
    readonly folder?: string
  }
}

export interface GroupName {
  readonly applicationName: string
  readonly deploymentGroupName: string
}

export class GroupHistory {
  private constructor(
    private readonly state: PluginState,
    readonly name: GroupName,
    private record: GroupRecord,
    private readonly hosts: Map<string, HostRecord>,
    readonly installation: string,
    /** A bundle that 0.1.0 kept as a folder on this server, and that is in no blob yet. */
    readonly oldFolder?: { readonly digest: string; readonly folder: string },
  ) {}

  /** Reads it; a group that was never deployed to has none. `dataFolder`: where 0.1.0 kept its records. */
  static async open(state: PluginState, name: GroupName, dataFolder: string): Promise<GroupHistory> {
    const key = groupKey(name)
    const found = await state.get<GroupRecord>(key)
    const old = found === undefined ? await readOld(dataFolder, name) : undefined
    const record = found?.value ?? (await createGroup(state, name, old))
    if (old !== undefined) await takeOver(state, name, old)
    const hosts = valuesOf<HostRecord>(await entries(state, hostPrefix(name)))
    const { folder, digest } = old?.lastSuccessful ?? {}
    const oldFolder = folder === undefined || digest === undefined ? undefined : { folder, digest }
    return new GroupHistory(
      state,
      name,
      record,
      new Map(hosts.map((host) => [host.host, host])),
      await installationId(state),
      oldFolder,
    )
  }

  get groupId(): string {
    return this.record.groupId
  }

  get lastSuccessful(): SuccessfulRevision | undefined {
    return this.record.successes[0]
  }

  /** Newest first. */
  get successes(): readonly SuccessfulRevision[] {
    return this.record.successes
  }

  get hostRecords(): readonly HostRecord[] {
    return [...this.hosts.values()]
  }

  /** A host that nothing is known of counts as healthy. */
  isHealthy(host: string): boolean {
    return this.hosts.get(host)?.healthy ?? true
  }

  /** Compared with the revision that is about to be deployed. */
  revisionOf(host: string, digest: string): RevisionState {
    const known = this.hosts.get(host)?.digest
    if (known === undefined) return 'Unknown'
    return known === digest ? 'Current' : 'Old'
  }

  /** Of the revision that the host has, where that is known. */
  digestOf(host: string): string | undefined {
    return this.hosts.get(host)?.digest
  }

  /** Keeps a host's result. A failed host's revision is unknown from then on. */
  async recordHost(record: HostRecord): Promise<void> {
    this.hosts.set(record.host, record)
    await this.state.put(hostKey(this.name, record.host), record)
  }

  /** Keeps a success in front of the others, `keep` of them in all. */
  async recordSuccess(revision: SuccessfulRevision, keep: number): Promise<void> {
    await this.change((record) => {
      const others = record.successes.filter(({ digest }) => digest !== revision.digest)
      return { ...record, successes: [revision, ...others].slice(0, keep) }
    })
  }

  /** Notes a bundle that is kept; answers the digests of those that `keep` leaves no room for. The last success stays. */
  async recordBundle(bundle: string, keep: number): Promise<string[]> {
    let before: readonly string[] = []
    await this.change((record) => {
      before = record.bundles ?? []
      const newest = [bundle, ...before.filter((digest) => digest !== bundle)].slice(0, keep)
      const last = record.successes[0]?.digest
      return { ...record, bundles: last === undefined || newest.includes(last) ? newest : [...newest, last] }
    })
    const kept = this.record.bundles ?? []
    return before.filter((digest) => !kept.includes(digest))
  }

  private async change(change: (record: GroupRecord) => GroupRecord): Promise<void> {
    this.record = await this.state.update<GroupRecord>(groupKey(this.name), (record) => change(record ?? this.record))
  }
}

/** All groups that were ever deployed to. */
export async function knownGroups(state: PluginState): Promise<GroupRecord[]> {
  return valuesOf<GroupRecord>(await entries(state, 'groups/'))
}

/** The installation's own name, made when it is first asked for: all its servers have the same. */
export async function installationId(state: PluginState): Promise<string> {
  return state.update<string>('installation', (id) => id ?? randomUUID())
}

export function groupPath({ applicationName, deploymentGroupName }: GroupName): string {
  return `${encodeURIComponent(applicationName)}/${encodeURIComponent(deploymentGroupName)}`
}

function groupKey(name: GroupName): string {
  return `groups/${groupPath(name)}`
}

/** Where a host's record is. */
export function hostKey(name: GroupName, host: string): string {
  return `${hostPrefix(name)}${encodeURIComponent(host)}`
}

function hostPrefix(name: GroupName): string {
  return `hosts/${groupPath(name)}/`
}

/** A group that 0.1.0 deployed to keeps its id: its folders on the hosts are called so. */
async function createGroup(state: PluginState, name: GroupName, old: OldRecords | undefined): Promise<GroupRecord> {
  const legacy = legacyGroupIdOf(name.applicationName, name.deploymentGroupName)
  const groupId = old === undefined ? groupIdOf(name, await installationId(state)) : legacy
  const { deploymentId, digest, fileExistsBehavior } = old?.lastSuccessful ?? {}
  const successes =
    deploymentId === undefined || digest === undefined || fileExistsBehavior === undefined
      ? []
      : [{ deploymentId, digest, fileExistsBehavior }]
  return state.update<GroupRecord>(groupKey(name), (record) => record ?? { ...name, groupId, successes })
}

async function takeOver(state: PluginState, name: GroupName, old: OldRecords): Promise<void> {
  for (const [host, record] of Object.entries(old.hosts)) {
    const key = hostKey(name, host)
    await state.update<HostRecord>(key, (known) => known ?? { host, ...record })
  }
}

async function readOld(dataFolder: string, name: GroupName): Promise<OldRecords | undefined> {
  const id = legacyGroupIdOf(name.applicationName, name.deploymentGroupName)
  try {
    return JSON.parse(await readFile(join(dataFolder, 'groups', id, 'history.json'), 'utf8')) as OldRecords
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' && !(error instanceof SyntaxError)) throw error
    return undefined
  }
}
