import { defined } from '@penstock/core'
/** `user@host:port`, as people write it. */

export interface WrittenHost {
  readonly host: string
  readonly port?: number
  readonly user?: string
}

/** Reads one host; a text says what is wrong. `[::1]:22` and a bare `::1` are IPv6 addresses. */
export function parseHost(text: string): WrittenHost | string {
  const match = /^(?:([^@\s]+)@)?(\[[0-9A-Fa-f:.%\w]+\]|[^\s@:[\]]+|[0-9A-Fa-f:]+:[0-9A-Fa-f:]*)(?::(\d+))?$/.exec(
    text.trim(),
  )
  const [, user, name, portText] = match ?? []
  if (name === undefined || name.startsWith('-')) return `${JSON.stringify(text)} is not a host: write user@host:port`
  const port = portText === undefined ? undefined : Number(portText)
  if (port !== undefined && (port < 1 || port > 65535)) return `${JSON.stringify(text)}: the port must be 1 to 65535`
  const host = name.replace(/^\[(.*)\]$/, '$1')
  return { host, ...defined({ port, user }) }
}

/** A comma list; blanks around the commas do not matter. */
export function splitHosts(list: string): string[] {
  return list
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}
