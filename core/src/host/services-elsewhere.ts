/** What `api.server` is where no server runs. */
import type { ServerIdentity, ServerServices } from './services.js'
import type { StateDoor } from './state/state-door.js'

/** What is known there all the same. */
export interface KnownElsewhere {
  readonly clock: ServerServices['clock']
  readonly identity: Partial<ServerIdentity>
}

/** Says so to whoever uses what only a server has: an empty answer would be a false one. */
export function servicesElsewhere(where: string, { clock, identity }: KnownElsewhere): ServerServices {
  const known = { clock, identity: only('api.server.identity', identity, where) }
  return only('api.server', known, where) as unknown as ServerServices
}

/** `api.state` where nothing is kept, but for what `known` does. */
export function stateElsewhere(where: string, known: Partial<StateDoor> = {}): StateDoor {
  return only('api.state', known, where)
}

function only<T extends object>(what: string, known: T, where: string): never {
  return new Proxy(known, {
    get(target, name) {
      if (typeof name === 'symbol') return undefined
      const value = (target as Record<string, unknown>)[name]
      if (value !== undefined) return value
      throw new Error(`${what}.${name} is not there ${where}: only a server has it`)
    },
    has: (target, name) => name in target,
  }) as never
}
