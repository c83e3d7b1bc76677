/** What else of a template belongs to its pipeline: each with what to do about it, and what is left as a line of its own. */
import { isTable, type Table, tablesOf } from './found.js'
import type { Intrinsics } from './intrinsics.js'
import type { Resource } from './template.js'

/** Tells of all that is not taken over; nothing that would change what the pipeline does is passed over silently. */
export function noteRest(pipeline: Table, pipelineId: string, intrinsics: Intrinsics): void {
  const { template, report } = intrinsics
  const name = String(pipeline.name)
  const text = JSON.stringify(pipeline)
  const others = new Map<string, number>()
  for (const [id, resource] of Object.entries(template.Resources ?? {})) {
    if (id.startsWith('Fn::'))
      report.add(
        'todo',
        id,
        'is not unrolled: have AWS work the template out first (get-template --template-stage Processed)',
      )
    if (!isTable(resource) || typeof resource.Type !== 'string' || !intrinsics.isMade(resource)) continue
    const note = Object.hasOwn(notes, resource.Type) ? notes[resource.Type as keyof typeof notes] : undefined
    if (note === undefined) others.set(resource.Type, (others.get(resource.Type) ?? 0) + 1)
    else note({ id, resource, intrinsics, isOurs: (part) => names(part, pipelineId, name), pipelineText: text })
  }
  for (const type of taken) others.delete(type)
  if (others.size === 0) return
  const list = [...others].map(([type, count]) => (count === 1 ? type : `${type} (${count})`)).join(', ')
  report.add('dropped', 'Resources', `the stack's own, which nothing here depends on: ${list}`)
}

/** Read elsewhere. */
const taken = [
  'AWS::CodePipeline::Pipeline',
  'AWS::CodePipeline::Webhook',
  'AWS::CodePipeline::CustomActionType',
  'AWS::CodeBuild::Project',
]

interface Seen {
  readonly id: string
  readonly resource: Resource
  readonly intrinsics: Intrinsics
  /** Whether a part of the template names the pipeline. */
  readonly isOurs: (part: unknown) => boolean
  /** The pipeline, resolved, as a text. */
  readonly pipelineText: string
}

function names(part: unknown, id: string, name: string): boolean {
  const text = JSON.stringify(part ?? '')
  return (
    text.includes(`"${id}"`) || text.includes(`\${${id}`) || text.includes(`:${name}"`) || text.includes(`"${name}"`)
  )
}

const resolved = ({ id, resource, intrinsics }: Seen) =>
  intrinsics.quietly().resolve(resource.Properties ?? {}, id) as Table

/** An EventBridge rule, or a schedule, that starts the pipeline. */
function noteStart(seen: Seen): void {
  const { Targets, Target, State } = seen.resource.Properties ?? {}
  if (!seen.isOurs(Targets ?? Target) || State === 'DISABLED') return
  const { ScheduleExpression: schedule, EventPattern: pattern } = resolved(seen)
  const { report } = seen.intrinsics
  if (schedule !== undefined) {
    const what = `starts the pipeline at ${String(schedule)}: have a timer of the machine call penstock start, or aws codepipeline start-pipeline-execution`
    report.add('todo', seen.id, what)
  }
  if (pattern !== undefined) {
    const sources = isTable(pattern) && Array.isArray(pattern.source) ? pattern.source.join(', ') : 'some service'
    const what = `an event of ${sources} started the pipeline: here its source is polled, or a webhook tells of changes`
    report.add('changed', seen.id, what)
  }
}

function noteNotification(seen: Seen): void {
  if (!seen.isOurs(seen.resource.Properties?.Resource)) return
  const what =
    'told people of executions: plugins: sns-notify or slack-notify in penstock.yaml, with events: [executionFailed, ...], do it here'
  seen.intrinsics.report.add('todo', seen.id, what)
}

/** Who is told when somebody must approve. */
function noteTopic({ id, intrinsics, pipelineText, resource }: Seen): void {
  const arn = String(intrinsics.quietly().resolve({ Ref: id }, id))
  if (!pipelineText.includes(arn)) return
  const subscribers = tablesOf(resource.Properties?.Subscription).map(({ Endpoint }) => String(Endpoint))
  const who = subscribers.length > 0 ? ` (its subscribers: ${subscribers.join(', ')})` : ''
  intrinsics.report.add(
    'todo',
    id,
    `is told of approvals on AWS${who}: plugins: sns-notify in penstock.yaml sends to it from here, with credentials of AWS; slack-notify is another way`,
  )
}

