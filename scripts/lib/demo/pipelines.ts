import type { ActionDeclaration, PipelineDeclaration, StageDeclaration } from '@aws-sdk/client-codepipeline'
import type { TestSshd } from '@penstock/core/testkit'
import type { Site } from './sample.js'

/** What a pipeline of the demo is made for. */
export interface Target {
  readonly name: string
  readonly repositoryUrl: string
  readonly site: Site
  readonly sshd: TestSshd
  readonly bucket: string
}

/** Source, Build, Deploy: the sample application on its way to its host. */
export function deployingPipeline(target: Target): PipelineDeclaration {
  return pipelineOf(target, [sourceStage(target), buildStage, deployStage(target)])
}

/** All six categories: the same, then a load test, a person's approval, and a function that looks at the page. */
export function releasePipeline(target: Target): PipelineDeclaration {
  const load = action('Load', 'Test', 'ThirdParty', 'BlazeMeter', {
    configuration: { Url: target.site.url, Users: '4', Duration: '5s', Thresholds: 'p95<2000, errors<1%' },
  })
  const approve = action('Look', 'Approval', 'AWS', 'Manual', {
    configuration: { CustomData: 'Have a look at the page', ExternalEntityLink: target.site.url },
  })
  const check = action('CheckPage', 'Invoke', 'AWS', 'Lambda', {
    configuration: { FunctionName: './functions/check-page', UserParameters: target.site.url },
    inputArtifacts: [{ name: 'Sources' }],
  })
  const stages = [
    { name: 'Test', actions: [load] },
    { name: 'Approve', actions: [approve] },
    { name: 'Invoke', actions: [check] },
  ]
  return pipelineOf(target, [sourceStage(target), buildStage, deployStage(target), ...stages])
}

export function pipelineOf(
  { name, bucket }: Pick<Target, 'name' | 'bucket'>,
  stages: StageDeclaration[],
): PipelineDeclaration {
  const roleArn = 'arn:aws:iam::000000000000:role/penstock'
  return { name, roleArn, artifactStore: { type: 'S3', location: bucket }, stages, version: 1 }
}

export function sourceStage({ repositoryUrl }: Pick<Target, 'repositoryUrl'>): StageDeclaration {
  const source = action('Git', 'Source', 'Custom', 'Git', {
    configuration: { Url: repositoryUrl, Branch: 'main' },
    outputArtifacts: [{ name: 'Sources' }],
  })
  return { name: 'Source', actions: [source] }
}

const buildStage: StageDeclaration = {
  name: 'Build',
  actions: [
    action('Rake', 'Build', 'Custom', 'Rake', {
      inputArtifacts: [{ name: 'Sources' }],
      outputArtifacts: [{ name: 'Site' }],
    }),
  ],
}

function deployStage({ name, site, sshd }: Target): StageDeclaration {
  const configuration = {
    ApplicationName: name,
    DeploymentGroupName: 'demo',
    Hosts: `${sshd.user}@${sshd.host}:${sshd.port}`,
    IdentityFile: sshd.privateKeyFile,
    KnownHosts: sshd.knownHostsFile,
    DeploymentRoot: `${site.base}/deployments`,
  }
  return {
    name: 'Deploy',
    actions: [
      action('CodeDeploy', 'Deploy', 'AWS', 'CodeDeploy', { configuration, inputArtifacts: [{ name: 'Site' }] }),
    ],
  }
}

type Category = NonNullable<ActionDeclaration['actionTypeId']>['category']
type Owner = NonNullable<ActionDeclaration['actionTypeId']>['owner']

export function action(
  name: string,
  category: Category,
  owner: Owner,
  provider: string,
  rest: Partial<ActionDeclaration>,
): ActionDeclaration {
  return { name, actionTypeId: { category, owner, provider, version: '1' }, ...rest }
}
