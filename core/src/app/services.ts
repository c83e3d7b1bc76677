/** The services of one server, each once: what a test registered beforehand, or what is made now. The only tsyringe code. */
import 'reflect-metadata' // before tsyringe, which asks for it as it is loaded
import { type DependencyContainer, type InjectionToken, container as root } from 'tsyringe'
import type { Clock } from '../domain/clock.js'
import type { DeliveryStore } from '../domain/delivery.js'
import type { Engine } from '../engine/engine.js'
import type { Hooks } from '../host/hooks.js'
import type { Logger } from '../host/plugin.js'
import type { LiveService } from '../host/services.js'
import type { MasterKey } from '../http/master-key.js'
import type { OperationService } from '../operations/serve.js'
import type { Database } from '../store/database.js'
import type { ActionLogs } from '../worker/log-service.js'
import type { ChosenArtifactStore } from './artifacts.js'
import type { Config } from './config.js'
import type { Identity } from './identity.js'
import type { ReceivedLogs } from './remote-logs.js'

export { inject, injectable } from 'tsyringe'

/** A class is its own token; these are for what has none. */
export const tokens = {
  config: token<Config>('config'),
  clock: token<Clock>('clock'),
  log: token<Logger>('log'),
  database: token<Database>('database'),
  identity: token<Identity>('identity'),
  masterKey: token<MasterKey>('masterKey'),
  artifacts: token<ChosenArtifactStore>('artifacts'),
  hooks: token<Hooks>('hooks'),
  engine: token<Engine>('engine'),
  deliveries: token<DeliveryStore>('deliveries'),
  operations: token<OperationService>('operations'),
  logs: token<ActionLogs>('logs'),
  receivedLogs: token<ReceivedLogs>('receivedLogs'),
  live: token<LiveService>('live'),
} as const

/** Puts a service of a test's own in the place of a server's. */
export type Replace = (register: <T>(token: InjectionToken<T>, service: T) => void) => void

type Constructor<T> = new (...args: never[]) => T

/** A container of the server's own, so that two servers in one process share nothing. */
export class Services {
  readonly #container: DependencyContainer = root.createChildContainer()

  constructor(replace?: Replace) {
    replace?.((token, service) => void this.#container.registerInstance(token, service))
  }

  /** The one that is registered, or this one from now on. */
  one<T>(token: InjectionToken<T>, make: () => T): T {
    if (!this.#container.isRegistered(token)) this.#container.registerInstance(token, make())
    return this.#container.resolve(token)
  }

  /** An `@injectable()` class, made by tsyringe from what is there already. Errors: that something is not. */
  build<T>(type: Constructor<T>): T {
    return this.one(type as InjectionToken<T>, () => this.#container.resolve(type as InjectionToken<T>))
  }
}

function token<T>(name: string): InjectionToken<T> {
  return Symbol(name) as InjectionToken<T>
}
