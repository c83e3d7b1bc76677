/** Deployments that were begun and are not over: what another start, or another server, needs to bring them to their end. */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Clock, isStateConflict, type PluginState } from '@penstock/core'
import type { CodeDeployProperties } from '../properties.js'
import { entries, valuesOf } from './deployment-store.js'
import { LOST_AFTER, Watch } from './group-lease.js'

/** Common to all. */
interface Begun {
  readonly deploymentId: string
  /** The server that runs it. */
  readonly server: string
  /** As in its group's lock. */
  readonly holder?: string
  readonly place?: unknown
}

/** A person's redeployment or retry of the deployment `of`. */
export interface OpenRepetition extends Begun {
  readonly kind: 'redeploy' | 'retry'
  readonly of: string
  readonly by: string
  readonly only?: readonly string[]
}

/** A rollback that goes on although the job that asked for it is over: its execution was stopped. */
export interface OpenRollback extends Begun {
  readonly kind: 'rollback'
  /** The deployment that it undoes. */
  readonly of: string
  /** Why that one ended. */
  readonly why: string
  readonly properties: CodeDeployProperties
}

/** A job's own deployment, or its rollback. The worker takes it up again, unless its job is over or its server is lost. */
export interface OpenJob extends Begun {
  readonly kind: 'job'
  readonly properties: CodeDeployProperties
  /** Of a rollback: as in OpenRollback. */
  readonly of?: string
  readonly why?: string
}

export type Open = OpenRepetition | OpenRollback | OpenJob

/** Milliseconds between two signs of life. */
const BEAT = 15_000

export class OpenDeployments {
  private closing = false
  private readonly here = new Set<string>()
  private cancel: (() => void) | undefined
  private readonly watches = new Map<string, Watch>()
  private readonly since: number
  private id: string | undefined

  constructor(
    private readonly state: PluginState,
    private readonly dataFolder: string,
    private readonly clock: Clock,
  ) {
    this.since = clock.now()
  }

  /** A job that is taken up again, though it may have to wait for its turn. */
  takeUp(deploymentId: string): void {
    this.here.add(deploymentId)
  }

  /** It runs here from now on, or its place has changed. */
  async put(open: Open): Promise<void> {
    this.here.add(open.deploymentId)
    await this.state.put(keyOf(open.deploymentId), open)
    if (this.cancel === undefined) await this.beat()
  }

  /** It is over; not when the server only lets go of it. */
  async over(deploymentId: string): Promise<void> {
    this.here.delete(deploymentId)
    if (!this.closing) await this.state.delete(keyOf(deploymentId))
  }

  /** Those of this server that nothing runs, and that no worker takes up by itself. */
  async left(): Promise<Open[]> {
    const all = valuesOf<Open>(await entries(this.state, 'open/'))
    return all.filter(
      ({ server, kind, deploymentId }) => server === this.server && kind !== 'job' && !this.here.has(deploymentId),
    )
  }

  /**
   * Takes over those whose server has given no sign of life for too long, and jobs of this one that its worker did not take
   * up. Looks at the signs' versions, so that somebody must ask again and again.
   */
  async adopt(): Promise<Open[]> {
    const adopted: Open[] = []
    for (const { key, value, version } of await entries(this.state, 'open/')) {
      const open = value as Open
      if (this.here.has(open.deploymentId) || !(await this.isLost(open.server))) continue
      const mine = { ...open, server: this.server }
      try {
        await this.state.put(key, mine, { expected: version })
      } catch (error) {
        if (isStateConflict(error)) continue // Another server was faster, or it is over.
        throw error
      }
      adopted.push(mine)
    }
    return adopted
  }

  /** From now on nothing that ends here is over: the next start takes it up. */
  close(): void {
    this.closing = true
    this.cancel?.()
  }

  get isClosing(): boolean {
    return this.closing
  }

  /** A name for this server, which its data folder keeps. */
  get server(): string {
    this.id ??= readOrMake(join(this.dataFolder, 'server-id'))
    return this.id
  }

  private async isLost(server: string): Promise<boolean> {
    if (server === this.server) return this.clock.now() - this.since >= LOST_AFTER
    const sign = await this.state.get(signOf(server))
    const watch = this.watches.get(server) ?? new Watch(this.clock)
    this.watches.set(server, watch)
    return watch.isLost({ version: sign?.version ?? '' })
  }

  private async beat(): Promise<void> {
    this.cancel?.()
    this.cancel = undefined
    if (this.closing || this.here.size === 0) return
    this.cancel = this.clock.after(BEAT, () => void this.beat())
    // A database that is away is asked again with the next one.
    await this.state.put(signOf(this.server), { at: this.clock.now() }).catch(() => undefined)
  }
}

function readOrMake(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    mkdirSync(dirname(file), { recursive: true })
    const id = randomUUID()
    writeFileSync(file, id)
    return id
  }
}

function signOf(server: string): string {
  return `servers/${server}`
}

/** What may be kept of an action's configuration: its secrets may not. */
export function withoutSecretProperties(given: CodeDeployProperties): CodeDeployProperties {
  const { Password: _, Passphrase: _also, BecomePassword, ...rest } = given
  return BecomePassword === undefined ? rest : { Become: 'sudo', ...rest }
}

function keyOf(deploymentId: string): string {
  return `open/${deploymentId}`
}
