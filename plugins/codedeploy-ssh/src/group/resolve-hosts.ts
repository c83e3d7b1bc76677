/** From names, addresses and tags to hosts that can be logged in to. */

import { userInfo } from 'node:os'
import { defined } from '@penstock/core'
import type { BecomeConfig, CodeDeployConfig, HostConfig, TagFilter } from '../config.js'
import type { Become } from '../shell/become-shell.js'
import { type SshTarget, targetName } from '../shell/target.js'
import type { GroupHost } from './deployment-group.js'
import { parseHost } from './parse-host.js'

/** What all hosts of a list have unless they say otherwise. */
export interface HostDefaults {
  readonly user?: string | undefined
  readonly identityFile?: string | undefined
  readonly passphrase?: string | undefined
  readonly password?: string | undefined
  readonly proxyJump?: readonly string[] | undefined
  readonly root?: string | undefined
  readonly become?: BecomeConfig | undefined
}

/** Collects hosts and what is wrong with them. */
export class HostResolver {
  readonly problems: string[] = []

  constructor(
    private readonly inventory: NonNullable<CodeDeployConfig['hosts']>,
    private readonly defaults: HostDefaults,
  ) {}

  /** The hosts of a list, in its order. */
  list(hosts: readonly (string | HostConfig)[]): GroupHost[] {
    const found = hosts.flatMap((host) => this.one(host) ?? [])
    const seen = new Map<string, string>()
    for (const { id, target, root } of found) {
      const place = `${target === 'local' ? 'local' : targetName(target)} ${root}`
      if (seen.has(place)) this.problems.push(`${id} is the same host as ${seen.get(place)}`)
      seen.set(place, id)
    }
    return found
  }

  /** All hosts of the inventory that fit one filter of each list, as CodeDeploy chooses them. */
  fitting(tagSet: readonly (readonly TagFilter[])[]): GroupHost[] {
    const names = Object.entries(this.inventory)
      .filter(([, { tags = {} }]) => tagSet.every((filters) => filters.some((filter) => fits(tags, filter))))
      .map(([name]) => name)
    if (names.length === 0) this.problems.push(`no host has the tags of ${JSON.stringify(tagSet)}`)
    return this.list(names)
  }

  /** All hosts of the inventory with all of these tags. */
  tagged(tags: Readonly<Record<string, string>>): GroupHost[] {
    const wanted = Object.entries(tags)
    const names = Object.entries(this.inventory)
      .filter(([, host]) => wanted.every(([name, value]) => host.tags?.[name] === value))
      .map(([name]) => name)
    if (names.length === 0) {
      this.problems.push(`no host has the tags ${wanted.map(([name, value]) => `${name}=${value}`).join(', ')}`)
    }
    return this.list(names)
  }

  private one(host: string | HostConfig): GroupHost | undefined {
    if (typeof host !== 'string') return this.build(undefined, host)
    const known = Object.hasOwn(this.inventory, host) ? this.inventory[host] : undefined
    if (known !== undefined) return this.build(host, known)
    const written = parseHost(host)
    if (typeof written !== 'string') return this.build(undefined, written)
    this.problems.push(written)
    return undefined
  }

  private build(name: string | undefined, host: HostConfig): GroupHost {
    const rootPattern = host.root ?? this.defaults.root ?? ''
    const become = becomeOf(host.become ?? this.defaults.become)
    if (host.host === 'local') {
      const root = rootFor(rootPattern, 'local', 0)
      return { id: name ?? 'local', target: 'local', root, ...defined({ become }) }
    }
    const jumps =
      typeof host.proxyJump === 'string' ? host.proxyJump.split(',') : (host.proxyJump ?? this.defaults.proxyJump ?? [])
    const target = { ...this.target(host), jumps: this.jumps(jumps, 0) }
    const root = rootFor(rootPattern, target.host, target.port)
    // Who is that user already need not ask.
    const needed = become === undefined || target.user === (become.user ?? 'root') ? {} : { become }
    return { id: name ?? targetName(target), target, root, ...needed }
  }

  private target(host: HostConfig): SshTarget {
    const { defaults } = this
    const identityFile = host.identityFile ?? (host.password === undefined ? defaults.identityFile : undefined)
    const passphrase = host.passphrase ?? defaults.passphrase
    const password = host.password ?? defaults.password
    return {
      host: host.host,
      port: host.port ?? 22,
      user: host.user ?? defaults.user ?? userInfo().username,
      jumps: [],
      ...defined({ identityFile, passphrase, password, agent: host.agent }),
    }
  }

  /** A jump's own jumps come before it. */
  private jumps(names: readonly string[], depth: number): SshTarget[] {
    if (depth > 8) {
      this.problems.push(`proxyJump ${names.join(',')} leads in a circle`)
      return []
    }
    return names.flatMap((name) => {
      const trimmed = name.trim()
      const known = Object.hasOwn(this.inventory, trimmed) ? this.inventory[trimmed] : undefined
      const host = known ?? parseHost(trimmed)
      if (typeof host === 'string') {
        this.problems.push(`proxyJump: ${host}`)
        return []
      }
      const further = known?.proxyJump
      const before =
        further === undefined ? [] : this.jumps(typeof further === 'string' ? further.split(',') : further, depth + 1)
      return [...before, this.target(host)]
    })
  }
}

function fits(tags: Readonly<Record<string, string>>, { Key, Value, Type = typeOf(Key, Value) }: TagFilter): boolean {
  if (Type === 'KEY_ONLY') return Key !== undefined && Object.hasOwn(tags, Key)
  if (Type === 'VALUE_ONLY') return Object.values(tags).includes(Value ?? '')
  return Key !== undefined && Object.hasOwn(tags, Key) && tags[Key] === (Value ?? '')
}

function typeOf(key: string | undefined, value: string | undefined): TagFilter['Type'] & string {
  if (value === undefined) return 'KEY_ONLY'
  return key === undefined ? 'VALUE_ONLY' : 'KEY_AND_VALUE'
}

function becomeOf(config: BecomeConfig | undefined): Become | undefined {
  if (config === undefined || config === 'none') return undefined
  return config === 'sudo' ? { method: 'sudo' } : { ...config, method: 'sudo' }
}

/** `%h` and `%p` are the host and the port, `%%` a percent sign. */
function rootFor(pattern: string, host: string, port: number): string {
  return pattern.replace(/%([hp%])/g, (_, letter: string) =>
    letter === 'h' ? host : letter === 'p' ? String(port) : '%',
  )
}
