/** What an action can be: the declaration that validates pipelines, draws forms and answers ListActionTypes. */

export const actionCategories = ['Source', 'Build', 'Deploy', 'Test', 'Invoke', 'Approval', 'Compute'] as const
export type ActionCategory = (typeof actionCategories)[number]
export type ActionOwner = 'AWS' | 'ThirdParty' | 'Custom'

export interface ActionTypeId {
  readonly category: ActionCategory
  readonly owner: ActionOwner
  readonly provider: string
  readonly version: string
}

/** One text per action type, for maps and indexes: `Build/Custom/Rake/1`. */
export function actionTypeKey(id: ActionTypeId): string {
  return `${id.category}/${id.owner}/${id.provider}/${id.version}`
}

export interface ActionType {
  readonly id: ActionTypeId
  readonly settings?: ActionTypeSettings
  readonly actionConfigurationProperties?: readonly ActionConfigurationProperty[]
  readonly inputArtifactDetails: ArtifactDetails
  readonly outputArtifactDetails: ArtifactDetails
}

export interface ActionTypeSettings {
  readonly thirdPartyConfigurationUrl?: string
  /** May hold `{Config:name}` (J4). */
  readonly entityUrlTemplate?: string
  /** May hold `{Config:name}` and `{ExternalExecutionId}` (J4). */
  readonly executionUrlTemplate?: string
  readonly revisionUrlTemplate?: string
}

export interface ArtifactDetails {
  readonly minimumCount: number
  readonly maximumCount: number
}

export type ConfigurationPropertyType = 'String' | 'Number' | 'Boolean'

/** The service model's members; what is ours alone is marked so and never sent to AWS clients. */
export interface ActionConfigurationProperty {
  readonly name: string
  readonly required: boolean
  readonly key: boolean
  readonly secret: boolean
  readonly queryable?: boolean
  readonly description?: string
  readonly type?: ConfigurationPropertyType
}
