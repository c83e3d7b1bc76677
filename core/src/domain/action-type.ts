/** What an action can be: the declaration that validates pipelines, draws forms and answers ListActionTypes. */

/**
 * All categories, in the order in which pages show them.
 * @example
 * const isOne = (word: string) => actionCategories.some((category) => category === word)
 */
export const actionCategories = ['Source', 'Build', 'Deploy', 'Test', 'Invoke', 'Approval', 'Compute'] as const

/**
 * What kind of thing an action does.
 * @example
 * const category: ActionCategory = 'Deploy'
 */
export type ActionCategory = (typeof actionCategories)[number]

/**
 * Who made an action type; `Custom` for what is yours.
 * @example
 * const owner: ActionOwner = 'Custom'
 */
export type ActionOwner = 'AWS' | 'ThirdParty' | 'Custom'

/**
 * What names an action type.
 * @example
 * const rake: ActionTypeId = { category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' }
 */
export interface ActionTypeId {
  readonly category: ActionCategory
  readonly owner: ActionOwner
  readonly provider: string
  readonly version: string
}

/**
 * One text per action type, for maps and indexes: `Build/Custom/Rake/1`.
 * @example
 * actionTypeKey({ category: 'Build', owner: 'Custom', provider: 'Rake', version: '1' }) // Build/Custom/Rake/1
 */
export function actionTypeKey(id: ActionTypeId): string {
  return `${id.category}/${id.owner}/${id.provider}/${id.version}`
}

/**
 * An action type as ListActionTypes answers it.
 * @example
 * const { actionTypes } = await api.server.operations.listActionTypes(admin, {})
 * const first: ActionType | undefined = actionTypes[0]
 */
export interface ActionType {
  readonly id: ActionTypeId
  readonly settings?: ActionTypeSettings
  readonly actionConfigurationProperties?: readonly ActionConfigurationProperty[]
  readonly inputArtifactDetails: ArtifactDetails
  readonly outputArtifactDetails: ArtifactDetails
}

/**
 * Links that the page and GetPipelineState make of an action.
 * @example
 * const settings: ActionTypeSettings = { executionUrlTemplate: 'https://ci.example.com/{ExternalExecutionId}' }
 */
export interface ActionTypeSettings {
  readonly thirdPartyConfigurationUrl?: string
  /** May hold `{Config:name}` (J4). */
  readonly entityUrlTemplate?: string
  /** May hold `{Config:name}` and `{ExternalExecutionId}` (J4). */
  readonly executionUrlTemplate?: string
  readonly revisionUrlTemplate?: string
}

/**
 * How many artifacts an action type takes or gives.
 * @example
 * const one: ArtifactDetails = { minimumCount: 1, maximumCount: 1 }
 */
export interface ArtifactDetails {
  readonly minimumCount: number
  readonly maximumCount: number
}

/**
 * The type of a property as the service model writes it.
 * @example
 * const type: ConfigurationPropertyType = 'Boolean'
 */
export type ConfigurationPropertyType = 'String' | 'Number' | 'Boolean'

/**
 * The service model's members; what is ours alone is marked so and never sent to AWS clients.
 * @example
 * const task: ActionConfigurationProperty = { name: 'Task', required: false, key: false, secret: false }
 */
export interface ActionConfigurationProperty {
  readonly name: string
  readonly required: boolean
  readonly key: boolean
  readonly secret: boolean
  readonly queryable?: boolean
  readonly description?: string
  readonly type?: ConfigurationPropertyType
}
