/** CodePipeline's resources of a template in the shape that its API has. */
import { camel } from './camel.js'
import { alone, type Beside, type Found, isTable, type Table, tablesOf } from './found.js'
import type { Intrinsics } from './intrinsics.js'
import type { Report } from './report.js'
import type { Template } from './template.js'
import { templateProjects } from './template-projects.js'
import { noteRest } from './template-rest.js'

export const pipelineType = 'AWS::CodePipeline::Pipeline'
const webhookType = 'AWS::CodePipeline::Webhook'
const actionTypeType = 'AWS::CodePipeline::CustomActionType'

/** The pipeline of a template, or the one of several that is wanted. Errors: TypeError in words. */
export function fromTemplate(intrinsics: Intrinsics, wanted?: string): Found {
  const { template, report } = intrinsics
  const id = chosen(template, intrinsics, wanted)
  const found = fromProperties(template.Resources?.[id]?.Properties ?? {}, id, intrinsics)
  const name = String(found.pipeline.name)
  const webhooks = resources(template, intrinsics, webhookType).map(([logicalId, properties]) =>
    webhookOf(logicalId, intrinsics.resolve(withoutVersion(properties), logicalId) as Table, report),
  )
  const projects = templateProjects(found.pipeline, intrinsics)
  noteRest(found.pipeline, id, intrinsics)
  return {
    ...found,
    projects,
    actionTypes: resources(template, intrinsics, actionTypeType).map(([logicalId, properties]) => ({
      id: logicalId,
      input: actionTypeOf(intrinsics.resolve(properties, logicalId) as Table),
    })),
    webhooks: webhooks.filter(({ input }) => (input.webhook as Table).targetPipeline === name),
  }
}

/** The properties of one pipeline. */
export function fromProperties(given: Table, logicalId: string, intrinsics: Intrinsics): Found {
  const properties = intrinsics.resolve(given, '') as Table
  const { Tags, DisableInboundStageTransitions, RestartExecutionOnUpdate, ArtifactStores, ...rest } = properties
  const { report } = intrinsics
  if (RestartExecutionOnUpdate !== undefined) {
    report.add(
      'dropped',
      'RestartExecutionOnUpdate',
      'belongs to stacks; a changed pipeline starts when its source or somebody does',
    )
  }
  const stores = tablesOf(ArtifactStores).map(
    ({ Region, ArtifactStore }) => [String(Region), camel(ArtifactStore)] as const,
  )
  const pipeline = {
    name: logicalId,
    ...(camel(rest) as Table),
    ...(stores.length > 0 ? { artifactStores: Object.fromEntries(stores) } : {}),
  }
  const closed = tablesOf(DisableInboundStageTransitions).map(({ StageName, Reason }) => ({
    stageName: String(StageName),
    reason: String(Reason),
  }))
  return { ...alone(pipeline, camel(Tags ?? [])), closed }
}

function chosen(template: Template, intrinsics: Intrinsics, wanted?: string): string {
  const all = Object.entries(template.Resources ?? {}).filter(([, resource]) => resource?.Type === pipelineType)
  const ids = all.map(([id]) => id).join(', ')
  if (all.length === 0) throw new TypeError(`has no resource of type ${pipelineType}`)
  if (wanted !== undefined) {
    if (all.some(([id]) => id === wanted)) return wanted
    throw new TypeError(`has no pipeline with the logical id '${wanted}', but ${ids}`)
  }
  const made = all.filter(([, resource]) => intrinsics.isMade(resource))
  const [only] = made.length > 0 ? made : all
  if (!only || made.length > 1 || (made.length === 0 && all.length > 1))
    throw new TypeError(`has several pipelines: choose with --resource one of ${ids}`)
  return only[0]
}

function resources(template: Template, intrinsics: Intrinsics, type: string): [string, Table][] {
  return Object.entries(template.Resources ?? {})
    .filter(([, resource]) => resource?.Type === type && intrinsics.isMade(resource))
    .map(([id, { Properties = {} }]) => [id, Properties])
}

function actionTypeOf({ ConfigurationProperties, Tags, ...rest }: Table): Table {
  const properties = tablesOf(ConfigurationProperties).map(({ Required, Key, Secret, Queryable, ...about }) => ({
    ...(camel(about) as Table),
    required: isTrue(Required),
    key: isTrue(Key),
    secret: isTrue(Secret),
    ...(Queryable === undefined ? {} : { queryable: isTrue(Queryable) }),
  }))
  return {
    ...(camel(rest) as Table),
    ...(properties.length > 0 ? { configurationProperties: properties } : {}),
    ...(Tags === undefined ? {} : { tags: camel(Tags) }),
  }
}

/** Of the pipeline: a stack's affair. */
function withoutVersion({ TargetPipelineVersion: _, ...rest }: Table): Table {
  return rest
}

function webhookOf(id: string, properties: Table, report: Report): Beside {
  const { Name, TargetPipeline, TargetAction, Filters, Authentication, RegisterWithThirdParty } = properties
  const { AllowedIPRange, SecretToken } = isTable(properties.AuthenticationConfiguration)
    ? properties.AuthenticationConfiguration
    : ({} as Table)
  if (isTrue(RegisterWithThirdParty))
    report.add('todo', id, 'name its URL (aws codepipeline list-webhooks tells it) in the settings of the repository')
  const webhook = {
    name: String(Name ?? id),
    targetPipeline: String(TargetPipeline),
    targetAction: String(TargetAction),
    filters: tablesOf(Filters).map((filter) => camel(filter)),
    authentication: String(Authentication),
    authenticationConfiguration: {
      ...(AllowedIPRange === undefined ? {} : { AllowedIPRange: String(AllowedIPRange) }),
      ...(SecretToken === undefined ? {} : { SecretToken: String(SecretToken) }),
    },
  }
  return { id, input: { webhook } }
}

const isTrue = (value: unknown) => String(value) === 'true'
