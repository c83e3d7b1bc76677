/** Terraform's `aws_codepipeline` and what goes with it, as `terraform show -json` prints a state or a plan. */
import { textsOf } from './camel.js'
import { alone, type Beside, type Found, isTable, type Table, tablesOf } from './found.js'
import type { Report } from './report.js'
import { fillUnknown, noteTerraformRest, type TerraformResource, terraformProjects } from './terraform-rest.js'

/** True for what `terraform show -json` (or OpenTofu's) prints. */
export function isTerraform(data: Table): boolean {
  return typeof data.format_version === 'string' && (isTable(data.values) || isTable(data.planned_values))
}

/** `wanted` is an address, such as `module.shop.aws_codepipeline.main`. Errors: TypeError in words. */
export function fromTerraform(data: Table, report: Report, wanted?: string): Found {
  const root = ((data.values ?? data.planned_values) as Table).root_module
  const known = isTable(root) ? resourcesOf(root) : []
  const { address } = choose(known, wanted)
  const all = known.map((resource) => whole(resource, resource.address === address, data, report))
  const chosen = choose(all, wanted)
  const { tags, tags_all: allTags } = chosen.values
  const pipeline = pipelineOf(chosen.values)
  const webhooks = of(all, 'aws_codepipeline_webhook').map(webhookOf)
  noteTerraformRest(pipeline, all, report)
  return {
    ...alone(pipeline, tagsOf(isTable(allTags) ? allTags : tags)),
    actionTypes: of(all, 'aws_codepipeline_custom_action_type').map(actionTypeOf),
    projects: terraformProjects(pipeline, all),
    webhooks: webhooks.filter(({ input }) => (input.webhook as Table).targetPipeline === pipeline.name),
  }
}

/** A plan's resource with stand-ins for what only apply tells, as far as the pipeline is made of it. */
function whole(resource: TerraformResource, isChosen: boolean, data: Table, report: Report): TerraformResource {
  if (!isChosen && resource.type !== 'aws_codebuild_project') return resource
  const change = tablesOf(data.resource_changes).find(({ address }) => address === resource.address)?.change
  if (!isTable(change)) return resource
  return { ...resource, values: fillUnknown(resource.values, change.after_unknown, resource.address, report) }
}

function resourcesOf(module: Table): TerraformResource[] {
  const own = tablesOf(module.resources).filter(({ values }) => isTable(values)) as unknown as TerraformResource[]
  return [...own, ...tablesOf(module.child_modules).flatMap(resourcesOf)]
}

const of = (all: readonly TerraformResource[], type: string) => all.filter((one) => one.type === type)

function choose(all: readonly TerraformResource[], wanted?: string): TerraformResource {
  const pipelines = of(all, 'aws_codepipeline')
  const addresses = pipelines.map(({ address }) => address).join(', ')
  const [first] = wanted === undefined ? pipelines : pipelines.filter(({ address }) => address === wanted)
  if (pipelines.length === 0) throw new TypeError('has no resource of type aws_codepipeline')
  if (!first) throw new TypeError(`has no pipeline with the address '${wanted}', but ${addresses}`)
  if (wanted === undefined && pipelines.length > 1)
    throw new TypeError(`has several pipelines: choose with --resource one of ${addresses}`)
  return first
}

function pipelineOf(values: Table): Table {
  const stores = tablesOf(values.artifact_store)
  return {
    ...(camel(pick(values, ['name', 'role_arn', 'pipeline_type', 'execution_mode'])) as Table),
    ...(stores.length === 1 ? { artifactStore: storeOf(stores[0] ?? {}) } : {}),
    ...(stores.length > 1
      ? { artifactStores: Object.fromEntries(stores.map((store) => [String(store.region), storeOf(store)])) }
      : {}),
    ...listed(
      'variables',
      tablesOf(values.variable).map((one) => camel(one)),
    ),
    ...listed('triggers', tablesOf(values.trigger).map(triggerOf)),
    stages: tablesOf(values.stage).map(stageOf),
  }
}

function storeOf({ location, type, encryption_key: key }: Table): Table {
  return { location, type, ...(first(key) ? { encryptionKey: first(key) } : {}) }
}

function stageOf({ name, action, before_entry: before, on_success: success, on_failure: failure }: Table): Table {
  return {
    name,
    actions: tablesOf(action).map(actionOf),
    ...(first(before) ? { beforeEntry: conditionsOf(before) } : {}),
    ...(first(success) ? { onSuccess: conditionsOf(success) } : {}),
    ...(first(failure) ? { onFailure: failureOf(first(failure) as Table) } : {}),
  }
}

