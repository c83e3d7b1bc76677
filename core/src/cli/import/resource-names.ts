/** What a stack would answer for its own resources, as far as the template says it itself. */
import { isTable, type Table } from './found.js'

/** The property that holds what `Ref` answers. */
const byRef: Readonly<Record<string, string>> = {
  'AWS::CodeBuild::Project': 'Name',
  'AWS::CodeDeploy::Application': 'ApplicationName',
  'AWS::CodeDeploy::DeploymentGroup': 'DeploymentGroupName',
  'AWS::CodePipeline::Pipeline': 'Name',
  'AWS::ECR::Repository': 'RepositoryName',
  'AWS::ECS::Cluster': 'ClusterName',
  'AWS::ElasticBeanstalk::Application': 'ApplicationName',
  'AWS::ElasticBeanstalk::Environment': 'EnvironmentName',
  'AWS::IAM::Role': 'RoleName',
  'AWS::Lambda::Function': 'FunctionName',
  'AWS::S3::Bucket': 'BucketName',
  'AWS::SSM::Parameter': 'Name',
  'AWS::Serverless::Function': 'FunctionName',
}

/** The property that holds what `Fn::GetAtt` answers. */
const byAttribute: Readonly<Record<string, string>> = {
  'AWS::CodeCommit::Repository.Name': 'RepositoryName',
  'AWS::ECS::Service.Name': 'ServiceName',
  'AWS::SSM::Parameter.Value': 'Value',
}

/** The property of a resource, unresolved, that `Ref` (no attribute) or `Fn::GetAtt` would answer. */
export function ownWord(resource: unknown, attribute?: string): unknown {
  if (!isTable(resource) || typeof resource.Type !== 'string') return undefined
  const { Type, Properties } = resource as { Type: string; Properties?: Table }
  const property = attribute === undefined ? byRef[Type] : byAttribute[`${Type}.${attribute}`]
  return property === undefined ? undefined : Properties?.[property]
}

/** An ARN of the right shape for a resource that only its stack knows. */
export function standInArn(
  type: string | undefined,
  name: string,
  { region, accountId }: { readonly region: string; readonly accountId: string },
): string {
  const service = serviceOf(type)
  if (service === 'iam') return `arn:aws:iam::${accountId}:role/${name}`
  return `arn:aws:${service}:${region}:${accountId}:${service.endsWith('connections') ? 'connection/' : ''}${name}`
}

/** `AWS::CodeStarConnections::Connection` is `codestar-connections` in an ARN. */
function serviceOf(type: string | undefined): string {
  const service = type?.split('::')[1]?.toLowerCase() ?? 'unknown'
  return service === 'codestarconnections' ? 'codestar-connections' : service
}
