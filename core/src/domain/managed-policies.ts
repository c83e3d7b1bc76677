import type { ManagedPolicy, PolicyDocument } from './access.js'

/** What the managed policies allow of what Penstock has. FullAccess is all of CodePipeline, but not Penstock's own administration. */
export const managedPolicyDocuments: Readonly<Record<ManagedPolicy, PolicyDocument>> = {
  AWSCodePipeline_FullAccess: allow(
    'codepipeline:*',
    // As AWS's policy of this name may make and see CodeBuild's projects.
    'penstock:DeleteProject',
    'penstock:GetProject',
    'penstock:ListProjects',
    'penstock:PutProject',
    's3:GetObject',
    's3:PutObject',
    's3:ListBucket',
    's3:ListAllMyBuckets',
    // Sources that are uploaded need a bucket that keeps versions.
    's3:CreateBucket',
    's3:PutBucketVersioning',
    's3:GetObjectVersion',
    's3:ListBucketVersions',
    // Deployments to servers are an action's work here.
    'codedeploy:*',
  ),
  AWSCodePipeline_ReadOnlyAccess: allow(
    'codepipeline:GetPipeline',
    'codepipeline:GetPipelineState',
    'codepipeline:GetPipelineExecution',
    'codepipeline:ListPipelineExecutions',
    'codepipeline:ListActionExecutions',
    'codepipeline:ListActionTypes',
    'codepipeline:ListPipelines',
    'codepipeline:ListTagsForResource',
    // Newer reads, of the same nature as those above.
    'codepipeline:ListRuleExecutions',
    'codepipeline:ListRuleTypes',
    'codepipeline:ListDeployActionExecutionTargets',
    'codedeploy:GetApplication',
    'codedeploy:GetDeployment',
    'codedeploy:GetDeploymentGroup',
    'codedeploy:GetOnPremisesInstance',
    'codedeploy:ListApplications',
    'codedeploy:ListDeployments',
    'codedeploy:ListDeploymentGroups',
    'codedeploy:ListDeploymentInstances',
    'codedeploy:ListOnPremisesInstances',
  ),
  AWSCodePipelineApproverAccess: allow(
    'codepipeline:GetPipeline',
    'codepipeline:GetPipelineState',
    'codepipeline:GetPipelineExecution',
    'codepipeline:ListPipelineExecutions',
    'codepipeline:ListPipelines',
    'codepipeline:PutApprovalResult',
  ),
  AWSCodePipelineCustomActionAccess: allow(
    'codepipeline:AcknowledgeJob',
    'codepipeline:GetJobDetails',
    'codepipeline:PollForJobs',
    'codepipeline:PutJobFailureResult',
    'codepipeline:PutJobSuccessResult',
  ),
  // Jobs of every type, with the secrets that they name. A policy of one's own narrows ClaimJobs to action types.
  PenstockWorkerAccess: allow(
    'penstock:AppendLog',
    'penstock:AwaitReport',
    'penstock:BeginPluginBlob',
    'penstock:Checkpoint',
    'penstock:ClaimJobs',
    'penstock:DeletePluginState',
    'penstock:FailJob',
    'penstock:FinishLog',
    'penstock:GetJobAccess',
    'penstock:GetPluginState',
    'penstock:GetSecret',
    'penstock:Heartbeat',
    'penstock:ListPluginState',
    'penstock:PutPluginState',
    'penstock:ReadPluginBlobPart',
    'penstock:RecoverJobs',
    'penstock:ReportProgress',
    'penstock:ReportTargets',
    'penstock:ReportTests',
    'penstock:SucceedJob',
    'penstock:WritePluginBlobPart',
  ),
}

/** Everything, Penstock's own administration too: the first user's policy. */
export const administratorPolicy: PolicyDocument = allow('*')

function allow(...actions: string[]): PolicyDocument {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: actions, Resource: '*' }] }
}
