/** The work that a provider is given, and what it answers. */
import type { ExecutionDetails } from '../domain/job.js'
import type { EnvironmentVariable } from '../domain/pipeline.js'
import type { Revision, SourceRevisionOverride } from '../domain/revision.js'

/**
 * A folder that an artifact was unpacked into.
 * @example
 * const { folder }: InputArtifact = await ctx.input('Code')
 * await ctx.exec(['make'], { cwd: folder })
 */
export interface InputArtifact {
  readonly name: string
  /** Absolute path. */
  readonly folder: string
  /** The revision it came from, where known. */
  readonly revisionId?: string
}

/**
 * The work that a provider is asked to do.
 * @example
 * const title = (job: ActionJob) => `${job.pipelineName}/${job.stageName}/${job.actionName}`
 */
export interface ActionJob<C = Readonly<Record<string, string>>> {
  readonly id: string
  readonly configuration: C
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly stageName: string
  readonly actionName: string
  readonly actionExecutionId: string
  readonly inputNames: readonly string[]
  readonly outputs: readonly {
    readonly name: string
    readonly files?: readonly string[]
  }[]
  /** For Source actions: what to fetch; absent when the execution was started by hand, then the newest. */
  readonly revision?: Revision
  readonly sourceOverride?: SourceRevisionOverride
  /** It runs code of strangers, from a fork's pull request: no secrets, no cache that is written. */
  readonly untrusted?: boolean
  readonly commands: readonly string[]
  readonly environmentVariables: readonly EnvironmentVariable[]
  /** The declaration's `outputVariables`: which variables of its environment a Commands action puts out. */
  readonly outputVariableNames?: readonly string[]
  /** What `ctx.checkpoint` last kept, after a restart or a continuation. */
  readonly checkpoint?: unknown
  /** The same as text: what a worker or function of somebody else's making gave as continuation token. */
  readonly continuationToken?: string
  /**
   * What `ctx.progress` last told before the server or the plugin's process was started again: go on from there, for it never
   * falls.
   */
  readonly progress?: ExecutionDetails
}

/**
 * What a provider answers when its work is done. Nothing at all is success too.
 * @example
 * const result: ActionResult = { summary: '12 tests', outputVariables: { Tests: '12' } }
 */
export interface ActionResult {
  readonly summary?: string
  readonly externalExecutionId?: string
  readonly externalExecutionUrl?: string
  /** For later actions, as `#{namespace.key}`. At most 122,880 bytes together (V5). */
  readonly outputVariables?: Readonly<Record<string, string>>
  /** For Source actions: the revision that was fetched. */
  readonly revision?: Revision
}
