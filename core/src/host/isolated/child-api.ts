/** PluginApi in a plugin's own process: it keeps the functions and notes what is to be declared at the host. */
import { mkdirSync } from 'node:fs'
import { defined } from '../../domain/defined.js'
import type { ActionProvider } from '../action-provider.js'
import { type Contribution, contributeTo, declareContribution } from '../contributions/declared.js'
import { byHook, type HookName, hookNames, knownHooks } from '../hook-names.js'
import type { PluginHooks } from '../hooks.js'
import type { Logger, Notifier, PluginApi, SecretStore } from '../plugin.js'
import type { RuleProvider } from '../rule-provider.js'
import type { SourceProvider } from '../source-provider.js'
import { stateOverDoor } from '../state/state-over-door.js'
import { checkTapOptions, type GateOptions } from '../tap-options.js'
import type { Channel } from './channel.js'
import { channelServer } from './operation-calls.js'
import type {
  DeclaredAction,
  DeclaredContribution,
  DeclaredRule,
  DeclaredTap,
  RegisterAnswer,
  RegisterRequest,
} from './protocol.js'
import { channelState } from './state-calls.js'

/** What a plugin registered: the functions that calls from the host lead to. */
export class Registration {
  readonly actions: ActionProvider[] = []
  readonly rules: RuleProvider[] = []
  readonly notifiers: Notifier[] = []
  readonly secretStores: SecretStore[] = []
  readonly taps: (DeclaredTap & { readonly run: (event: unknown) => unknown })[] = []
  readonly contributions: Contribution[] = []
  readonly starts: (() => void | Promise<void>)[] = []
  readonly stops: (() => void | Promise<void>)[] = []
  open = true

  /** For the host, without the functions. */
  declared(): RegisterAnswer {
    return {
      actions: this.actions.map(describeAction),
      rules: this.rules.map(describeRule),
      notifiers: this.notifiers.map(({ name, receivers }) => ({ name, receivers: receivers !== undefined })),
      secretStores: this.secretStores.map(({ name }) => name),
      taps: this.taps.map(({ hook, options }) => ({ hook, ...defined({ options }) })),
      contributions: this.contributions.map(describeContribution),
    }
  }
}

/** All that an isolated plugin can reach while it registers. */
export function childApi(
  name: string,
  { config, dataFolder, principal }: RegisterRequest,
  registration: Registration,
  channel: Channel,
): PluginApi<unknown> {
  const declare = <T>(list: T[], what: string, value: unknown): void => {
    if (!registration.open) throw new Error(`plugin '${name}' called ${what} outside register()`)
    list.push(value as T)
  }
  const refuse = (what: string): never => {
    throw new Error(
      `${what} is not there for a plugin in a process of its own: write "isolation: none" into plugins.${name} of penstock.yaml to run it inside the server, if you trust it`,
    )
  }
  const self = () => principal ?? elsewhere('api.principal')
  const server = channelServer(channel, self, refuse)
  return {
    config,
    log: childLogger(channel),
    get dataFolder() {
      mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
      return dataFolder
    },
    state: stateOverDoor(() => channelState(channel)),
    hooks: childHooks(registration, declare),
    get principal() {
      return self()
    },
    server,
    provideAction: (provider) => declare(registration.actions, 'provideAction', provider),
    provideSource: (provider: unknown) => declare(registration.actions, 'provideSource', provider),
    provideRule: (rule) => declare(registration.rules, 'provideRule', rule),
    provideNotifier: (notifier) => declare(registration.notifiers, 'provideNotifier', notifier),
    provideSecretStore: (store) => declare(registration.secretStores, 'provideSecretStore', store),
    provideDeployments: () => refuse('api.provideDeployments'),
    provideArtifactStore: () => refuse('api.provideArtifactStore'),
    provideService: () => refuse('api.provideService'),
    mount: () => refuse('api.mount (HTTP)'),
    contribute: contributeTo((one) => {
      declare([], `contribute.${one.kind}`, one)
      declareContribution(registration.contributions, one)
    }),
    onStart: (start) => declare(registration.starts, 'onStart', start),
    onStop: (stop) => declare(registration.stops, 'onStop', stop),
  }
}

function elsewhere(what: string): never {
  throw new Error(`${what} is not there on a worker: only a server has it`)
}

function childLogger(channel: Channel): Logger {
  const write =
    (level: keyof Logger): Logger['info'] =>
    (message, details) =>
      channel.note('say', { level, message: String(message), details })
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') }
}

type Declare = <T>(list: T[], what: string, value: unknown) => void

function childHooks(registration: Registration, declare: Declare): PluginHooks {
  const tap = (hook: HookName) => (run: unknown, options?: GateOptions) => {
    if (typeof run !== 'function') throw new TypeError(`hooks.${hook} wants a function, not ${typeof run}`)
    if (options !== undefined) checkTapOptions(hook, options)
    declare(registration.taps, `hooks.${hook}`, { hook, run, options })
  }
  return knownHooks(byHook(hookNames, tap))
}

function describeAction(provider: ActionProvider): DeclaredAction {
  const { category, owner, provider: name, version, description, configuration, settings } = provider
  const { inputArtifacts, outputArtifacts, timeoutInMinutes, idempotent } = provider
  const { schedule } = provider as SourceProvider
  const has = (key: keyof SourceProvider) => typeof (provider as SourceProvider)[key] === 'function'
  const functions = {
    validate: has('validate'),
    latestRevision: has('latestRevision'),
    polls: has('polls'),
    pollKey: has('pollKey'),
    changesSince: has('changesSince'),
  }
  const plain = { category, owner, provider: name, version, description, configuration, settings }
  const limits = { inputArtifacts, outputArtifacts, timeoutInMinutes, idempotent, schedule }
  if (typeof provider.run !== 'function') throw new Error(`action ${category}/${name}: run is missing`)
  return { ...plain, ...limits, functions } as DeclaredAction // members that are absent do not cross
}

/** Without its functions; of its forms, their names, labels and fields. */
function describeContribution(one: Contribution): DeclaredContribution {
  return JSON.parse(JSON.stringify(one)) as DeclaredContribution
}

function describeRule(rule: RuleProvider): DeclaredRule {
  const { provider, version, description, configuration, inputArtifacts } = rule
  if (typeof rule.run !== 'function') throw new Error(`rule ${provider}: run is missing`)
  return { provider, version, description, configuration, inputArtifacts } as DeclaredRule
}
