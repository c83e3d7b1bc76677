/**
 * Brings plugins to life and to rest, one step at a time:
 *
 *   discovered -> validated -> loaded -> registered -> started -> stopped, or failed / incompatible / disabled.
 *
 * Each step of each plugin is contained (contain.ts): what goes wrong is that plugin's own problem, and the rest goes on.
 */
import type { PluginStateStore } from '../domain/plugin-state.js'
import { contain, reason } from './contain.js'
import type { PluginReference } from './discover.js'
import { PluginRefused, readManifest } from './manifest.js'
import type { HttpMount } from './plugin.js'
import { PluginEntry, PluginLife } from './plugin-entry.js'
import { load, type RegisterParts, register, stepLimits, validate } from './plugin-steps.js'
import type { ActionTypeInfo, PluginService, PluginStatus } from './services.js'

export interface PluginHostParts extends RegisterParts {
  readonly references: readonly PluginReference[]
  readonly states: PluginStateStore
}

/** A mounted handler and whose it is. */
export interface PluginMount {
  readonly plugin: string
  readonly mount: HttpMount
}

export class PluginHost implements PluginService {
  private readonly entries: PluginEntry[]
  /** In the order in which they started; stopped in reverse. */
  private readonly started: PluginEntry[] = []
  private mounted: readonly PluginMount[] | undefined

  constructor(private readonly parts: PluginHostParts) {
    this.entries = parts.references.map(
      (reference) => new PluginEntry(reference, (entry, text) => parts.log(entry.name).error(text)),
    )
  }

  /** Brings every plugin that is switched on to `registered`. Never rejects for a plugin's sake. */
  async register(): Promise<void> {
    const off = await this.parts.states.disabled()
    for (const entry of this.entries) {
      if (entry.reference.off || off.has(entry.name)) await this.describeDisabled(entry)
      else await this.bringUp(entry)
    }
  }

  /** Starts what is registered, side by side. Never rejects for a plugin's sake. */
  async start(): Promise<void> {
    const ready = this.entries.filter((entry) => entry.state === 'registered')
    await Promise.all(ready.map((entry) => this.startOne(entry)))
  }

  /** Stops what was started, the last one first. */
  async stop(): Promise<void> {
    for (const entry of [...this.started].reverse()) await this.stopOne(entry, 'stopped')
    for (const entry of this.entries) if (entry.state === 'registered') this.release(entry, 'stopped')
  }

  list(): readonly PluginStatus[] {
    return this.entries.map((entry) => {
      const provides = entry.life.active ? this.parts.registry.providedBy(entry.name) : (entry.manifest?.provides ?? [])
      const { name, state, bundled } = entry
      return { name, version: entry.manifest?.version ?? '', state, problems: [...entry.problems], provides, bundled }
    })
  }

  actionTypes(): readonly ActionTypeInfo[] {
    return this.parts.registry.actionTypes()
  }

  /** Every living plugin's HTTP handlers. */
  mounts(): readonly PluginMount[] {
    this.mounted ??= this.entries.flatMap((entry) =>
      entry.life.active ? entry.life.mounts.map((mount) => ({ plugin: entry.name, mount })) : [],
    )
    return this.mounted
  }

  /** Switches a plugin off, now and after a restart. Errors: when there is no such plugin. */
  async disable(name: string): Promise<void> {
    const entry = this.find(name)
    await this.parts.states.setEnabled(entry.name, false)
    if (entry.state === 'started') await this.stopOne(entry, 'disabled')
    else this.release(entry, 'disabled')
  }

  /** Switches a plugin on again: it registers and starts anew. Errors: when there is no such plugin, or penstock.yaml switches it off. */
  async enable(name: string): Promise<void> {
    const entry = this.find(name)
    if (entry.reference.off)
      throw new PluginRefused(
        `plugin '${name}' is switched off in penstock.yaml (plugins.${name}: false): change it there`,
      )
    await this.parts.states.setEnabled(entry.name, true)
    if (entry.state === 'started') return
    entry.problems.length = 0
    await this.bringUp(entry)
    if (this.reached(entry, 'registered')) await this.startOne(entry)
  }

