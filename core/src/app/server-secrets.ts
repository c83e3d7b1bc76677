/** `{{secret:NAME}}`: plugins' stores first, then the server's own, then the data folder's files. */
import type { AuditStore } from '../domain/access-store.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import { matches } from '../domain/policy.js'
import {
  type SecretFacts,
  type SecretPlace,
  type SecretScope,
  type StoredSecrets,
  scopeProblem,
} from '../domain/secret.js'
import type { EngineReads } from '../engine/ports.js'
import type { Logger, SecretStore } from '../host/plugin.js'
import type { MasterKey } from '../http/master-key.js'
import type { SealedSecret, SqlSecretStore } from '../store/secret-store.js'

/** How seldom the use of a secret is written back. */
const touchEveryMs = 60_000

export interface ServerSecretsParts {
  readonly store: SqlSecretStore
  readonly audit: AuditStore
  readonly key: MasterKey
  readonly clock: Clock
  readonly log: Logger
  readonly reads: Pick<EngineReads, 'pipelines'>
  readonly plugins: () => readonly SecretStore[]
  readonly folder: SecretStore
}

export class ServerSecrets implements StoredSecrets {
  constructor(private readonly parts: ServerSecretsParts) {}

  async put(name: string, value: string, scope: SecretScope, by: string): Promise<{ pipelinesInScope: number }> {
    if (value === '') throw new Fault('ValidationException', `the secret "${name}" has no value: give it one`)
    const { store, clock, key } = this.parts
    const known = await store.get(name)
    const now = clock.now()
    const { pipelines, stages } = scope
    await store.put({
      name,
      sealedValue: key.seal(value, about(name)),
      created: known?.created ?? now,
      changed: now,
      changedBy: by,
      ...defined({ lastUsed: known?.lastUsed, pipelines, stages }),
    })
    return { pipelinesInScope: await this.countInScope(scope) }
  }

  async list(): Promise<readonly SecretFacts[]> {
    return (await this.parts.store.list()).map(({ sealedValue: _, ...facts }) => facts)
  }

  async delete(name: string): Promise<void> {
    if (await this.parts.store.delete(name)) return
    throw new Fault(
      'ResourceNotFoundException',
      `there is no secret "${name}" (files in secrets/named are removed there)`,
    )
  }

  /** For one place: what is out of scope there is refused. Uses by actions are in the audit log, polls are not. */
  at(place: SecretPlace): (name: string) => Promise<string | undefined> {
    return async (name) => {
      for (const store of this.parts.plugins()) {
        const value = await store.get(name)
        if (value !== undefined) return value
      }
      const own = await this.parts.store.get(name)
      return own ? this.use(own, place) : this.parts.folder.get(name)
    }
  }

  /** For a plugin's own work, which no pipeline asks for. Errors: the secret is for certain pipelines or stages. */
  async forPlugin(plugin: string, name: string): Promise<string | undefined> {
    for (const store of this.parts.plugins()) {
      const value = await store.get(name)
      if (value !== undefined) return value
    }
    const own = await this.parts.store.get(name)
    if (own === undefined) return this.parts.folder.get(name)
    if (own.pipelines !== undefined || own.stages !== undefined)
      throw new Error(
        `the secret "${name}" is for certain pipelines or stages, and ${plugin} asks for itself: penstock secret set ${name} without --pipeline and --stage lets it`,
      )
    return this.parts.key.unseal(own.sealedValue, about(name))
  }

  /** What is wrong with naming a secret at a place, before anything runs; a store that cannot answer now is not in the way. */
  async problem(name: string, place: SecretPlace): Promise<string | undefined> {
    try {
      for (const store of this.parts.plugins()) if ((await store.get(name)) !== undefined) return undefined
      const own = await this.parts.store.get(name)
      if (own) return scopeProblem(own, place)
      if ((await this.parts.folder.get(name)) !== undefined) return undefined
      return `no secret store has "${name}": penstock secret set ${name}, with its value on standard input, makes it`
    } catch {
      return undefined
    }
  }

  private async use(secret: SealedSecret, place: SecretPlace): Promise<string> {
    const { store, clock, key, audit, log } = this.parts
    const { name } = secret
    const refusal = scopeProblem(secret, place)
    const now = clock.now()
    if (place.actionName !== undefined) {
      const target = `${place.pipelineName}/${place.stageName}/${place.actionName}`
      const result = refusal === undefined ? 'ok' : 'AccessDeniedException'
      await audit
        .add({
          at: now,
          principal: `pipeline/${place.pipelineName}`,
          operation: 'UseSecret',
          target: name,
          result,
          detail: `by ${target}`,
        })
        .catch((err: unknown) => log.error('the audit log cannot be written', { err }))
    }
    if (refusal !== undefined) throw new Error(`needs what it may not have: ${refusal}`)
    if (now - (secret.lastUsed ?? 0) >= touchEveryMs)
      await store.touch(name, now).catch((err: unknown) => log.error('the use of a secret cannot be noted', { err }))
    return key.unseal(secret.sealedValue, about(name))
  }

  private async countInScope({ pipelines: patterns }: SecretScope): Promise<number> {
    let count = 0
    for (let after: string | undefined; ; ) {
      const page = await this.parts.reads.pipelines(after, 500)
      count += page.filter(({ name }) => !patterns || patterns.some((pattern) => matches(pattern, name))).length
      after = page.at(-1)?.name
      if (page.length < 500) return count
    }
  }
}

/** What a sealed value is bound to, so that two cannot change places. */
const about = (name: string) => `secret ${name}`
