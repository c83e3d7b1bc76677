import type { ECSClient, RegisterTaskDefinitionCommandInput, Service, Tag, TaskDefinition } from '@aws-sdk/client-ecs'
import { type JobContext, JobFailed } from '@penstock/core'
import { type AwsClientSettings, awsCall } from '@penstock/core/aws'

/** ECS' calls about one service, each refusal told with the field that it is about. */
export class Services {
  private constructor(
    private readonly sdk: typeof import('@aws-sdk/client-ecs'),
    private readonly client: ECSClient,
    private readonly ctx: JobContext,
    readonly cluster: string,
    readonly service: string,
  ) {}

  /** Loads the SDK. */
  static async open(settings: AwsClientSettings, ctx: JobContext, cluster: string, service: string): Promise<Services> {
    const sdk = await import('@aws-sdk/client-ecs')
    return new Services(sdk, new sdk.ECSClient(settings), ctx, cluster, service)
  }

  close(): void {
    this.client.destroy()
  }

  /** Errors: JobFailed ConfigurationError when there is no such service. */
  async describe(): Promise<Service> {
    const command = new this.sdk.DescribeServicesCommand({ cluster: this.cluster, services: [this.service] })
    const { services = [], failures = [] } = await awsCall(`ClusterName ${this.cluster}`, this.ctx, (options) =>
      this.client.send(command, options),
    )
    const [found] = services
    if (found !== undefined) return found
    const why = failures[0]?.reason ?? 'MISSING'
    throw new JobFailed(
      `ServiceName ${this.service}: the cluster ${this.cluster} has no such service (${why})`,
      'ConfigurationError',
    )
  }

  async taskDefinition(taskDefinition: string): Promise<{ definition: TaskDefinition; tags: readonly Tag[] }> {
    const command = new this.sdk.DescribeTaskDefinitionCommand({ taskDefinition, include: ['TAGS'] })
    const answer = await awsCall(`task definition ${taskDefinition}`, this.ctx, (options) =>
      this.client.send(command, options),
    )
    return { definition: answer.taskDefinition ?? {}, tags: answer.tags ?? [] }
  }

  /** Answers the new revision's ARN. */
  async register(input: RegisterTaskDefinitionCommandInput): Promise<string> {
    const command = new this.sdk.RegisterTaskDefinitionCommand(input)
    const answer = await awsCall(`task definition ${input.family}`, this.ctx, (options) =>
      this.client.send(command, options),
    )
    return answer.taskDefinition?.taskDefinitionArn ?? ''
  }

  /** Twice with the same task definition is once. */
  async update(taskDefinition: string): Promise<Service | undefined> {
    const input = { cluster: this.cluster, service: this.service, taskDefinition }
    const command = new this.sdk.UpdateServiceCommand(input)
    const answer = await awsCall(`ServiceName ${this.service}`, this.ctx, (options) =>
      this.client.send(command, options),
    )
    return answer.service
  }
}
