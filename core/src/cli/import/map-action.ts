/** One action of AWS's as Penstock's plugins have it. */
import { type ActionType, type ActionTypeId, actionTypeKey } from '../../domain/action-type.js'
import type { ActionDeclaration } from '../../domain/pipeline.js'
import type { Report } from './report.js'
import { standIn } from './stand-in.js'

type Configuration = Readonly<Record<string, string>>

/** What is known of action types: nothing of one that there is not. */
export type KnownTypes = {
  describe(id: ActionTypeId): ActionType | undefined
  /** What to put in the place of a type that may be declared and that nothing runs. */
  instead?(id: ActionTypeId): string | undefined
}
type Known = KnownTypes & { readonly projects: ReadonlySet<string> }

/** What is to be done so that an imported action works, by provider, and by category where two have one name. */
const advice: Readonly<Record<string, (configuration: Configuration) => string>> = {
  CodeStarSourceConnection: ({ ConnectionArn = '' }) =>
    `name the connection ${ConnectionArn} in penstock.yaml, under plugins: github-source: connections`,
  CodeDeploy: ({ DeploymentGroupName = '' }) =>
    `name the hosts of ${DeploymentGroupName} in penstock.yaml, under plugins: codedeploy-ssh`,
  Lambda: ({ FunctionName = '' }) =>
    `${FunctionName} is invoked on AWS with the server's credentials, unless plugins: lambda-invoke: functions has it`,
  CodeCommit: () =>
    'give the server AWS credentials that may read the repository, or move it to a git server (Source/Custom/Git)',
  CloudFormation: ({ StackName = '', RoleArn }) =>
    `give the server AWS credentials that may change the stack ${StackName}${RoleArn === undefined ? '' : `, and pass ${RoleArn} to CloudFormation`}`,
  ECS: ({ ClusterName = '', ServiceName = '' }) =>
    `give the server AWS credentials that may register task definitions and update the service ${ServiceName} of the cluster ${ClusterName}`,
  ECR: ({ RepositoryName = '' }) =>
    `give the server AWS credentials that may describe images of ${RepositoryName}, or name another registry in penstock.yaml, under plugins: ecr-source: registry`,
  StepFunctions: ({ StateMachineArn = '' }) =>
    `give the server AWS credentials that may start and describe executions of ${StateMachineArn}`,
  ElasticBeanstalk: ({ EnvironmentName = '' }) =>
    `give the server AWS credentials that may make application versions and update the environment ${EnvironmentName}`,
  CodePipeline: ({ PipelineName = '' }) => `import the pipeline ${PipelineName}, too: it is started at this server`,
  'Source/S3': () => 'give the server AWS credentials that may read the bucket',
  'Deploy/S3': ({ BucketName = '' }) =>
    `give the server AWS credentials that may write to ${BucketName}, or make that bucket here: aws s3 mb s3://${BucketName} with this server's --endpoint-url`,
}

/** The action, with a note for each change and each thing to do. */
export function mapAction(action: ActionDeclaration, path: string, known: Known, report: Report): ActionDeclaration {
  const kept = withoutDropped(action, path, report)
  const { owner } = kept.actionTypeId
  const type = known.describe(kept.actionTypeId)
  const instead = known.instead?.(kept.actionTypeId)
  if (!type || instead !== undefined) return replaced(kept, path, report, instead)
  report.add('mapped', path, `${kept.name} stays ${actionTypeKey(kept.actionTypeId)}`)
  // Whoever works for a type of one's own is given its values as they are.
  if (owner === 'Custom') return asWritten(kept, path, report)
  const properties = new Map((type.actionConfigurationProperties ?? []).map((one) => [one.name, one]))
  const configuration = configurationOf(kept, path, properties, report)
  const { category, provider } = kept.actionTypeId
  const todo = (advice[`${category}/${provider}`] ?? advice[provider])?.(configuration)
  if (todo !== undefined) report.add('todo', path, todo)
  if (provider === 'CodeBuild') noteProject(configuration.ProjectName ?? '', path, known.projects, report)
  if (category === 'Source' && configuration.PollForSourceChanges === 'false') {
    report.add(
      'todo',
      `${path}.configuration.PollForSourceChanges`,
      'is false: on AWS an event started the pipeline; make a webhook with put-webhook, or set it to true',
    )
  }
  return { ...kept, ...(Object.keys(configuration).length > 0 ? { configuration } : {}) }
}

