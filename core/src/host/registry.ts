import { type ActionTypeId, actionTypeKey } from '../domain/action-type.js'
import type { ArtifactStore } from '../domain/artifact.js'
import type { ActionProvider } from './action-provider.js'
import { actionTypeInfo, declarationProblems, declaredId, ruleProblems, ruleTypeInfo } from './declaration.js'
import type { DeploymentService } from './deployment-service.js'
import type { Notifier, SecretStore } from './plugin.js'
import type { RuleProvider } from './rule-provider.js'
import type { ActionTypeInfo, RuleTypeInfo } from './services.js'
import type { SourceProvider } from './source-provider.js'

type Kind = 'action' | 'rule' | 'notifier' | 'secret store' | 'artifact store' | 'deployments'

interface Registered {
  readonly plugin: string
  readonly kind: Kind
  /** `Build/Custom/Rake/1`, or a name. */
  readonly key: string
  readonly value: unknown
}

/** A provider was refused; the message names the field or both plugins. */
export class RegistrationRefused extends Error {
  override readonly name = 'RegistrationRefused'
}

/** What running plugins provide, each thing by one plugin only. */
export class ProviderRegistry {
  private readonly entries = new Map<string, Registered>()
  /** What plugins have provided that do so no more, by their words for it. */
  private readonly withdrawn = new Map<string, string>()
  /** Types that only say what to put in their place, by their key: they stand back behind whoever provides the type. */
  private readonly standIns = new Map<string, Registered & { readonly value: ActionProvider }>()

  /** Adds an action provider; a SourceProvider is one too. Errors: RegistrationRefused. */
  addAction(plugin: string, provider: ActionProvider): void {
    refuse(declarationProblems(provider))
    if (provider.instead !== undefined) {
      const key = actionTypeKey(declaredId(provider))
      this.standIns.set(key, { plugin, kind: 'action', key, value: provider })
      return
    }
    this.add({ plugin, kind: 'action', key: actionTypeKey(declaredId(provider)), value: provider })
  }

  /** Errors: RegistrationRefused. */
  addRule(plugin: string, rule: RuleProvider): void {
    refuse(ruleProblems(rule))
    this.add({ plugin, kind: 'rule', key: `${rule.provider}/${rule.version ?? '1'}`, value: rule })
  }

  /** Errors: RegistrationRefused. */
  addNotifier(plugin: string, notifier: Notifier): void {
    this.add({ plugin, kind: 'notifier', key: notifier.name, value: notifier })
  }

  /** Errors: RegistrationRefused. */
  addSecretStore(plugin: string, store: SecretStore): void {
    this.add({ plugin, kind: 'secret store', key: store.name, value: store })
  }

  /** Errors: RegistrationRefused. */
  addArtifactStore(plugin: string, name: string, store: ArtifactStore): void {
    this.add({ plugin, kind: 'artifact store', key: name, value: store })
  }

  /** Errors: RegistrationRefused. */
  addDeployments(plugin: string, service: DeploymentService): void {
    this.add({ plugin, kind: 'deployments', key: 'to servers', value: service })
  }

  /** Forgets everything that a plugin provided, but that it did. */
  withdraw(plugin: string): void {
    this.remember(plugin, this.providedBy(plugin))
    for (const map of [this.entries, this.standIns])
      for (const [key, entry] of map) if (entry.plugin === plugin) map.delete(key)
  }

  /** A plugin that is switched off would provide this, in the words of providedBy(). */
  remember(plugin: string, provides: readonly string[]): void {
    for (const one of provides) this.withdrawn.set(one, plugin)
  }

  /** The plugin that had an action type, or would have it if it were not switched off. */
  formerly(id: ActionTypeId): string | undefined {
    const { category, owner, provider, version } = id
    const short = owner === 'Custom' ? this.withdrawn.get(`action ${category}/${provider}/${version}`) : undefined
    return this.withdrawn.get(`action ${category}/${owner}/${provider}/${version}`) ?? short
  }

