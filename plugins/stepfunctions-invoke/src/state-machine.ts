import type { DescribeExecutionCommandOutput, SFNClient } from '@aws-sdk/client-sfn'
import type { JobContext } from '@penstock/core'
import { type AwsClientSettings, awsCall } from '@penstock/core/aws'

/** Step Functions' calls about one state machine, each refusal told with the field that it is about. */
export class StateMachine {
  private constructor(
    private readonly sdk: typeof import('@aws-sdk/client-sfn'),
    private readonly client: SFNClient,
    private readonly ctx: JobContext,
    readonly arn: string,
  ) {}

  /** Loads the SDK. */
  static async open(settings: AwsClientSettings, ctx: JobContext, arn: string): Promise<StateMachine> {
    const sdk = await import('@aws-sdk/client-sfn')
    return new StateMachine(sdk, new sdk.SFNClient(settings), ctx, arn)
  }

  close(): void {
    this.client.destroy()
  }

  async isExpress(): Promise<boolean> {
    const command = new this.sdk.DescribeStateMachineCommand({ stateMachineArn: this.arn })
    return (await this.call((options) => this.client.send(command, options))).type === 'EXPRESS'
  }

  /** Answers the execution's ARN. Of a standard one, the same name and input twice are one execution. */
  async start(name: string, input: string): Promise<string> {
    const command = new this.sdk.StartExecutionCommand({ stateMachineArn: this.arn, name, input })
    return (await this.call((options) => this.client.send(command, options))).executionArn ?? ''
  }

  execution(executionArn: string): Promise<DescribeExecutionCommandOutput> {
    const command = new this.sdk.DescribeExecutionCommand({ executionArn })
    return this.call((options) => this.client.send(command, options))
  }

  private call<T>(run: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return awsCall(`StateMachineArn ${this.arn}`, this.ctx, run)
  }
}