  /** Adds to a plugin's problems; what no plugin is called is not heard. */
  report(plugin: string, problem: string): void {
    this.entries.find((entry) => entry.name === plugin)?.problem(problem)
  }

  /** Takes a plugin out of use for an error outside any step. */
  fail(plugin: string, problem: string): void {
    const entry = this.entries.find((candidate) => candidate.name === plugin)
    if (!entry) return
    entry.problem(problem)
    this.release(entry, 'failed')
  }

  /** The plugin whose files an error's stack passes through, nearest first. */
  ownerOf(error: unknown): string | undefined {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    for (const line of stack.split('\n')) {
      const owner = this.entries.find((entry) => entry.path !== undefined && line.includes(entry.path))
      if (owner) return owner.name
    }
    return undefined
  }

  private find(name: string): PluginEntry {
    const entry = this.entries.find((candidate) => candidate.name === name)
    if (!entry)
      throw new PluginRefused(`no plugin is called '${name}'; there are ${this.entries.map((e) => e.name).join(', ')}`)
    return entry
  }

  /** discovered -> validated -> loaded -> registered. */
  private async bringUp(entry: PluginEntry): Promise<void> {
    entry.life = new PluginLife(entry)
    entry.state = 'discovered'
    try {
      await validate(entry, this.entries)
      const config = await load(entry, this.entries, this.parts.clock)
      await register(entry, config, this.parts)
      this.mounted = undefined
    } catch (error) {
      entry.problem(`${stepAfter[entry.state] ?? 'use'}: ${reason(error)}`)
      this.release(entry, error instanceof PluginRefused ? error.state : 'failed')
    }
  }

  private async startOne(entry: PluginEntry): Promise<void> {
    const { clock } = this.parts
    this.started.push(entry)
    try {
      await contain(clock, entry.name, 'onStart()', stepLimits.start, async () => {
        for (const start of entry.life.starts) await start()
      })
      if (this.reached(entry, 'registered')) entry.state = 'started'
    } catch (error) {
      entry.problem(`start: ${reason(error)}`)
      await this.stopOne(entry, 'failed')
    }
  }

  /** Runs what the plugin left to be done at its end, all of it, whatever fails. */
  private async stopOne(entry: PluginEntry, state: 'stopped' | 'disabled' | 'failed'): Promise<void> {
    this.release(entry, state)
    const index = this.started.indexOf(entry)
    if (index >= 0) this.started.splice(index, 1)
    for (const stop of [...entry.life.stops].reverse()) {
      try {
        await contain(this.parts.clock, entry.name, 'onStop()', stepLimits.stop, stop)
      } catch (error) {
        entry.problem(`stop: ${reason(error)}`)
      }
    }
  }

  private release(entry: PluginEntry, state: PluginEntry['state']): void {
    const wasActive = entry.life.active || entry.state === 'loaded'
    entry.end(state)
    if (wasActive) this.parts.registry.withdraw(entry.name)
    this.mounted = undefined
  }

  /** Disabled plugins still show their version. */
  private async describeDisabled(entry: PluginEntry): Promise<void> {
    const { place } = entry.reference
    if ('path' in place && place.kind !== 'file') entry.manifest = await readManifest(place.path).catch(() => undefined)
    entry.end('disabled')
  }

  /** A fresh look at a state that other calls may have changed meanwhile. */
  private reached(entry: PluginEntry, state: PluginEntry['state']): boolean {
    return entry.state === state
  }
}

/** What was about to be done in each state, for problems. */
const stepAfter: Partial<Record<PluginEntry['state'], string>> = {
  discovered: 'manifest',
  validated: 'load',
  loaded: 'register',
}
