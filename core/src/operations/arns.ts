interface TypeId {
  readonly category: string
  readonly owner: string
  readonly provider: string
  readonly version: string
}

/** The names by which policies and tags know what Penstock holds. */
export class Arns {
  private readonly root: string
  private readonly account: string

  constructor(identity: { readonly region: string; readonly accountId: string }) {
    this.account = `arn:aws:iam::${identity.accountId}`
    this.root = `arn:aws:codepipeline:${identity.region}:${identity.accountId}`
  }

  pipeline(name: string): string {
    return `${this.root}:${name}`
  }

  stage({ pipelineName, stageName }: { readonly pipelineName: string; readonly stageName: string }): string {
    return `${this.pipeline(pipelineName)}/${stageName}`
  }

  action(at: { readonly pipelineName: string; readonly stageName: string; readonly actionName: string }): string {
    return `${this.stage(at)}/${at.actionName}`
  }

  actionType({ owner, category, provider, version }: TypeId): string {
    return `${this.root}:actiontype:${owner}/${category}/${provider}/${version}`
  }

  /** Of a key such as `Build/Custom/Rake/1`. */
  actionTypeKey(key: string): string {
    const [category = '', owner = '', provider = '', version = ''] = key.split('/')
    return this.actionType({ category, owner, provider, version })
  }

  /** As webhooks are named in policies and tags (W5). */
  webhook(name: string): string {
    return `${this.root}:webhook:${name}`
  }

  /** A group of servers that is deployed to; all of an application, or all, when the names are left out. */
  deploymentGroup(group: {
    readonly applicationName?: string | undefined
    readonly deploymentGroupName?: string | undefined
  }): string {
    return `${this.root.replace(':codepipeline:', ':codedeploy:')}:deploymentgroup:${group.applicationName ?? '*'}/${group.deploymentGroupName ?? '*'}`
  }

  /** What has deployment groups, as CodeDeploy names it. */
  application(name: string): string {
    return `${this.root.replace(':codepipeline:', ':codedeploy:')}:application:${name}`
  }

  /** A host that is deployed to: CodeDeploy's on-premises instance. */
  host(name: string): string {
    return `${this.root.replace(':codepipeline:', ':codedeploy:')}:instance/${name}`
  }

  /** A build project, as CodeBuild names it. */
  project(name: string): string {
    return `${this.root.replace(':codepipeline:', ':codebuild:')}:project/${name}`
  }

  secret(name: string): string {
    return `${this.root}:secret:${name}`
  }

  plugin(name: string): string {
    return `${this.root}:plugin:${name}`
  }

  accessKey(accessKeyId: string): string {
    return `${this.root}:accesskey:${accessKeyId}`
  }

  /** As principals are named. */
  user(name: string): string {
    return `${this.account}:user/${name}`
  }

  /** For operations that are about everything of a kind. */
  everything(): string {
    return `${this.root}:*`
  }
}
