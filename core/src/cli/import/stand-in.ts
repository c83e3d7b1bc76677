/** What takes the place of an action that nothing here provides: commands that fail until somebody has written them. */
import type { ActionDeclaration } from '../../domain/pipeline.js'

type Configuration = Readonly<Record<string, string>>

/** The command line that does about the same, where there is one. */
const suggestions: Readonly<Record<string, (configuration: Configuration) => string>> = {
  CloudFormation: cloudFormation,
  CloudFormationStackSet: ({ StackSetName = 'STACKSET' }) =>
    `aws cloudformation update-stack-set --stack-set-name ${StackSetName}`,
  ECS: ({ ClusterName = 'CLUSTER', ServiceName = 'SERVICE' }) =>
    `aws ecs update-service --cluster ${ClusterName} --service ${ServiceName} --force-new-deployment`,
  ElasticBeanstalk: ({ ApplicationName = 'APPLICATION', EnvironmentName = 'ENVIRONMENT' }) =>
    `aws elasticbeanstalk update-environment --application-name ${ApplicationName} --environment-name ${EnvironmentName} --version-label LABEL`,
  S3: ({ BucketName = 'BUCKET', ObjectKey = '' }) => `aws s3 sync . s3://${BucketName}/${ObjectKey}`,
  StepFunctions: ({ StateMachineArn = 'ARN' }) =>
    `aws stepfunctions start-execution --state-machine-arn ${StateMachineArn}`,
  EKS: () => 'kubectl apply -f MANIFEST',
  ECRBuildAndPublish: () => 'docker build -t IMAGE . && docker push IMAGE',
  InspectorScan: () => 'inspector-sbomgen directory --path .',
  DeviceFarm: () => 'aws devicefarm schedule-run ...',
}

/** What each of the action modes does; a template is named for people, as what stands behind the artifact's name. */
function cloudFormation({ ActionMode, StackName = 'STACK', TemplatePath = 'TEMPLATE', ChangeSetName }: Configuration) {
  const template = TemplatePath.split('::').at(-1)
  const changeSet = `--stack-name ${StackName} --change-set-name ${ChangeSetName ?? 'CHANGE-SET'}`
  switch (ActionMode) {
    case 'DELETE_ONLY':
      return `aws cloudformation delete-stack --stack-name ${StackName} && aws cloudformation wait stack-delete-complete --stack-name ${StackName}`
    case 'CHANGE_SET_REPLACE':
      return `aws cloudformation create-change-set ${changeSet} --template-body file://${template}`
    case 'CHANGE_SET_EXECUTE':
      return `aws cloudformation execute-change-set ${changeSet}`
    default:
      return `aws cloudformation deploy --stack-name ${StackName} --template-file ${template}`
  }
}

export interface StandIn {
  readonly action: ActionDeclaration
  readonly advice: string
}

/** Errors: none; `undefined` for a source, whose place no command can take. `instead` is what is known to be right. */
export function standIn(action: ActionDeclaration, instead?: string): StandIn | undefined {
  const { category, owner, provider, version } = action.actionTypeId
  if (category === 'Source' || category === 'Approval') return undefined
  const was = `${category}/${owner}/${provider}/${version}`
  const suggestion = suggestions[provider]?.(action.configuration ?? {})
  const { configuration: _, actionTypeId: __, ...rest } = action
  const commands = [
    `echo 'not imported yet: ${was}' >&2`,
    ...(suggestion ? [`# ${oneLine(suggestion)}`] : []),
    'exit 1',
  ]
  return {
    action: {
      ...rest,
      actionTypeId: { category: 'Compute', owner: 'AWS', provider: 'Commands', version: '1' },
      commands,
    },
    advice: `no plugin provides ${was}${instead === undefined ? '' : ` (${instead})`}: commands that fail stand in; write what it does, ${suggestion ? `such as \`${oneLine(suggestion)}\`` : 'as shell commands'}, or make a custom action type with a worker of your own`,
  }
}

const oneLine = (text: string) => text.replace(/\s+/g, ' ')
