/** Failures told once: hosts that failed for the same reason stand together. */
import type { HostResult } from '../deploy/result.js'
import type { GroupHost } from '../group/deployment-group.js'
import { targetName } from '../shell/target.js'

export interface Cause {
  /** Of the hosts, in the order in which they failed. */
  readonly hosts: readonly string[]
  /** In the first host's words. */
  readonly message: string
}

/** Hosts that did not succeed, grouped by why; the largest group first. */
export function causesOf(results: ReadonlyMap<string, HostResult>, hosts: readonly GroupHost[]): Cause[] {
  const groups = new Map<string, { hosts: string[]; message: string }>()
  for (const [id, result] of results) {
    if (result.status === 'Succeeded') continue
    const host = hosts.find((candidate) => candidate.id === id)
    const message = withoutName(result.message ?? 'failed', host)
    const key = neutral(message, host)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, { hosts: [id], message })
    else group.hosts.push(id)
  }
  return [...groups.values()].sort((a, b) => b.hosts.length - a.hosts.length)
}

/** `web1, web2 and 6 more: why`. */
export function causeLine({ hosts, message }: Cause, shown = 8): string {
  const rest = hosts.length - shown
  const names = rest > 0 ? `${hosts.slice(0, shown).join(', ')} and ${rest} more` : hosts.join(', ')
  return `${names}: ${message}`
}

/** The line begins with the host already. */
function withoutName(message: string, host: GroupHost | undefined): string {
  if (host === undefined) return message
  const names = [host.id, host.target === 'local' ? 'local' : targetName(host.target)]
  const prefix = names.find((name) => message.startsWith(`${name}: `))
  return prefix === undefined ? message : message.slice(prefix.length + 2)
}

/** What makes one cause look like several: names, addresses, deployment roots, keys and pids. */
function neutral(message: string, host: GroupHost | undefined): string {
  const { target = 'local', root = '', id = '' } = host ?? {}
  const own =
    target === 'local'
      ? []
      : [targetName(target), `[${target.host}]:${target.port}`, `${target.host}:${target.port}`, target.host]
  return [...own, root, id]
    .filter((word) => word.length > 1)
    .reduce((text, word) => text.replaceAll(word, '*'), message)
    .replace(/SHA256:\S+|AAAA[\w+/=]{20,}/g, '*')
}
