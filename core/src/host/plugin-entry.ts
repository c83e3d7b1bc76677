import type { Contribution } from './contributions/declared.js'
import type { PluginReference } from './discover.js'
import type { IsolatedPlugin } from './isolated/isolated-plugin.js'
import type { Manifest } from './manifest.js'
import type { HttpMount, Plugin } from './plugin.js'
import type { TapOwner } from './plugin-hooks.js'
import type { ServiceProvider } from './service-provider.js'
import type { PluginStatus } from './services.js'

export type PluginState = PluginStatus['state']

/** How many problems of one plugin are remembered. */
export const rememberedProblems = 20

/** One plugin in this host, from being found to being stopped. */
export class PluginEntry {
  state: PluginState = 'discovered'
  manifest: Manifest | undefined
  definition: Plugin | undefined
  /** Set while its code runs in a process of its own. */
  isolated: IsolatedPlugin | undefined
  /** Its life since it was last loaded; a new one for each time, so that an old one's taps stay dead. */
  life: PluginLife
  readonly problems: string[] = []

  constructor(
    readonly reference: PluginReference,
    private readonly onProblem: (entry: PluginEntry, text: string) => void,
  ) {
    this.life = new PluginLife(this)
  }

  get name(): string {
    return this.definition?.name ?? this.manifest?.name ?? this.reference.name
  }

  get bundled(): boolean {
    return 'path' in this.reference.place && this.reference.place.bundled
  }

  /** Where its code is, for attributing errors by their stack. */
  get path(): string | undefined {
    return 'path' in this.reference.place ? this.reference.place.path : undefined
  }

  /** Remembers a problem (the newest twenty) and tells the log. */
  problem(text: string): void {
    this.problems.push(text)
    if (this.problems.length > rememberedProblems) this.problems.shift()
    this.onProblem(this, text)
  }

  /** Ends its life: taps, mounts and providers count no more. */
  end(state: PluginState): void {
    this.life.active = false
    this.life.registering = false
    this.state = state
  }
}

/** What one registration left behind. */
export class PluginLife implements TapOwner {
  active = false
  registering = false
  readonly mounts: HttpMount[] = []
  readonly services: ServiceProvider[] = []
  readonly contributions: Contribution[] = []
  readonly starts: (() => void | Promise<void>)[] = []
  readonly stops: (() => void | Promise<void>)[] = []

  constructor(private readonly entry: PluginEntry) {}

  get name(): string {
    return this.entry.name
  }

  get path(): string | undefined {
    return this.entry.path
  }

  /** Of this life: a plugin that was loaded anew has another one. */
  get failed(): boolean {
    return this.entry.life === this && this.entry.state === 'failed'
  }

  problem(text: string): void {
    this.entry.problem(text)
  }
}
