import type { ActionType, ActionTypeId } from '../domain/action-type.js'
import type { Clock } from '../domain/clock.js'
import type { RuleTypeId } from '../domain/pipeline.js'
import type { PropertyDeclarations } from '../domain/property-declaration.js'
import type { SecretPlace } from '../domain/secret.js'
import { newId } from './new-id.js'
import type { EngineStore } from './ports.js'
import type { ActionTypeFacts, Surroundings } from './state.js'
import type { RuleType } from './views.js'

/** What is known of action types and rules: the plugins' and the custom ones together. */
export interface TypeCatalogue {
  facts(id: ActionTypeId): ActionTypeFacts | undefined
  ruleFacts(id: RuleTypeId): ActionTypeFacts | undefined
  describe(id: ActionTypeId): ActionType | undefined
  /** The declared properties, with what AWS's shape has no place for (pattern, enum, default). */
  properties(id: ActionTypeId): PropertyDeclarations | undefined
  /** What a provider says of a whole configuration; each answer names a property. */
  judge(id: ActionTypeId, configuration: Readonly<Record<string, string>>): readonly string[]
  /** The same of a provider that cannot answer at once, its plugin having a process of its own; `undefined` of all others. */
  judgeElsewhere?(
    id: ActionTypeId,
    configuration: Readonly<Record<string, string>>,
  ): Promise<readonly string[]> | undefined
  /** What to put in the place of a type that may be declared and that nothing here runs; `undefined` of all others. */
  instead?(id: ActionTypeId): string | undefined
  /** The plugin that provided a type until it was switched off or failed. */
  formerly?(id: ActionTypeId): string | undefined
  list(): readonly ActionType[]
  listRules(): readonly RuleType[]
  describeRule(id: RuleTypeId): RuleType | undefined
  /** What is wrong with a rule's configuration; each answer names a property. */
  judgeRule(id: RuleTypeId, configuration: Readonly<Record<string, string>>): readonly string[]
  ruleProperties(id: RuleTypeId): PropertyDeclarations | undefined
  /** Reads the custom action types again; for this server at once, for others at their next look. */
  refresh(): Promise<void>
}

/** A source that cannot be looked at, so that nothing new in it is seen. */
export interface SourceTrouble {
  readonly actionName: string
  readonly message: string
  /** Failed looks in a row. */
  readonly polls: number
  /** When the first of them was, epoch milliseconds. */
  readonly since: number
}

/** What every verb works with. */
export interface Engine {
  readonly store: EngineStore
  readonly clock: Clock
  readonly types: TypeCatalogue
  readonly region: string
  readonly accountId: string
  readonly bucket: string
  /** How many pipelines there may be; any number when absent. */
  readonly pipelineLimit?: number | undefined
  /** What a name is kept for that no pipeline has yet, in words for people. */
  keeperOf?(pipelineName: string): string | undefined
  /** The pipeline's sources that cannot be looked at. */
  sourceTroubles?(pipelineName: string): Promise<readonly SourceTrouble[]>
  /** Why a secret may not be named at a place, or is nowhere; `undefined` when all is well. */
  /** What the operator's settings make dangerous in a pipeline: its builds run without isolation. */
  pipelineDanger?(pipelineName: string): string | undefined
  secretProblem?(name: string, place: SecretPlace): Promise<string | undefined>
  /** Hears of what is allowed in a pipeline, and dangerous. */
  warn?(pipelineName: string, path: string, message: string): void
  /** What is wrong with a tag's value, for tags that are settings; `undefined` when it is good. */
  tagProblem?(key: string, value: string): string | undefined
  newId(): string
}

export function createEngine(parts: Omit<Engine, 'newId'> & { newId?: () => string }): Engine {
  return { newId, ...parts }
}

/** The pure part's view of the outside, at a moment. */
export function surroundings(engine: Engine, now: number): Surroundings {
  return {
    now,
    newId: engine.newId,
    actionType: (id) => engine.types.facts(id),
    formerly: (id) => engine.types.formerly?.(id),
    ruleType: (id) => engine.types.ruleFacts(id),
    bucket: engine.bucket,
    region: engine.region,
  }
}
