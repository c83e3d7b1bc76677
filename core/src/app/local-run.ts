/** A server's parts for one pipeline run on this machine: no port, no polling, a data folder of its own. */
import { type Clock, systemClock } from '../domain/clock.js'
import { defaultLeaseMs } from '../engine/local-jobs.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { PropertyDeclarations } from '../host/action-type-declaration.js'
import type { Logger } from '../host/plugin.js'
import type { SourceProvider } from '../host/source-provider.js'
import { everyMs } from '../scheduler/coordinator.js'
import { startTicker } from '../scheduler/ticker.js'
import { assemble } from './assemble.js'
import type { Config } from './config.js'
import { asLogger, createPino } from './logger.js'
import type { Server } from './make-server.js'
import { openPort } from './server.js'
import { StopStack } from './stop-stack.js'
import { createSweeper } from './sweeping.js'

export interface LocalRunOptions<P extends PropertyDeclarations> {
  readonly config: Config
  /** An action type besides the plugins'. */
  readonly source: SourceProvider<P>
  readonly clock?: Clock
}

export interface LocalRun {
  readonly parts: Server
  /** Opens a port on the loopback address: functions that are invoked report over the API. */
  openApi(): Promise<void>
  /** Starts plugins and the worker: what is created from now on runs. */
  start(): Promise<void>
  /** Resolves when everything is stopped. Steps of jobs that are in progress would run on: end the execution first. */
  stop(): Promise<void>
}

/**
 * Assembles the parts; plugins are registered and not started. Errors: those of `startServer`, and nothing is left running then.
 */
export async function prepareLocalRun<P extends PropertyDeclarations>({
  config,
  source,
  clock = systemClock,
}: LocalRunOptions<P>): Promise<LocalRun> {
  const pino = createPino(config.log.level)
  const log = asLogger(pino)
  const stack = new StopStack(clock, log)
  const starting = {
    bundled: undefined,
    config,
    clock,
    log,
    pluginLog: (plugin: string) => asLogger(pino, { plugin }),
    stack,
  }
  try {
    const { parts, identity } = await assemble(starting)
    await parts.host.register()
    parts.registry.addAction('penstock run', source as unknown as ActionProvider)
    await parts.catalogue.load()
    return {
      parts,
      async openApi() {
        identity.listening((await openPort(starting, parts, () => true)).address)
      },
      start: () => start(parts, log, stack),
      stop: () => stack.stop(),
    }
  } catch (error) {
    await stack.stop()
    throw error
  }
}

async function start(parts: Server, log: Logger, stack: StopStack): Promise<void> {
  const { coordinator, outbox, engine } = parts
  stack.push('plugins', () => parts.host.stop())
  await parts.host.start()
  stack.push('outbox', () => outbox.stop())
  outbox.start()
  stack.push('worker', () => parts.worker.stop())
  await parts.worker.start()
  const sweeper = createSweeper(engine, defaultLeaseMs, log)
  stack.push('sweeps', () => sweeper.stop())
  sweeper.start()
  coordinator.every({
    name: 'outbox',
    next: everyMs(5_000),
    limit: 60_000,
    local: true,
    run: async () => outbox.wake(),
  })
  stack.push('periodic tasks', () => coordinator.stop())
  const stopTicker = await startTicker(() => coordinator.tick())
  stack.push('ticker', stopTicker)
}
