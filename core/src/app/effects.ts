/** What the engine decided, told to plugins: the hooks, then the notifiers. Errors stay with whoever caused them. */
import type { Clock } from '../domain/clock.js'
import type { Effect } from '../engine/changes.js'
import type { EngineReads } from '../engine/ports.js'
import { reason } from '../host/contain.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger, Notification } from '../host/plugin.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { ServerIdentity, ServerServices } from '../host/services.js'
import { notificationOf } from './notification.js'

export interface EffectParts {
  readonly clock: Clock
  readonly hooks: Hooks
  readonly registry: ProviderRegistry
  readonly reads: Pick<EngineReads, 'action'>
  readonly artifacts: Pick<ServerServices['artifacts'], 'head'>
  readonly identity: ServerIdentity
  readonly log: Logger
}

/** For the outbox: resolves when everybody was told, whatever they made of it. */
export function effectDelivery(parts: EffectParts): (effect: Effect) => Promise<void> {
  return async (effect) => {
    const { kind, ...event } = effect
    await parts.hooks[kind].promise(event as never)
    if (effect.kind === 'actionChanged' && effect.status === 'Succeeded')
      await tellOfArtifacts(parts, effect.actionExecutionId)
    const notification = notificationOf(effect, parts.identity)
    if (notification) await notify(parts, notification)
  }
}

async function tellOfArtifacts(
  { hooks, reads, artifacts, log }: EffectParts,
  actionExecutionId: string,
): Promise<void> {
  if (!hooks.artifactStored.isUsed()) return
  const action = await reads.action(actionExecutionId)
  for (const { name, location } of action?.outputArtifacts ?? []) {
    const stored = await artifacts.head(location).catch((error: unknown) => {
      log.warn('artifact cannot be looked at', { name, error: reason(error) })
      return undefined
    })
    if (!action || !stored) continue
    const { pipelineName, executionId } = action
    await hooks.artifactStored.promise({
      pipelineName,
      pipelineExecutionId: executionId,
      name,
      location,
      size: stored.size,
    })
  }
}

/** Each notifier has thirty seconds; one that fails keeps no other from being told. */
async function notify({ registry, clock, log }: EffectParts, notification: Notification): Promise<void> {
  const told = registry.notifiers().map(async (notifier) => {
    let cancel = () => {}
    const limit = new Promise<never>((_, reject) => {
      cancel = clock.after(30_000, () => reject(new Error('it did not answer within 30 s')))
    })
    try {
      await Promise.race([notifier.notify(notification), limit])
    } catch (error) {
      log.error('notification failed', { notifier: notifier.name, kind: notification.kind, error: reason(error) })
    } finally {
      cancel()
    }
  })
  await Promise.all(told)
}
