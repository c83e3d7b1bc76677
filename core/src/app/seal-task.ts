import { createHash } from 'node:crypto'
import { actionTypeKey } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import type { Engine, TypeCatalogue } from '../engine/engine.js'
import { secrecyOf } from '../engine/secrets.js'
import type { Logger } from '../host/plugin.js'
import { everyMs, type PeriodicTask } from '../scheduler/coordinator.js'
import type { Database } from '../store/database.js'
import type { MetaStore } from '../store/meta-store.js'
import { isAllSealed, type SealedSoFar, sealRest } from '../store/seal-rest.js'
import type { Key } from '../store/sealer.js'

export interface SealTaskParts {
  readonly database: Database
  readonly engine: Pick<Engine, 'types' | 'store'>
  readonly meta: Pick<MetaStore, 'get' | 'set'>
  readonly masterKey: Key
  readonly clock: Clock
  readonly log: Logger
}

interface Progress {
  /** What was secret when the tables were gone through. */
  readonly secrets: string
  readonly soFar: SealedSoFar
}

/** Milliseconds between two batches: a history of a million executions is gone through beside the work. */
const breath = 20

/**
 * Seals what older versions wrote in clear, and what a type has only now declared secret: each time that the types
 * declare other secrets than those that the tables were gone through with. Goes on where it was stopped.
 */
export function sealTask({ database, engine, meta, masterKey, clock, log }: SealTaskParts): PeriodicTask {
  let known: string | undefined
  return {
    name: 'seal-rest',
    next: everyMs(60_000),
    limit: 30 * 60_000,
    async run(signal) {
      const secrets = secretsOf(engine.types)
      if (known === secrets) return
      const kept = JSON.parse((await meta.get('sealing')) ?? 'null') as Progress | null
      const before = kept?.secrets === secrets ? kept.soFar : {}
      if (!isAllSealed(before)) {
        const parts = {
          database,
          key: masterKey,
          secrecy: (type: Parameters<typeof secrecyOf>[1]) => secrecyOf(engine.types, type),
          webhooks: engine.store.webhooks,
          pause: () => new Promise<void>((resolve) => void clock.after(breath, resolve)),
        }
        const soFar = await sealRest(parts, before, signal)
        await meta.set('sealing', JSON.stringify({ secrets, soFar } satisfies Progress))
        if (!isAllSealed(soFar)) return
        log.info('all secrets in the database are sealed')
      }
      known = secrets
    },
  }
}

/** Tells whether what counts as secret has changed. */
function secretsOf(types: TypeCatalogue): string {
  const names = (properties: readonly { readonly name: string; readonly secret: boolean }[] = []) =>
    properties.filter(({ secret }) => secret).map(({ name }) => name)
  const all = [
    ...types.list().map((type) => [actionTypeKey(type.id), ...names(type.actionConfigurationProperties)]),
    ...types.listRules().map((rule) => [rule.id.provider, ...names(rule.ruleConfigurationProperties)]),
  ]
  const text = all.map((line) => line.join(' ')).sort()
  return createHash('sha256').update(text.join('\n')).digest('hex').slice(0, 32)
}
