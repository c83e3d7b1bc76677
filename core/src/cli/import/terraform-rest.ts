/** What else of Terraform's state or plan belongs to the pipeline. */
import { type Beside, isTable, type Table, tablesOf } from './found.js'
import type { Report } from './report.js'
import { projectNames } from './template-projects.js'

/** A resource as `terraform show -json` prints it. */
export interface TerraformResource {
  readonly address: string
  readonly type: string
  readonly values: Table
}

/** The CodeBuild projects that the pipeline names, in the shape of CodeBuild's API. */
export function terraformProjects(pipeline: Table, all: readonly TerraformResource[]): Beside[] {
  const wanted = new Set(projectNames(pipeline))
  return all
    .filter(({ type, values }) => type === 'aws_codebuild_project' && wanted.has(String(values.name)))
    .map(({ address, values }) => ({ id: address, input: projectOf(values) }))
}

/** Blocks are lists of at most one, and what nobody wrote is null, or empty. */
function projectOf(values: Table): Table {
  const { build_timeout: timeout, environment, source, cache, logs_config: logs, ...rest } = values
  const env = first(environment)
  return {
    ...given(rest, {
      name: 'name',
      description: 'description',
      service_role: 'serviceRole',
      encryption_key: 'encryptionKey',
      concurrent_build_limit: 'concurrentBuildLimit',
      auto_retry_limit: 'autoRetryLimit',
      file_system_locations: 'fileSystemLocations',
      secondary_sources: 'secondarySources',
      secondary_artifacts: 'secondaryArtifacts',
    }),
    ...(first(rest.vpc_config) ? { vpcConfig: first(rest.vpc_config) } : {}),
    ...(isGiven(timeout) ? { timeoutInMinutes: timeout } : {}),
    source: given(first(source) ?? {}, {
      type: 'type',
      buildspec: 'buildspec',
      report_build_status: 'reportBuildStatus',
    }),
    environment: {
      ...given(env ?? {}, {
        type: 'type',
        image: 'image',
        compute_type: 'computeType',
        privileged_mode: 'privilegedMode',
        certificate: 'certificate',
      }),
      ...(first(env?.registry_credential) ? { registryCredential: first(env?.registry_credential) } : {}),
      ...(first(env?.fleet) ? { fleet: first(env?.fleet) } : {}),
      environmentVariables: tablesOf(env?.environment_variable),
    },
    ...(first(cache) ? { cache: first(cache) } : {}),
    ...(first(logs)
      ? { logsConfig: { s3Logs: first(first(logs)?.s3_logs), cloudWatchLogs: first(first(logs)?.cloudwatch_logs) } }
      : {}),
  }
}

function given(from: Table, names: Readonly<Record<string, string>>): Table {
  return Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => (isGiven(from[theirs]) ? [[ours, from[theirs]]] : [])),
  )
}

/** What a plan cannot know is a stand-in and a line: a value that only came to be with the resource. */
export function fillUnknown(values: Table, unknown: unknown, address: string, report: Report): Table {
  return fill(values, unknown, address, report) as Table
}

function fill(value: unknown, unknown: unknown, path: string, report: Report): unknown {
  if (unknown === true) {
    const name = path.split('.').at(-1) ?? path
    report.add(
      'todo',
      path,
      `'${name}' stands in: only apply tells the value; put it, or import the state once it is applied`,
    )
    return name
  }
  if (Array.isArray(unknown)) {
    const list = Array.isArray(value) ? value : []
    return unknown.map((one, index) =>
      isUnknown(one) ? fill(list[index], one, `${path}[${index}]`, report) : list[index],
    )
  }
  if (!isTable(unknown) || !isUnknown(unknown)) return value
  const filled = { ...(isTable(value) ? value : {}) }
  for (const [name, one] of Object.entries(unknown))
    if (isUnknown(one) && !attributes.includes(name)) filled[name] = fill(filled[name], one, `${path}.${name}`, report)
  return filled
}

/** Of the resource itself: no pipeline is made of them. */
const attributes = ['id', 'arn', 'tags_all', 'trigger_all', 'role_arn']

const isUnknown = (value: unknown): boolean =>
  value === true ||
  (Array.isArray(value) ? value.some(isUnknown) : isTable(value) && Object.values(value).some(isUnknown))