function actionOf(values: Table): Table {
  const {
    category,
    owner,
    provider,
    version,
    configuration,
    input_artifacts: inputs,
    output_artifacts: outputs,
  } = values
  const named = (names: unknown) => (Array.isArray(names) ? names.map((name) => ({ name })) : [])
  return {
    ...(camel(pick(values, ['name', 'run_order', 'namespace', 'region', 'role_arn', 'timeout_in_minutes'])) as Table),
    actionTypeId: { category, owner, provider, version },
    ...(isTable(configuration) ? { configuration: textsOf(configuration) } : {}),
    ...listed('inputArtifacts', named(inputs)),
    ...listed('outputArtifacts', named(outputs)),
  }
}

function conditionsOf(given: unknown): Table {
  return { conditions: tablesOf(first(given)?.condition).map(conditionOf) }
}

function conditionOf({ result, rule }: Table): Table {
  const rules = tablesOf(rule).map(
    ({ configuration, commands, input_artifacts: inputs, rule_type_id: id, ...about }) => ({
      ...(camel(about) as Table),
      ruleTypeId: camel(first(id) ?? {}),
      ...(isTable(configuration) ? { configuration: textsOf(configuration) } : {}),
      ...listed('commands', Array.isArray(commands) ? commands : []),
      ...listed('inputArtifacts', Array.isArray(inputs) ? inputs.map((name) => ({ name })) : []),
    }),
  )
  return { ...(isGiven(result) ? { result } : {}), rules }
}

function failureOf({ result, retry_configuration: retry, condition }: Table): Table {
  return {
    ...(isGiven(result) ? { result } : {}),
    ...(first(retry) ? { retryConfiguration: camel(first(retry)) } : {}),
    ...(tablesOf(condition).length > 0 ? { conditions: tablesOf(condition).map(conditionOf) } : {}),
  }
}

function triggerOf({ provider_type: providerType, git_configuration: git }: Table): Table {
  const { source_action_name: sourceActionName, push, pull_request: pullRequest } = first(git) ?? {}
  const filters = (given: unknown) =>
    tablesOf(given).map((one) =>
      Object.fromEntries(
        Object.entries(one).flatMap(([name, value]) => {
          const inner = name === 'events' ? value : first(value) && camel(first(value))
          const empty = inner === undefined || inner === null || (Array.isArray(inner) && inner.length === 0)
          return empty ? [] : [[camelName(name), inner]]
        }),
      ),
    )
  const configuration = {
    sourceActionName,
    ...listed('push', filters(push)),
    ...listed('pullRequest', filters(pullRequest)),
  }
  return { providerType, gitConfiguration: configuration }
}

function webhookOf({ address, values }: TerraformResource): Beside {
  const { allowed_ip_range: range, secret_token: token } = first(values.authentication_configuration) ?? {}
  const webhook = {
    ...(camel(pick(values, ['name', 'target_pipeline', 'target_action', 'authentication'])) as Table),
    filters: tablesOf(values.filter).map((one) => camel(one)),
    authenticationConfiguration: {
      ...(isGiven(range) ? { AllowedIPRange: range } : {}),
      ...(isGiven(token) ? { SecretToken: token } : {}),
    },
  }
  return { id: address, input: { webhook } }
}

function actionTypeOf({ address, values }: TerraformResource): Beside {
  const { category, version, settings } = values
  const input = {
    category,
    version,
    provider: values.provider_name ?? values.provider,
    inputArtifactDetails: camel(first(values.input_artifact_details) ?? {}),
    outputArtifactDetails: camel(first(values.output_artifact_details) ?? {}),
    ...listed(
      'configurationProperties',
      tablesOf(values.configuration_property).map((one) => camel(one)),
    ),
    ...(first(settings) ? { settings: camel(first(settings)) } : {}),
  }
  return { id: address, input }
}

function tagsOf(tags: unknown): Table[] {
  return isTable(tags) ? Object.entries(tags).map(([key, value]) => ({ key, value: String(value) })) : []
}

/** Blocks are lists of at most one. */
const first = (block: unknown): Table | undefined => tablesOf(block)[0]
/** What nobody wrote is null, or empty. */
const isGiven = (value: unknown) => value !== undefined && value !== null && value !== ''
const listed = (name: string, list: readonly unknown[]): Table => (list.length > 0 ? { [name]: list } : {})
const pick = (from: Table, names: readonly string[]): Table =>
  Object.fromEntries(names.flatMap((name) => (isGiven(from[name]) ? [[name, from[name]]] : [])))
const camelName = (name: string) => name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())

function camel(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(camel)
  if (!isTable(value)) return value
  const given = Object.entries(value).filter(([, one]) => isGiven(one) && !(Array.isArray(one) && one.length === 0))
  return Object.fromEntries(given.map(([name, one]) => [camelName(name), camel(one)]))
}
