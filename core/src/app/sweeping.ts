import type { Engine } from '../engine/engine.js'
import { Sweeper } from '../engine/sweeper.js'
import type { Logger } from '../host/plugin.js'

/** A sweeper that says in the log what it did to everybody's leases, and what went wrong. */
export function createSweeper(engine: Engine, leaseMs: number, log: Logger): Sweeper {
  return new Sweeper({
    engine,
    leaseMs,
    onRenewed: (leases, awayMs) => {
      if (awayMs !== undefined)
        log.warn('leases began anew: this server was stopped, its database away, or a clock was set', {
          leases,
          awaySeconds: Math.round(awayMs / 1_000),
        })
      else if (leases > 0) log.info('leases began anew with the server', { leases })
    },
    onError: (err) => log.error('the sweep failed, and comes again', { err }),
  })
}