  /** The provider of an action type, with its plugin's name. */
  action(id: ActionTypeId): { readonly plugin: string; readonly provider: ActionProvider } | undefined {
    const key = actionTypeKey(id)
    const entry = this.entries.get(`action ${key}`) ?? this.standIns.get(key)
    return entry && { plugin: entry.plugin, provider: entry.value as ActionProvider }
  }

  /** As action(), when the provider can be polled for revisions. */
  source(id: ActionTypeId): { readonly plugin: string; readonly provider: SourceProvider } | undefined {
    const found = this.action(id)
    if (!found || !('latestRevision' in found.provider)) return undefined
    return { plugin: found.plugin, provider: found.provider as SourceProvider }
  }

  /** The provider of a rule type. */
  rule(provider: string, version = '1'): { readonly plugin: string; readonly provider: RuleProvider } | undefined {
    const entry = this.entries.get(`rule ${provider}/${version}`)
    return entry && { plugin: entry.plugin, provider: entry.value as RuleProvider }
  }

  /** Every action provider, sources among them, that runs its type. */
  actions(): { readonly plugin: string; readonly provider: ActionProvider }[] {
    return this.of<ActionProvider>('action').map(({ plugin, value }) => ({ plugin, provider: value }))
  }

  /** Those that only say what to put in their place, and whose type nobody else provides. */
  insteads(): { readonly plugin: string; readonly provider: ActionProvider }[] {
    return [...this.standIns.values()]
      .filter(({ key }) => !this.entries.has(`action ${key}`))
      .map(({ plugin, value }) => ({ plugin, provider: value }))
  }

  rules(): { readonly plugin: string; readonly provider: RuleProvider }[] {
    return this.of<RuleProvider>('rule').map(({ plugin, value }) => ({ plugin, provider: value }))
  }

  actionTypes(): ActionTypeInfo[] {
    return this.actions().map(({ plugin, provider }) => actionTypeInfo(plugin, provider))
  }

  ruleTypes(): RuleTypeInfo[] {
    return this.rules().map(({ plugin, provider }) => ruleTypeInfo(plugin, provider))
  }

  notifiers(): Notifier[] {
    return this.of<Notifier>('notifier').map((entry) => entry.value)
  }

  notifier(name: string): Notifier | undefined {
    return this.entries.get(`notifier ${name}`)?.value as Notifier | undefined
  }

  secretStores(): SecretStore[] {
    return this.of<SecretStore>('secret store').map((entry) => entry.value)
  }

  deployments(): DeploymentService | undefined {
    return this.of<DeploymentService>('deployments')[0]?.value
  }

  artifactStore(name: string): ArtifactStore | undefined {
    return this.entries.get(`artifact store ${name}`)?.value as ArtifactStore | undefined
  }

  /** What a plugin provides, in words for a list: `action Build/Custom/Rake/1`. */
  providedBy(plugin: string): string[] {
    return [...this.entries.values(), ...this.standIns.values()]
      .filter((entry) => entry.plugin === plugin)
      .map(({ kind, key }) => `${kind} ${key}`)
  }

  private of<T>(kind: Kind): { plugin: string; value: T }[] {
    return [...this.entries.values()]
      .filter((entry) => entry.kind === kind)
      .map(({ plugin, value }) => ({ plugin, value: value as T }))
  }

  private add(entry: Registered): void {
    const key = `${entry.kind} ${entry.key}`
    const other = this.entries.get(key)
    if (other) {
      const whose = other.plugin === entry.plugin ? 'this plugin itself' : `plugin '${other.plugin}'`
      throw new RegistrationRefused(
        `plugin '${entry.plugin}' provides ${key}, which ${whose} provides already: change one, or disable one of the two`,
      )
    }
    this.entries.set(key, entry)
  }
}

function refuse(problems: readonly string[]): void {
  if (problems.length > 0) throw new RegistrationRefused(problems.join('; '))
}
