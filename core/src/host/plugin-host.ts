/**
 * Brings plugins to life and to rest, one step at a time:
 *
 *   discovered -> validated -> loaded -> registered -> started -> stopped, or failed / incompatible / disabled.
 *
 * Each step of each plugin is contained (contain.ts): what goes wrong is that plugin's own problem, and the rest goes on.
 */
import type { PluginStateStore } from '../domain/plugin-state.js'
import { contain, reason } from './contain.js'
import { ContributionService } from './contributions/contribution-service.js'
import type { PluginReference } from './discover.js'
import type { IsolatedPlugin } from './isolated/isolated-plugin.js'
import { PluginRefused, readManifest } from './manifest.js'
import type { HttpMount } from './plugin.js'
import { PluginEntry, PluginLife } from './plugin-entry.js'
import { load, type RegisterParts, register, stepLimits, validate } from './plugin-steps.js'
import type { ServiceProvider } from './service-provider.js'
import type { ActionTypeInfo, PluginService, PluginStatus, RuleTypeInfo } from './services.js'
import { reasonAt } from './source-lines.js'

export interface PluginHostParts extends RegisterParts {
  readonly references: readonly PluginReference[]
  /** Reads penstock.yaml again, for a reload. */
  rediscover?(): Promise<readonly PluginReference[]>
  readonly states: PluginStateStore
  /** A worker leaves out plugins that only a server has a use for; `server` when absent. */
  readonly at?: 'server' | 'worker'
}

/** A mounted handler and whose it is. */
export interface PluginMount {
  readonly plugin: string
  readonly mount: HttpMount
}

export class PluginHost implements PluginService {
  private entries: PluginEntry[]
  /** Processes of plugins that were switched off or reloaded, whose jobs are coming to their end. */
  private readonly retiring = new Set<IsolatedPlugin>()
  /** In the order in which they started; stopped in reverse. */
  private readonly started: PluginEntry[] = []
  private mounted: readonly PluginMount[] | undefined

  /** What plugins add to the console and the command line. */
  readonly contributions: ContributionService

  constructor(private readonly parts: PluginHostParts) {
    this.contributions = new ContributionService({
      clock: parts.clock,
      living: () => this.entries.filter(({ state }) => state === 'started').map(livingOf),
      problem: (plugin, text) => this.report(plugin, text),
    })
    this.entries = parts.references.map((reference) => this.entryOf(reference))
  }

  private entryOf(reference: PluginReference): PluginEntry {
    return new PluginEntry(reference, (entry, text) => this.parts.log(entry.name).error(text))
  }

