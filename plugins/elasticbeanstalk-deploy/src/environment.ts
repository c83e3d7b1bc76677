import type {
  ElasticBeanstalkClient,
  EnvironmentDescription,
  EventDescription,
} from '@aws-sdk/client-elastic-beanstalk'
import { type JobContext, JobFailed } from '@penstock/core'
import { type AwsClientSettings, awsCall } from '@penstock/core/aws'

/** Where an application version's zip lies. */
export interface SourceBundle {
  readonly S3Bucket: string
  readonly S3Key: string
}

/** Elastic Beanstalk's calls about one environment, each refusal told with the field that it is about. */
export class Environment {
  private constructor(
    private readonly sdk: typeof import('@aws-sdk/client-elastic-beanstalk'),
    private readonly client: ElasticBeanstalkClient,
    private readonly ctx: JobContext,
    readonly application: string,
    readonly name: string,
  ) {}

  /** Loads the SDK. */
  static async open(
    settings: AwsClientSettings,
    ctx: JobContext,
    application: string,
    name: string,
  ): Promise<Environment> {
    const sdk = await import('@aws-sdk/client-elastic-beanstalk')
    return new Environment(sdk, new sdk.ElasticBeanstalkClient(settings), ctx, application, name)
  }

  close(): void {
    this.client.destroy()
  }

  /** Errors: JobFailed ConfigurationError when the application has no such environment. */
  async describe(): Promise<EnvironmentDescription> {
    const command = new this.sdk.DescribeEnvironmentsCommand({
      ApplicationName: this.application,
      EnvironmentNames: [this.name],
      IncludeDeleted: false,
    })
    const { Environments: [found] = [] } = await this.call((options) => this.client.send(command, options))
    if (found !== undefined) return found
    throw new JobFailed(
      `EnvironmentName ${this.name}: the application ${this.application} has no such environment`,
      'ConfigurationError',
    )
  }

  /** The bucket of this account and region that application versions lie in; it is made when there is none. */
  async bucket(): Promise<string> {
    const command = new this.sdk.CreateStorageLocationCommand({})
    return (await this.call((options) => this.client.send(command, options))).S3Bucket ?? ''
  }

  /** Twice is once: the label is the action execution's. */
  async createVersion(VersionLabel: string, SourceBundle: SourceBundle, Description: string): Promise<void> {
    const command = new this.sdk.CreateApplicationVersionCommand({
      ApplicationName: this.application,
      VersionLabel,
      SourceBundle,
      Description,
    })
    await this.call(async (options) => {
      try {
        await this.client.send(command, options)
      } catch (error) {
        if (!/already exists/i.test((error as Error).message)) throw error
      }
    })
  }

  async update(VersionLabel: string): Promise<EnvironmentDescription> {
    const command = new this.sdk.UpdateEnvironmentCommand({
      ApplicationName: this.application,
      EnvironmentName: this.name,
      VersionLabel,
    })
    return this.call((options) => this.client.send(command, options))
  }

  /** Newest first. */
  async events(since: number): Promise<readonly EventDescription[]> {
    const command = new this.sdk.DescribeEventsCommand({
      ApplicationName: this.application,
      EnvironmentName: this.name,
      StartTime: new Date(since),
    })
    return (await this.call((options) => this.client.send(command, options))).Events ?? []
  }

  private call<T>(run: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return awsCall(`ApplicationName ${this.application}, EnvironmentName ${this.name}`, this.ctx, run)
  }
}