/** Tells of all that is not taken over. */
export function noteTerraformRest(pipeline: Table, all: readonly TerraformResource[], report: Report): void {
  const text = JSON.stringify(pipeline)
  const others = new Map<string, number>()
  for (const resource of all) {
    const note = Object.hasOwn(notes, resource.type) ? notes[resource.type as keyof typeof notes] : undefined
    if (note) note(resource, String(pipeline.name), text, report)
    else if (!taken.includes(resource.type)) others.set(resource.type, (others.get(resource.type) ?? 0) + 1)
  }
  if (others.size === 0) return
  const list = [...others].map(([type, count]) => (count === 1 ? type : `${type} (${count})`)).join(', ')
  report.add('dropped', 'resources', `the configuration's own, which nothing here depends on: ${list}`)
}

const taken = [
  'aws_codepipeline',
  'aws_codepipeline_webhook',
  'aws_codepipeline_custom_action_type',
  'aws_codebuild_project',
]

type Note = (resource: TerraformResource, name: string, pipelineText: string, report: Report) => void

const notes = {
  aws_cloudwatch_event_target: ({ address, values }, name, _, report) => {
    const { arn, rule } = values
    // A plan does not know the ARN yet.
    if (isGiven(arn) && !String(arn).endsWith(`:${name}`)) return
    const what = `the rule ${String(rule ?? '')} ${isGiven(arn) ? 'starts' : 'may start'} the pipeline: for a schedule, have a timer of the machine call penstock start; for an event, its source is polled here, or a webhook tells of changes`
    report.add('todo', address, what)
  },
  aws_cloudwatch_event_rule: () => {},
  aws_codedeploy_app: () => {},
  aws_codedeploy_deployment_group: ({ address, values }, _, text, report) => {
    const group = String(values.deployment_group_name)
    if (!text.includes(JSON.stringify(group))) return
    const { app_name: application, deployment_config_name: config } = values
    const tags = [
      ...tablesOf(values.ec2_tag_filter),
      ...tablesOf(values.ec2_tag_set).flatMap((set) => tablesOf(set.ec2_tag_filter)),
    ]
    const hosts = tags.map(({ key, value }) => `${String(key)}=${String(value ?? '*')}`)
    const groups = Array.isArray(values.autoscaling_groups) ? values.autoscaling_groups.map(String) : []
    const were = [
      ...(hosts.length > 0 ? [`EC2 instances with the tags ${hosts.join(', ')}`] : []),
      ...groups.map((one) => `the Auto Scaling group ${one}`),
    ]
    const what = `declare the group in penstock.yaml: plugins: codedeploy-ssh: applications: ${String(application)}: groups: ${group}: { hosts: [...], deploymentConfig: ${String(config ?? 'CodeDeployDefault.OneAtATime')} }; its hosts were ${were.join('; ') || 'not named'}`
    report.add('todo', address, what)
  },
  aws_codestarconnections_connection: ({ address, values }, _, text, report) => {
    if (isGiven(values.arn) && !text.includes(String(values.arn))) return
    const what = `was a connection to ${String(values.provider_type ?? 'its git server')}: give it its url and token in penstock.yaml, under plugins: github-source: connections`
    report.add('todo', address, what)
  },
  aws_codestarnotifications_notification_rule: ({ address, values }, name, _, report) => {
    if (isGiven(values.resource) && !String(values.resource).endsWith(`:${name}`)) return
    const what =
      'told people of executions: plugins: sns-notify or slack-notify in penstock.yaml, with events: [executionFailed, ...], do it here'
    report.add('todo', address, what)
  },
  aws_sns_topic: ({ address, values }, _, text, report) => {
    if (!isGiven(values.arn) || !text.includes(String(values.arn))) return
    const what =
      'is told of approvals on AWS: plugins: sns-notify in penstock.yaml sends to it from here, with credentials of AWS; slack-notify is another way'
    report.add('todo', address, what)
  },
  aws_sns_topic_subscription: ({ address, values }, _, text, report) => {
    if (!isGiven(values.topic_arn) || !text.includes(String(values.topic_arn))) return
    const what = `tells ${String(values.endpoint)} (${String(values.protocol)}) of approvals: it goes on doing so when sns-notify sends to the topic`
    report.add('todo', address, what)
  },
} satisfies Readonly<Record<string, Note>>

const first = (block: unknown): Table | undefined => tablesOf(block)[0]
const isGiven = (value: unknown) =>
  value !== undefined && value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