  /** Brings every plugin that is switched on to `registered`. Never rejects for a plugin's sake. */
  async register(): Promise<void> {
    const off = await this.parts.states.disabled()
    const isOff = (entry: PluginEntry) => entry.reference.off === true || off.has(entry.name)
    // Processes take their time to start: they do so side by side. What they declare comes in the plugins' order.
    const apart = this.entries.filter((entry) => entry.reference.isolation === 'process' && !isOff(entry))
    const prepared = new Map(apart.map((entry) => [entry, this.prepare(entry)]))
    for (const preparing of prepared.values()) preparing.catch(() => {}) // bringUp hears of it
    for (const entry of this.entries) {
      if (isOff(entry) || (await this.isElsewhere(entry))) await this.describeDisabled(entry)
      else await this.bringUp(entry, prepared.get(entry))
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
    for (const isolated of this.retiring) isolated.end()
    await Promise.all(this.entries.map(({ isolated }) => isolated?.shut()))
  }

  list(): readonly PluginStatus[] {
    return this.entries.map((entry) => this.statusOf(entry))
  }

  private statusOf(entry: PluginEntry): PluginStatus {
    const provides = entry.life.active ? this.parts.registry.providedBy(entry.name) : (entry.manifest?.provides ?? [])
    const { name, state, bundled } = entry
    const { isolation = 'none' } = entry.reference
    const version = entry.manifest?.version ?? ''
    return { name, version, state, problems: [...entry.problems], provides, bundled, isolation }
  }

  actionTypes(): readonly ActionTypeInfo[] {
    return this.parts.registry.actionTypes()
  }

  ruleTypes(): readonly RuleTypeInfo[] {
    return this.parts.registry.ruleTypes()
  }

  /** Every living plugin's HTTP handlers. */
  mounts(): readonly PluginMount[] {
    this.mounted ??= this.entries.flatMap((entry) =>
      entry.life.active ? entry.life.mounts.map((mount) => ({ plugin: entry.name, mount })) : [],
    )
    return this.mounted
  }

  /** Every living plugin's services; of two of one name the first counts. */
  services(): readonly ServiceProvider[] {
    return this.entries.flatMap((entry) => (entry.life.active ? entry.life.services : []))
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

  /**
   * Loads a plugin's code and its section of penstock.yaml anew, or for the first time if it was added meanwhile; running jobs go on with the old code until their end.
   * When the new code cannot be loaded, the old goes on. The code of a package inside the server stays as Node has it.
   * One that penstock.yaml names no more is taken out; then there is no answer.
   * Errors: PluginRefused when there is no such plugin, or it is switched off, or the new one cannot be loaded.
   */
  async reload(name: string): Promise<PluginStatus | undefined> {
    const old = this.entries.find((entry) => entry.name === name)
    const references = await this.parts.rediscover?.()
    const named = references?.find((one) => one.name === (old?.reference.name ?? name))
    if (old && references && !named) return this.takeOut(old)
    if (old?.state === 'disabled') throw new PluginRefused(`plugin '${name}' is disabled: enable it instead`)
    const reference = named ?? this.find(name).reference
    const fresh = this.entryOf(reference)
    if (!old) return this.bringUpNew(fresh)
    const others = this.entries.filter((entry) => entry !== old)
    let config: unknown
    try {
      if (reference.off) throw new PluginRefused(`plugin '${name}' is switched off in penstock.yaml now`)
      await validate(fresh, others)
      config = await this.load(fresh, others)
    } catch (error) {
      fresh.isolated?.end()
      old.problem(`reload: ${reason(error)}; the old code goes on`)
      throw new PluginRefused(`plugin '${name}' cannot be reloaded, and goes on as it was: ${reason(error)}`)
    }
    if (old.state === 'started') await this.stopOne(old, 'disabled')
    else this.release(old, 'disabled')
    this.entries = this.entries.map((entry) => (entry === old ? fresh : entry))
    await this.attempt(fresh, () => register(fresh, config, this.parts))
    this.mounted = undefined
    if (this.reached(fresh, 'registered')) await this.startOne(fresh)
    return this.statusOf(fresh)
  }

  /** penstock.yaml names it no more. */
  private async takeOut(entry: PluginEntry): Promise<undefined> {
    if (entry.state === 'started') await this.stopOne(entry, 'disabled')
    else this.release(entry, 'disabled')
    this.entries = this.entries.filter((other) => other !== entry)
    this.mounted = undefined
  }

  /** A plugin that penstock.yaml has named since the start. */
  private async bringUpNew(fresh: PluginEntry): Promise<PluginStatus> {
    this.entries = [...this.entries, fresh]
    await this.bringUp(fresh)
    if (this.reached(fresh, 'registered')) await this.startOne(fresh)
    return this.statusOf(fresh)
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
  private async bringUp(entry: PluginEntry, prepared = this.prepare(entry)): Promise<void> {
    await this.attempt(entry, async () => register(entry, await prepared, this.parts))
    this.mounted = undefined
  }

  /** discovered -> validated -> loaded; answers the configuration. */
  private async prepare(entry: PluginEntry): Promise<unknown> {
    entry.life = new PluginLife(entry)
    entry.state = 'discovered'
    await validate(entry, this.entries)
    return this.load(entry, this.entries)
  }

  private load(entry: PluginEntry, all: readonly PluginEntry[]): Promise<unknown> {
    return load(entry, all, this.parts, (problem) => this.fail(entry.name, problem))
  }

  /** A step that fails is the plugin's problem, and the end of its life. */
  private async attempt(entry: PluginEntry, steps: () => Promise<void>): Promise<void> {
    try {
      await steps()
    } catch (error) {
      entry.problem(`${stepAfter[entry.state] ?? 'use'}: ${reasonAt(error, entry.path)}`)
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
      entry.problem(`start: ${reasonAt(error, entry.path)}`)
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
    if (state === 'disabled') this.retire(entry)
    else if (state !== 'stopped') entry.isolated?.end()
    if (wasActive) this.parts.registry.withdraw(entry.name)
    this.mounted = undefined
  }

  /** Lets the jobs in a plugin's own process come to their end, and then the process. */
  private retire({ isolated }: PluginEntry): void {
    if (!isolated) return
    this.retiring.add(isolated)
    void isolated.retire().then(() => this.retiring.delete(isolated))
  }

  /** Its manifest says that it is for servers, and this is none. */
  private async isElsewhere({ reference }: PluginEntry): Promise<boolean> {
    const { place } = reference
    if (this.parts.at !== 'worker' || !('path' in place) || place.kind === 'file' || place.kind === 'yaml') return false
    return (await readManifest(place.path).catch(() => undefined))?.serverOnly === true
  }

  /** Disabled plugins still show their version. */
  private async describeDisabled(entry: PluginEntry): Promise<void> {
    const { place } = entry.reference
    if ('path' in place && place.kind !== 'file' && place.kind !== 'yaml')
      entry.manifest = await readManifest(place.path).catch(() => undefined)
    this.parts.registry.remember(entry.name, entry.manifest?.provides ?? [])
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

function livingOf({ name, life }: PluginEntry) {
  return { plugin: name, contributions: life.contributions }
}
