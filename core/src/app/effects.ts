/** What the engine decided: told to the hooks, whose errors stay with whoever caused them, and written down for the notifiers. */
import type { ArtifactStore } from '../domain/artifact.js'
import type { Clock } from '../domain/clock.js'
import { defined } from '../domain/defined.js'
import type { DeliveryStore } from '../domain/delivery.js'
import type { Effect } from '../engine/changes.js'
import type { Engine } from '../engine/engine.js'
import { reason } from '../host/contain.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger, Notification } from '../host/plugin.js'
import { ProviderRegistry } from '../host/registry.js'
import type { ServerIdentity } from '../host/services.js'
import type { Config } from './config.js'
import { Courier } from './deliveries/courier.js'
import { deliveriesOf } from './deliveries/dispatch.js'
import { notificationOf } from './notification.js'
import { inject, injectable, tokens } from './services.js'

const hour = 60 * 60_000

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
    @inject(tokens.config) private readonly config: Pick<Config, 'topics' | 'deliveries'>,
    @inject(tokens.deliveries) private readonly store: Pick<DeliveryStore, 'add'>,
    @inject(Courier) private readonly courier: Pick<Courier, 'wake'>,
  ) {}

  /** For the outbox: resolves when the hooks were told, and what notifiers are to be told is kept. `event` is the same each time. */
  readonly deliver = async (effect: Effect, event: string): Promise<void> => {
    const { kind, ...told } = effect
    await this.hooks[kind].promise(told as never)
    if (effect.kind === 'actionChanged' && effect.status === 'Succeeded')
      await this.#tellOfArtifacts(effect.actionExecutionId)
    const notification = notificationOf(effect, this.identity)
    if (notification) await this.#keep(notification, `${event} ${JSON.stringify(effect)}`)
  }

  async #keep(notification: Notification, event: string): Promise<void> {
    const { clock, config, log } = this
    const deliveries = await deliveriesOf(notification, event, {
      notifiers: this.registry.notifiers(),
      topics: config.topics,
      log,
      now: clock.now(),
      giveUpMs: config.deliveries.giveUpHours * hour,
    })
    if (deliveries.length === 0) return
    const revisions = await this.#revisionsOf(notification)
    await this.store.add(
      deliveries.map((one) => ({ ...one, notification: { ...one.notification, ...defined({ revisions }) } })),
    )
    this.courier.wake()
  }

  async #revisionsOf({ pipelineExecutionId }: Notification): Promise<Notification['revisions']> {
    if (pipelineExecutionId === undefined) return undefined
    return (await this.engine.store.read.execution(pipelineExecutionId))?.sourceRevisions
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
}
