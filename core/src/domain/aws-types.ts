/** AWS's own action types and rules: what takes the place of one that no plugin here provides. */
import type { ActionTypeId } from './action-type.js'

const commands = 'a Commands action (Compute/AWS/Commands/1)'

/** By category and provider, of the owner AWS. */
const actions: Readonly<Record<string, string>> = {
  'Source/ECR': `use a Git, S3 or CodeStarSourceConnection source, and pull the image in a Commands or CodeBuild action`,
  'Build/ECRBuildAndPublish': 'use Build/Custom/Docker/1, which builds an image and pushes it',
  'Test/DeviceFarm': `use ${commands} with \`aws devicefarm schedule-run\``,
  'Deploy/AppConfig': `use ${commands} with \`aws appconfig start-deployment\``,
  'Deploy/CloudFormation': `use ${commands} with \`aws cloudformation deploy\``,
  'Deploy/CloudFormationStackSet': `use ${commands} with \`aws cloudformation update-stack-set\``,
  'Deploy/CloudFormationStackInstances': `use ${commands} with \`aws cloudformation create-stack-instances\``,
  'Deploy/CodeDeployToECS': `use ${commands} with \`aws ecs deploy\``,
  'Deploy/EC2': 'use Deploy/AWS/CodeDeploy/1 with a deployment group of penstock.yaml',
  'Deploy/ECS': `use ${commands} with \`aws ecs update-service --force-new-deployment\``,
  'Deploy/EKS': `use ${commands} with \`kubectl apply\` or \`helm upgrade\``,
  'Deploy/ElasticBeanstalk': `use ${commands} with \`aws elasticbeanstalk update-environment\``,
  'Deploy/Lambda': `use ${commands} with \`aws lambda update-function-code\``,
  'Deploy/OpsWorks': 'AWS has ended OpsWorks: use Deploy/AWS/CodeDeploy/1 with a deployment group of penstock.yaml',
  'Deploy/S3': `use ${commands} with \`aws s3 sync\``,
  'Deploy/ServiceCatalog': `use ${commands} with \`aws servicecatalog create-provisioning-artifact\``,
  'Invoke/CodePipeline': `use ${commands} with \`aws codepipeline start-pipeline-execution\``,
  'Invoke/InspectorScan': `use ${commands} with \`inspector-sbomgen\``,
  'Invoke/StepFunctions': `use ${commands} with \`aws stepfunctions start-execution\``,
}

const rules: Readonly<Record<string, string>> = {
  CloudWatchAlarm: 'use the rule Commands with `aws cloudwatch describe-alarms`, which fails while the alarm is on',
  CodeBuild: 'use the rule Commands with what the project does',
  LambdaInvoke: 'its plugin is lambda-invoke',
}

/** What to put in the place of one of AWS's action types; `undefined` of a type that is not AWS's, or that nobody knows. */
export function insteadOfAction({ owner, category, provider }: ActionTypeId): string | undefined {
  return owner === 'AWS' ? actions[`${category}/${provider}`] : undefined
}

/** The same of a rule. */
export function insteadOfRule(provider: string): string | undefined {
  return Object.hasOwn(rules, provider) ? rules[provider] : undefined
}