function noteSubscription(seen: Seen): void {
  const { TopicArn, Protocol, Endpoint } = resolved(seen)
  if (!seen.pipelineText.includes(String(TopicArn))) return
  seen.intrinsics.report.add(
    'todo',
    seen.id,
    `tells ${String(Endpoint)} (${String(Protocol)}) of approvals: it goes on doing so when sns-notify sends to the topic`,
  )
}

/** A deployment group that the pipeline deploys to, as penstock.yaml would declare it. */
function noteGroup(seen: Seen): void {
  const given = resolved(seen)
  const application = String(given.ApplicationName)
  const group = String(given.DeploymentGroupName ?? seen.id)
  if (!seen.pipelineText.includes(JSON.stringify(group))) return
  const { DeploymentConfigName: config, AutoRollbackConfiguration: rollback } = given
  const declared = [
    'hosts: [...]',
    ...(typeof config === 'string' ? [`deploymentConfig: ${config}`] : []),
    ...(isTable(rollback) && String(rollback.Enabled) === 'true'
      ? [`autoRollback: { enabled: true, events: [${[rollback.Events].flat().join(', ')}] }`]
      : []),
  ]
  const { report } = seen.intrinsics
  report.add(
    'todo',
    seen.id,
    `declare the group in penstock.yaml: plugins: codedeploy-ssh: applications: ${application}: groups: ${group}: { ${declared.join(', ')} }; its hosts were ${hostsOf(given)}`,
  )
  if (isTable(given.LoadBalancerInfo))
    report.add(
      'todo',
      `${seen.id}.LoadBalancerInfo`,
      'give the group a loadBalancer in penstock.yaml (HAProxy, or commands for any other)',
    )
  if (isTable(given.AlarmConfiguration))
    report.add(
      'todo',
      `${seen.id}.AlarmConfiguration`,
      'give the group an alarm in penstock.yaml: an address that answers 200 while all is well',
    )
  if (tablesOf(given.TriggerConfigurations).length > 0)
    report.add(
      'dropped',
      `${seen.id}.TriggerConfigurations`,
      'nobody is told of single deployments: notifiers tell of executions',
    )
  const style = isTable(given.DeploymentStyle) ? given.DeploymentStyle.DeploymentType : undefined
  if (style === 'BLUE_GREEN')
    report.add('todo', `${seen.id}.DeploymentStyle`, 'was BLUE_GREEN: deployments here are in place')
}

function hostsOf({
  Ec2TagFilters,
  Ec2TagSet,
  AutoScalingGroups,
  OnPremisesInstanceTagFilters,
  ECSServices,
}: Table): string {
  const tags = (filters: unknown) => tablesOf(filters).map(({ Key, Value }) => `${String(Key)}=${String(Value ?? '*')}`)
  const sets = isTable(Ec2TagSet) ? tablesOf(Ec2TagSet.Ec2TagSetList) : []
  const all = [
    ...tags(Ec2TagFilters).map((tag) => `EC2 instances with the tag ${tag}`),
    ...sets.map(({ Ec2TagGroup }) => `EC2 instances with one of the tags ${tags(Ec2TagGroup).join(', ')}`),
    ...(Array.isArray(AutoScalingGroups)
      ? AutoScalingGroups.map((one) => `the Auto Scaling group ${String(one)}`)
      : []),
    ...tags(OnPremisesInstanceTagFilters).map((tag) => `on-premises instances with the tag ${tag}`),
    ...(Array.isArray(ECSServices) ? ['tasks of ECS'] : []),
  ]
  return all.length > 0 ? all.join('; ') : 'not named in the template'
}

/** The source connections that the pipeline uses. */
function noteConnection(seen: Seen): void {
  const arn = String(seen.intrinsics.quietly().resolve({ Ref: seen.id }, seen.id))
  if (!seen.pipelineText.includes(arn)) return
  const { ProviderType, HostArn } = resolved(seen)
  const host = ProviderType ?? (HostArn === undefined ? 'its git server' : 'a git server of your own')
  seen.intrinsics.report.add(
    'todo',
    seen.id,
    `was a connection to ${String(host)}: give ${arn} its url and token in penstock.yaml, under plugins: github-source: connections`,
  )
}

const nothing = () => {}
const notes = {
  'AWS::Events::Rule': noteStart,
  'AWS::Scheduler::Schedule': noteStart,
  'AWS::CodeStarNotifications::NotificationRule': noteNotification,
  'AWS::SNS::Topic': noteTopic,
  'AWS::SNS::Subscription': noteSubscription,
  'AWS::CodeDeploy::DeploymentGroup': noteGroup,
  'AWS::CodeDeploy::Application': nothing,
  'AWS::CodeStarConnections::Connection': noteConnection,
  'AWS::CodeConnections::Connection': noteConnection,
} satisfies Readonly<Record<string, (seen: Seen) => void>>