/** An action of a project that nobody declares would run buildspec.yml, whatever the project says, or fail. */
function noteProject(name: string, path: string, projects: ReadonlySet<string>, report: Report): void {
  const where = `${path}.configuration.ProjectName`
  if (projects.has(name)) report.add('mapped', where, `the project ${name} is imported along with the pipeline`)
  else
    report.add(
      'todo',
      where,
      `the project ${name} is not in this file: aws codebuild batch-get-projects --names ${name} | penstock project put - takes it over, or import both together`,
    )
}

/** All actions run where Penstock runs; only an approval has a time limit of its own (S18). */
function withoutDropped(action: ActionDeclaration, path: string, report: Report): ActionDeclaration {
  const { region, timeoutInMinutes, ...rest } = action
  if (region !== undefined)
    report.add('dropped', `${path}.region`, `was ${region}: every action runs on this server's workers`)
  if (timeoutInMinutes === undefined) return rest
  if (rest.actionTypeId.category === 'Approval') return { ...rest, timeoutInMinutes }
  report.add('dropped', `${path}.timeoutInMinutes`, `was ${timeoutInMinutes}: only approvals have one`)
  return rest
}

/** Values that only AWS knows are named; all stay as they are. */
function asWritten(action: ActionDeclaration, path: string, report: Report): ActionDeclaration {
  for (const [name, value] of Object.entries(action.configuration ?? {})) {
    if (value.includes('{{resolve:') || /^\*+$/.test(value))
      report.add('todo', `${path}.configuration.${name}`, `put the value of ${value} itself: only AWS looks it up`)
  }
  return action
}

function replaced(action: ActionDeclaration, path: string, report: Report, instead?: string): ActionDeclaration {
  const { category, owner, provider, version } = action.actionTypeId
  if (owner === 'Custom') {
    report.add(
      'todo',
      path,
      `make the action type ${category}/Custom/${provider}/${version} with aws codepipeline create-custom-action-type before the pipeline; its workers need only another --endpoint-url`,
    )
    return asWritten(action, path, report)
  }
  const substitute = standIn(action, instead)
  if (substitute) {
    report.add('todo', path, substitute.advice)
    return substitute.action
  }
  report.add(
    'todo',
    path,
    `no plugin provides ${category}/${owner}/${provider}/${version}: put another ${category.toLowerCase()} in its place, such as Source/Custom/Git or Source/AWS/S3`,
  )
  return action
}

function configurationOf(
  { configuration = {} }: ActionDeclaration,
  path: string,
  properties: ReadonlyMap<string, { readonly secret: boolean }>,
  report: Report,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(configuration)) {
    const where = `${path}.configuration.${name}`
    if (!properties.has(name)) report.add('dropped', where, 'this plugin has no such property')
    else kept[name] = secretOf(name, value, properties.get(name)?.secret === true, where, report)
  }
  return kept
}

/** The secret's name, and the key inside of it that is meant. */
const dynamic = /\{\{resolve:(?:secretsmanager|ssm-secure|ssm):([^:}]+)(?::SecretString)?:?([^:}]*)[^}]*\}\}/g

/** Secrets leave the pipeline's structure: they are looked up by name when the action runs. */
function secretOf(name: string, value: string, isSecret: boolean, where: string, report: Report): string {
  const named = value.replace(dynamic, (_, secret: string, key: string) => {
    return `{{secret:${secretName(secret)}${key === '' || /^\d+$/.test(key) ? '' : `-${secretName(key)}`}}}`
  })
  const text = isSecret && named === value && !value.includes('{{secret:') ? `{{secret:${secretName(name)}}}` : named
  for (const [, secret] of text.matchAll(/\{\{secret:([^}]+)\}\}/g)) {
    report.add(
      'todo',
      where,
      `put the secret at the server first: penstock secret set ${secret}, with its value on standard input`,
    )
  }
  return text
}

/** `OAuthToken` -> `oauth-token`; what follows an ARN's last colon; no characters that a file's name cannot have. */
function secretName(text: string): string {
  const last = text.split('/').at(-1) ?? text
  return last
    .replace(/([a-z])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace('o-auth', 'oauth')
    .replace(/[^a-z0-9._-]+/g, '-')
}
