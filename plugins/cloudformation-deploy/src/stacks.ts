import type { Change, CloudFormationClient, Stack, StackEvent } from '@aws-sdk/client-cloudformation'
import { defined, type JobContext } from '@penstock/core'
import { type AwsClientSettings, awsCall } from '@penstock/core/aws'
import type { StackInput } from './stack-input.js'
import type { TemplateSource } from './template.js'

/** What makes an operation one that can be sent again. */
interface Token {
  readonly ClientRequestToken: string
}

/** A change set as it is. */
export interface ChangeSet {
  readonly status: string
  readonly executionStatus?: string
  readonly reason: string
  readonly stackId?: string
  readonly changes: readonly Change[]
}

/** A change set without changes is one that failed, with one of these words. */
const noChanges = /didn't contain changes|No updates are to be performed|The submitted information/i

export function isWithoutChanges({ status, reason }: Pick<ChangeSet, 'status' | 'reason'>): boolean {
  return status === 'FAILED' && noChanges.test(reason)
}

/** CloudFormation's calls, each refusal told with the field that it is about. */
export class Stacks {
  private constructor(
    private readonly sdk: typeof import('@aws-sdk/client-cloudformation'),
    private readonly client: CloudFormationClient,
    private readonly ctx: JobContext,
    private readonly about: string,
  ) {}

  /** Loads the SDK. */
  static async open(settings: AwsClientSettings, ctx: JobContext, stackName: string): Promise<Stacks> {
    const sdk = await import('@aws-sdk/client-cloudformation')
    return new Stacks(sdk, new sdk.CloudFormationClient(settings), ctx, `StackName ${stackName}`)
  }

  close(): void {
    this.client.destroy()
  }

  /** By name or id; a deleted stack has only its id. `undefined` when there is none. */
  find(StackName: string): Promise<Stack | undefined> {
    return this.call(async (options) => {
      try {
        const { Stacks: found } = await this.client.send(new this.sdk.DescribeStacksCommand({ StackName }), options)
        return found?.[0]
      } catch (error) {
        if (isNotThere(error)) return undefined
        throw error
      }
    })
  }

  /** The newest hundred, newest first. */
  events(StackName: string): Promise<readonly StackEvent[]> {
    return this.call(async (options) => {
      try {
        const answer = await this.client.send(new this.sdk.DescribeStackEventsCommand({ StackName }), options)
        return answer.StackEvents ?? []
      } catch (error) {
        if (isNotThere(error)) return []
        throw error
      }
    })
  }

  create(input: StackInput & TemplateSource & Token & { StackPolicyBody?: string }): Promise<string | undefined> {
    return this.call(async (options) => {
      const command = new this.sdk.CreateStackCommand({ ...input, Capabilities: [...input.Capabilities] as never })
      return (await this.client.send(command, options)).StackId
    })
  }

  /** Answers `'nothing to do'` where the template and the parameters are what they were. */
  update(
    input: StackInput & TemplateSource & Token & { StackPolicyBody?: string },
  ): Promise<string | 'nothing to do' | undefined> {
    return this.call(async (options) => {
      try {
        const command = new this.sdk.UpdateStackCommand({ ...input, Capabilities: [...input.Capabilities] as never })
        return (await this.client.send(command, options)).StackId
      } catch (error) {
        if (noChanges.test((error as Error).message)) return 'nothing to do'
        throw error
      }
    })
  }

  async delete(StackName: string, ClientRequestToken: string, RoleARN?: string): Promise<void> {
    const command = new this.sdk.DeleteStackCommand({ StackName, ClientRequestToken, ...defined({ RoleARN }) })
    await this.call((options) => this.client.send(command, options))
  }

  findChangeSet(StackName: string, ChangeSetName: string): Promise<ChangeSet | undefined> {
    return this.call(async (options) => {
      try {
        const command = new this.sdk.DescribeChangeSetCommand({ StackName, ChangeSetName })
        const answer = await this.client.send(command, options)
        const { Status = '', StatusReason: reason = '', ExecutionStatus, StackId, Changes: changes = [] } = answer
        return { status: Status, reason, changes, ...defined({ executionStatus: ExecutionStatus, stackId: StackId }) }
      } catch (error) {
        if (isNotThere(error)) return undefined
        throw error
      }
    })
  }

  createChangeSet(
    input: StackInput &
      TemplateSource & { ChangeSetName: string; ChangeSetType: 'CREATE' | 'UPDATE'; ClientToken: string },
  ): Promise<string | undefined> {
    return this.call(async (options) => {
      const command = new this.sdk.CreateChangeSetCommand({ ...input, Capabilities: [...input.Capabilities] as never })
      return (await this.client.send(command, options)).StackId
    })
  }

  async deleteChangeSet(StackName: string, ChangeSetName: string): Promise<void> {
    const command = new this.sdk.DeleteChangeSetCommand({ StackName, ChangeSetName })
    await this.call((options) => this.client.send(command, options))
  }

  async execute(StackName: string, ChangeSetName: string, ClientRequestToken: string): Promise<void> {
    const command = new this.sdk.ExecuteChangeSetCommand({ StackName, ChangeSetName, ClientRequestToken })
    await this.call((options) => this.client.send(command, options))
  }

  private call<T>(run: (options: { readonly abortSignal: AbortSignal }) => Promise<T>): Promise<T> {
    return awsCall(this.about, this.ctx, run)
  }
}

function isNotThere(error: unknown): boolean {
  const { name, message } = error as Error
  return name === 'ChangeSetNotFoundException' || name === 'ChangeSetNotFound' || /does not exist/.test(message)
}
