/** What the engine decided, told to plugins: the hooks, then the notifiers. Errors stay with whoever caused them. */
import type { ArtifactStore } from '../domain/artifact.js'
import { type Clock, within } from '../domain/clock.js'
import type { Effect } from '../engine/changes.js'
import type { Engine } from '../engine/engine.js'
import { reason } from '../host/contain.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger, Notification } from '../host/plugin.js'
import { ProviderRegistry } from '../host/registry.js'
import type { ServerIdentity } from '../host/services.js'
import type { Config } from './config.js'
import { notificationOf } from './notification.js'
import { inject, injectable, tokens } from './services.js'

@injectable()
export class EffectDelivery {
  constructor(
    @inject(tokens.clock) private readonly clock: Clock,
    @inject(tokens.hooks) private readonly hooks: Hooks,
    @inject(ProviderRegistry) private readonly registry: Pick<ProviderRegistry, 'notifiers'>,
    @inject(tokens.engine) private readonly engine: Pick<Engine, 'store'>,
    @inject(tokens.artifacts) private readonly artifacts: Pick<ArtifactStore, 'head'>,
    @inject(tokens.identity) private readonly identity: ServerIdentity,
    @inject(tokens.log) private readonly log: Logger,
    @inject(tokens.config) private readonly config: Pick<Config, 'topics'>,
  ) {}

  /** For the outbox: resolves when everybody was told, whatever they made of it. */
  readonly deliver = async (effect: Effect): Promise<void> => {
    const { kind, ...event } = effect
    await this.hooks[kind].promise(event as never)
    if (effect.kind === 'actionChanged' && effect.status === 'Succeeded')
      await this.#tellOfArtifacts(effect.actionExecutionId)
    const notification = notificationOf(effect, this.identity)
    if (notification) await Promise.all(this.#addressed(notification).map((one) => this.#notify(one)))
  }

  /** One for each address that the operator gave the topic; as it is when there is none. */
  #addressed(notification: Notification): readonly Notification[] {
    const { target } = notification
    const addresses = target === undefined ? undefined : this.config.topics[target]
    return addresses?.map((address) => ({ ...notification, target: address })) ?? [notification]
  }

  async #tellOfArtifacts(actionExecutionId: string): Promise<void> {
    const { hooks, artifacts, log } = this
    if (!hooks.artifactStored.isUsed()) return
    const action = await this.engine.store.read.action(actionExecutionId)
    for (const { name, location } of action?.outputArtifacts ?? []) {
      const stored = await artifacts.head(location).catch((error: unknown) => {
        log.warn('artifact cannot be looked at', { name, error: reason(error) })
        return undefined
      })
      if (!action || !stored) continue
      const { pipelineName, executionId: pipelineExecutionId } = action
      await hooks.artifactStored.promise({ pipelineName, pipelineExecutionId, name, location, size: stored.size })
    }
  }

  /** Each notifier has thirty seconds; one that fails keeps no other from being told. */
  async #notify(notification: Notification): Promise<void> {
    const told = this.registry.notifiers().map(async (notifier) => {
      try {
        await within(this.clock, 30_000, notifier.notify(notification), () => {
          throw new Error('it did not answer within 30 s')
        })
      } catch (error) {
        this.log.error('notification failed', {
          notifier: notifier.name,
          kind: notification.kind,
          error: reason(error),
        })
      }
    })
    await Promise.all(told)
  }
}
