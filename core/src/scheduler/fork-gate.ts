/** Whether a pull request from a fork may run: its source action says so, or somebody does, for one commit. */
import type { Principal } from '../domain/access.js'
import type { Clock } from '../domain/clock.js'
import { Fault } from '../domain/faults.js'
import {
  type ForkCommit,
  type ForkDecisions,
  type ForkPolicy,
  type ForkPullRequest,
  type ForkPullRequestStore,
  forkPolicies,
  forkProperty,
} from '../domain/fork-pull-request.js'
import type { FoundRevision } from '../domain/git-event.js'
import type { RevisionReport, StartForRevision } from './source-reports.js'

export interface ForkGateParts {
  readonly clock: Clock
  readonly store: ForkPullRequestStore
  readonly start: StartForRevision
}

export class ForkGate implements ForkDecisions {
  constructor(private readonly parts: ForkGateParts) {}

  /** Why it does not start now, or `undefined` when it may; what waits for somebody's word is remembered. */
  async refusal(found: RevisionReport, configuration: Readonly<Record<string, string>>): Promise<string | undefined> {
    const { fork, branch = '' } = found.revision.event ?? {}
    if (fork === undefined) return undefined
    if (fork.repository === undefined)
      return 'its repository is gone, so nobody can say whose code it is: let its author open the pull request again'
    const policy = policyOf(configuration)
    if (policy === 'run') return undefined
    const from = `it comes from the fork ${fork.repository}`
    if (policy === 'off')
      return `${from}, and those do not run here: ${forkProperty} of the source action can be approve (somebody is asked) or run (without secrets)`
    const { pipelineName, actionName, revision, trigger, detail } = found
    const source = `${fork.repository} ${branch}`
    const asked = this.parts.clock.now()
    await this.parts.store.ask({
      pipelineName,
      actionName,
      source,
      revision,
      trigger,
      asked,
      ...(detail === undefined ? {} : { detail }),
    })
    return `${from}, and waits for somebody's word: penstock fork approve ${pipelineName} ${revision.revisionId.slice(0, 12)}`
  }

  /** Those that wait, of a pipeline or of all; oldest first. */
  list(pipelineName?: string): Promise<readonly ForkPullRequest[]> {
    return this.parts.store.waiting(pipelineName)
  }

  /** Starts one, with just the commit that was looked at. Errors: ResourceNotFoundException; the engine's. */
  async approve(by: Principal, at: ForkCommit): Promise<{ readonly pipelineExecutionId?: string }> {
    const request = await this.take(at)
    const detail = [request.detail, `approved by ${by.arn}`].filter((part) => part !== undefined).join(', ')
    try {
      return await this.parts.start({ ...request, detail })
    } catch (error) {
      await this.parts.store.ask(request) // its turn has not come: it waits on
      throw error
    }
  }

  /** Takes one out; a new push asks again. Errors: ResourceNotFoundException. */
  async reject(at: ForkCommit): Promise<void> {
    await this.take(at)
  }

  private async take({ pipelineName, actionName, revisionId }: ForkCommit): Promise<ForkPullRequest> {
    const request = await this.parts.store.take(pipelineName, actionName, revisionId)
    if (request) return request
    throw new Fault(
      'ResourceNotFoundException',
      `no pull request from a fork waits in '${pipelineName}' with the commit ${revisionId}: a new push asks for another one`,
    )
  }
}

/** What is neither of the three means the safest. */
function policyOf(configuration: Readonly<Record<string, string>>): ForkPolicy {
  return forkPolicies.find((policy) => policy === configuration[forkProperty]) ?? forkPolicies[0]
}

/** True for a revision that strangers wrote: it runs without secrets. */
export function isUntrusted({ event }: FoundRevision): boolean {
  return event?.fork !== undefined
}
