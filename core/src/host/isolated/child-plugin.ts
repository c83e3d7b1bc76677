/** A plugin in its own process: answers the host's calls. */

import { frozenCopy } from '../frozen.js'
import { loadPlugin } from '../load.js'
import type { Plugin } from '../plugin.js'
import type { SourceProvider } from '../source-provider.js'
import type { Channel, Handlers } from './channel.js'
import { childApi, Registration } from './child-api.js'
import { childJobContext, childPollContext, StepLines } from './child-context.js'
import { explain, guardProcess } from './guard.js'
import type {
  AskRequest,
  ContributionCall,
  GuardedBy,
  LinesNote,
  LoadAnswer,
  LoadRequest,
  NotifyRequest,
  PollRequest,
  RegisterAnswer,
  RegisterRequest,
  RunRequest,
} from './protocol.js'
import { fromWire, type WireError } from './wire-error.js'

/** What the host may ask of this process. */
export class ChildPlugin {
  private plugin: Plugin | undefined
  private guarded: GuardedBy | undefined
  /** Where the plugin's code is, once it is to be loaded. */
  path: string | undefined
  private readonly registration = new Registration()
  private readonly lines = new StepLines()
  /** By scope: what aborts the work that is going on. */
  private readonly aborts = new Map<number, AbortController>()

  constructor(private readonly channel: () => Channel) {}

  readonly handlers: Handlers = this.explained({
    ping: () => 'pong',
    load: (request: LoadRequest) => this.load(request),
    register: (request: RegisterRequest) => this.register(request),
    start: async () => {
      for (const start of this.registration.starts) await start()
    },
    stop: async () => {
      for (const stop of [...this.registration.stops].reverse()) await stop()
    },
    run: (request: RunRequest) => this.run(request),
    poll: (request: PollRequest) => this.poll(request),
    ask: (request: AskRequest) => this.ask(request),
    hook: ({ place, event }: { readonly place: number; readonly event: unknown }) =>
      this.registration.taps[place]?.run(frozenCopy(event)),
    lines: (note: LinesNote) => this.lines.heard(note),
    notify: ({ place, notification, delivery }: NotifyRequest) =>
      this.registration.notifiers[place]?.notify(notification, delivery),
    receivers: ({ place, notification }: NotifyRequest) =>
      this.registration.notifiers[place]?.receivers?.(notification) ?? [],
    secret: ({ place, name }: { readonly place: number; readonly name: string }) =>
      this.registration.secretStores[place]?.get(name),
    contribute: (call: ContributionCall) => this.contribute(call),
    abort: ({ scope, error }: { readonly scope: number; readonly error: WireError }) =>
      this.aborts.get(scope)?.abort(fromWire(error)),
  })

  /** What the system refuses is told with the permission that is missing. */
  private explained(handlers: Handlers): Handlers {
    const wrapped = Object.entries(handlers).map(([name, handle]) => [
      name,
      async (params: never) => {
        try {
          return await handle(params)
        } catch (error) {
          throw explain(error, this.guarded)
        }
      },
    ])
    return Object.fromEntries(wrapped) as Handlers
  }

  private async load({ place, manifest, guarded }: LoadRequest): Promise<LoadAnswer> {
    this.guarded = guarded
    this.path = place.path
    this.plugin = await loadPlugin(place, manifest, () => guarded && guardProcess(guarded))
    const { name, apiVersion, configSchema } = this.plugin
    return { name, apiVersion, ...(configSchema ? { configSchema } : {}) }
  }

  private async register(request: RegisterRequest): Promise<RegisterAnswer> {
    const { plugin, registration } = this
    if (!plugin) throw new Error('nothing is loaded')
    await plugin.register(childApi(plugin.name, request, registration, this.channel()) as never)
    registration.open = false
    return registration.declared()
  }

  private run(request: RunRequest): Promise<unknown> {
    const { kind, place, scope, job } = request
    const provider = kind === 'action' ? this.registration.actions[place] : this.registration.rules[place]
    return this.within(scope, (signal) =>
      provider?.run(job as never, childJobContext(this.channel(), request, signal, this.lines)),
    )
  }

  private poll({ scope, place, method, args }: PollRequest): Promise<unknown> {
    const source = this.registration.actions[place] as SourceProvider | undefined
    return this.within(scope, (signal) => {
      const call = source?.[method] as ((...all: readonly unknown[]) => unknown) | undefined
      return call?.call(source, ...args, childPollContext(this.channel(), scope, signal))
    })
  }

  private contribute({ place, method, form, args }: ContributionCall): unknown {
    const one = this.registration.contributions[place] as unknown as Called | undefined
    const of = form === undefined ? one : one?.forms?.[form]
    return of?.[method]?.(...args)
  }

  private ask({ place, method, configuration }: AskRequest): unknown {
    const source = this.registration.actions[place] as SourceProvider | undefined
    return source?.[method]?.(configuration as never)
  }

  private async within(scope: number, work: (signal: AbortSignal) => unknown): Promise<unknown> {
    const abort = new AbortController()
    this.aborts.set(scope, abort)
    try {
      return await work(abort.signal)
    } finally {
      this.aborts.delete(scope)
    }
  }
}

/** A contribution, or a form of one, by its functions. */
type Called = {
  readonly [M in ContributionCall['method']]?: (...args: readonly unknown[]) => unknown
} & { readonly forms?: Readonly<Record<string, Called | undefined>> }
