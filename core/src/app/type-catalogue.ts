import type { ActionConfigurationProperty, ActionType, ActionTypeId, ArtifactDetails } from '../domain/action-type.js'
import { actionTypeKey } from '../domain/action-type.js'
import { defined } from '../domain/defined.js'
import type { RuleTypeId } from '../domain/pipeline.js'
import type { TypeCatalogue } from '../engine/engine.js'
import type { EngineStore } from '../engine/ports.js'
import type { ActionTypeFacts } from '../engine/state.js'
import { clientIdOf } from '../engine/third-party.js'
import type { RuleType } from '../engine/views.js'
import type { ActionProvider } from '../host/action-provider.js'
import type { ArtifactCount, PropertyDeclarations } from '../host/action-type-declaration.js'
import { declaredId } from '../host/declaration.js'
import type { ProviderRegistry } from '../host/registry.js'
import type { RuleProvider } from '../host/rule-provider.js'
import { configurationProblems, problemsElsewhere, ruleProblems } from '../worker/configuration-problems.js'

/** J10: minutes, where nobody says otherwise. */
const day = 24 * 60
/** Minutes that a rule may take, where nobody says otherwise. */
const ruleTime = 60

/** The plugins' action types and the custom ones as one catalogue, for the engine. */
export class Catalogue implements TypeCatalogue {
  private custom = new Map<string, ActionType>()

  constructor(
    private readonly registry: ProviderRegistry,
    /** Where custom types are kept; none are known without it. */
    private readonly store?: Pick<EngineStore, 'actionTypes' | 'signal'>,
  ) {}

  /** Keys of the types that no plugin provides, but whoever polls for their jobs. */
  customTypes(): string[] {
    return [...this.custom.keys()]
  }

  /** Reads the custom types without telling the other servers. */
  async load(): Promise<void> {
    const stored = ((await this.store?.actionTypes.list()) ?? []).filter((one) => !one.deleted)
    this.custom = new Map(stored.map(({ type }) => [actionTypeKey(type.id), type]))
  }

  async refresh(): Promise<void> {
    await this.load()
    this.store?.signal({ kind: 'action-types' })
  }

  describe(id: ActionTypeId): ActionType | undefined {
    const provider = this.registry.action(id)?.provider
    return provider ? typeOf(provider) : this.custom.get(actionTypeKey(id))
  }

  facts(id: ActionTypeId): ActionTypeFacts | undefined {
    const provider = this.registry.action(id)?.provider
    const type = provider ? typeOf(provider) : this.custom.get(actionTypeKey(id))
    if (!type) return undefined
    const properties = type.actionConfigurationProperties ?? []
    const queryable = properties.find((one) => one.queryable)?.name
    return {
      timeoutInMinutes: provider?.timeoutInMinutes ?? day,
      secretProperties: properties.filter((one) => one.secret).map((one) => one.name),
      idempotent: provider?.idempotent === true,
      ...defined({ queryableProperty: queryable }),
      ...(provider && !provider.polled ? { pluginRun: true } : {}),
      ...(!provider && id.owner === 'ThirdParty' ? { clientId: clientIdOf(id) } : {}),
    }
  }

  ruleFacts(id: RuleTypeId): ActionTypeFacts | undefined {
    const rule = this.registry.rule(id.provider, id.version)?.provider
    if (!rule) return undefined
    const secret = Object.entries(rule.configuration).filter(([, property]) => property.secret)
    return { timeoutInMinutes: ruleTime, secretProperties: secret.map(([name]) => name), idempotent: true }
  }

  instead(id: ActionTypeId): string | undefined {
    return this.registry.action(id)?.provider.instead
  }

  formerly(id: ActionTypeId): string | undefined {
    return this.registry.formerly(id)
  }

  properties(id: ActionTypeId): PropertyDeclarations | undefined {
    return this.registry.action(id)?.provider.configuration
  }

  ruleProperties(id: RuleTypeId): PropertyDeclarations | undefined {
    return this.registry.rule(id.provider, id.version)?.provider.configuration
  }

  judge(id: ActionTypeId, configuration: Readonly<Record<string, string>>): readonly string[] {
    const provider = this.registry.action(id)?.provider
    return provider && provider.instead === undefined ? configurationProblems(provider, configuration) : []
  }

  judgeElsewhere(
    id: ActionTypeId,
    configuration: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> | undefined {
    const provider = this.registry.action(id)?.provider
    return provider && problemsElsewhere(provider, configuration)
  }

  list(): readonly ActionType[] {
    const provided = this.registry.actions().map(({ provider }) => typeOf(provider))
    return [...provided, ...this.custom.values()].sort((a, b) => (actionTypeKey(a.id) < actionTypeKey(b.id) ? -1 : 1))
  }

  listRules(): readonly RuleType[] {
    return this.registry.rules().map(({ provider }) => ruleTypeOf(provider))
  }

  describeRule({ provider, version }: RuleTypeId): RuleType | undefined {
    const rule = this.registry.rule(provider, version)?.provider
    return rule && ruleTypeOf(rule)
  }

  judgeRule({ provider, version }: RuleTypeId, configuration: Readonly<Record<string, string>>): readonly string[] {
    const rule = this.registry.rule(provider, version)?.provider
    return rule ? ruleProblems(rule, configuration) : []
  }
}

const types = new WeakMap<ActionProvider, ActionType>()

/** CodePipeline's shape of what a provider declares; made once for each. */
function typeOf(provider: ActionProvider): ActionType {
  const known = types.get(provider)
  if (known) return known
  const type: ActionType = {
    id: declaredId(provider),
    ...(provider.settings ? { settings: provider.settings } : {}),
    actionConfigurationProperties: propertiesOf(provider.configuration),
    inputArtifactDetails: countOf(provider.inputArtifacts),
    outputArtifactDetails: countOf(provider.outputArtifacts),
  }
  types.set(provider, type)
  return type
}

function ruleTypeOf({ provider, version = '1', configuration, inputArtifacts }: RuleProvider): RuleType {
  return {
    id: { category: 'Rule', owner: 'AWS', provider, version },
    ruleConfigurationProperties: propertiesOf(configuration),
    inputArtifactDetails: countOf(inputArtifacts),
  }
}

function propertiesOf(declarations: PropertyDeclarations): ActionConfigurationProperty[] {
  const aws = { string: 'String', number: 'Number', boolean: 'Boolean' } as const
  return Object.entries(declarations).map(([name, property]) => ({
    name,
    required: property.required ?? false,
    key: property.key ?? false,
    secret: property.secret ?? false,
    queryable: property.queryable ?? false,
    description: property.description.slice(0, 160),
    type: aws[property.type ?? 'string'],
  }))
}

function countOf(count: ArtifactCount = 0): ArtifactDetails {
  if (typeof count === 'number') return { minimumCount: count, maximumCount: count }
  return { minimumCount: count[0], maximumCount: count[1] }
}
