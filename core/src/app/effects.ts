/** What the engine decided: told to the hooks, whose errors stay with whoever caused them, and written down for the notifiers. */
import type { ArtifactStore } from '../domain/artifact.js'
import type { Effect } from '../engine/changes.js'
import type { Engine } from '../engine/engine.js'
import { reason } from '../host/contain.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import type { ServerIdentity } from '../host/services.js'
import { NotificationDesk } from './deliveries/desk.js'
import { notificationOf } from './notification.js'
import { inject, injectable, tokens } from './services.js'

@injectable()
export class EffectDelivery {
  constructor(
    @inject(tokens.hooks) private readonly hooks: Hooks,
    @inject(tokens.engine) private readonly engine: Pick<Engine, 'store'>,
    @inject(tokens.artifacts) private readonly artifacts: Pick<ArtifactStore, 'head'>,
    @inject(tokens.identity) private readonly identity: ServerIdentity,
    @inject(tokens.log) private readonly log: Logger,
    @inject(NotificationDesk) private readonly desk: Pick<NotificationDesk, 'take'>,
  ) {}

  /** For the outbox: resolves when the hooks were told, and what notifiers are to be told is kept. `event` is the same each time. */
  readonly deliver = async (effect: Effect, event: string): Promise<void> => {
    const { kind, ...told } = effect
    await this.hooks[kind].promise(told as never)
    if (effect.kind === 'actionChanged' && effect.status === 'Succeeded')
      await this.#tellOfArtifacts(effect.actionExecutionId)
    const notification = notificationOf(effect, this.identity)
    if (notification) await this.desk.take(notification, `${event} ${JSON.stringify(effect)}`)
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
