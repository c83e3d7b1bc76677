import type { Clock } from '../../domain/clock.js'
import { defined } from '../../domain/defined.js'
import type { DeliveryStore } from '../../domain/delivery.js'
import type { Notification } from '../../domain/notification.js'
import type { Engine } from '../../engine/engine.js'
import type { Logger } from '../../host/plugin.js'
import { ProviderRegistry } from '../../host/registry.js'
import type { Config } from '../config.js'
import { inject, injectable, tokens } from '../services.js'
import { Courier } from './courier.js'
import { deliveriesOf } from './dispatch.js'

const hour = 60 * 60_000

/** Where notifications are handed in. */
@injectable()
export class NotificationDesk {
  constructor(
    @inject(tokens.clock) private readonly clock: Pick<Clock, 'now'>,
    @inject(ProviderRegistry) private readonly registry: Pick<ProviderRegistry, 'notifiers'>,
    @inject(tokens.engine) private readonly engine: Pick<Engine, 'store'>,
    @inject(tokens.config) private readonly config: Pick<Config, 'topics' | 'deliveries'>,
    @inject(tokens.deliveries) private readonly store: Pick<DeliveryStore, 'add'>,
    @inject(Courier) private readonly courier: Pick<Courier, 'wake'>,
    @inject(tokens.log) private readonly log: Logger,
  ) {}

  /** Resolves once it is kept, to be delivered. `event` names what happened: told again under it, nobody hears of it twice. */
  async take(notification: Notification, event: string): Promise<void> {
    const { clock, config, log } = this
    const deliveries = await deliveriesOf(notification, event, {
      notifiers: this.registry.notifiers(),
      topics: config.topics,
      log,
      now: clock.now(),
      giveUpMs: config.deliveries.giveUpHours * hour,
    })
    if (deliveries.length === 0) return
    const more = defined({ revisions: await this.#revisionsOf(notification) })
    await this.store.add(deliveries.map((one) => ({ ...one, notification: { ...one.notification, ...more } })))
    this.courier.wake()
  }

  async #revisionsOf({ pipelineExecutionId }: Notification): Promise<Notification['revisions']> {
    if (pipelineExecutionId === undefined) return undefined
    return (await this.engine.store.read.execution(pipelineExecutionId))?.sourceRevisions
  }
}
