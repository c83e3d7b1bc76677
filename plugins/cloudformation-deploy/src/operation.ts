import { type ActionJob, defined, type JobContext } from '@penstock/core'
import type { AwsClientSettings } from '@penstock/core/aws'
import type { CloudFormationConfig } from './config.js'
import type { Configuration } from './properties.js'
import type { Stacks } from './stacks.js'

/** What CloudFormation is asked to do; REPLACE_ON_FAILURE takes two of them. */
export type Step = 'create' | 'update' | 'delete' | 'change-set' | 'execute'

/** How far the action is, over restarts. */
export interface Place {
  readonly step: Step
  /** The call was answered. Before, it may have been made or not. */
  readonly begun?: true
  readonly stackId?: string
}

/** One action at work. */
export class Operation {
  private place: Place | undefined

  constructor(
    readonly job: ActionJob<Configuration>,
    readonly ctx: JobContext,
    readonly stacks: Stacks,
    readonly config: CloudFormationConfig,
    readonly settings: AwsClientSettings,
  ) {
    this.place = job.checkpoint as Place | undefined
  }

  /** What was decided before a restart. */
  get decided(): Place | undefined {
    return this.place
  }

  get pollMs(): number {
    return (this.config.pollSeconds ?? 5) * 1000
  }

  /** The same after a restart, another for a retry: CloudFormation takes a call that comes again with it for the first one. */
  token(step: Step): string {
    return `penstock-${this.job.actionExecutionId}-${step}`
  }

  /**
   * Makes the call once, also when the server dies before its answer or after: what was decided is kept before, what came of
   * it after. `isBegun` looks whether a call of which no answer is known has come through. Answers the stack's id.
   */
  async begin(
    step: Step,
    known: string,
    isBegun: () => Promise<boolean>,
    call: (token: string) => Promise<string | undefined>,
  ): Promise<string> {
    if (this.place?.step === step && this.place.begun) return this.place.stackId ?? known
    const again = this.place?.step === step
    if (!again) await this.keep({ step, stackId: known })
    const stackId = (again && (await isBegun()) ? undefined : await call(this.token(step))) ?? known
    await this.keep({ step, begun: true, stackId })
    await this.ctx.progress(links(stackId, this.settings))
    return stackId
  }

  /** True when a stack's events tell of a call with this step's token. */
  async isInEvents(stack: string, step: Step): Promise<boolean> {
    const events = await this.stacks.events(stack)
    return events.some(({ ClientRequestToken }) => ClientRequestToken === this.token(step))
  }

  private async keep(place: Place): Promise<void> {
    this.place = place
    await this.ctx.checkpoint(place)
  }
}

/** What the action's details say of a stack; only AWS itself has a console. */
export function links(
  stackId: string,
  { region, endpoint }: AwsClientSettings,
): { externalExecutionId: string; externalExecutionUrl?: string } {
  const url =
    endpoint === undefined
      ? `https://console.aws.amazon.com/cloudformation/home?region=${region}#/stacks/stackinfo?stackId=${encodeURIComponent(stackId)}`
      : undefined
  return { externalExecutionId: stackId, ...defined({ externalExecutionUrl: url }) }
}
