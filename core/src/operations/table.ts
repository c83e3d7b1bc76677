/** Every operation there is. A noun's file has its operations and nothing else that it exports; a new noun has a line here. */
import type { Principal } from '../domain/access.js'
import type { InputOf } from '../shape/shape.js'
import * as accessKeys from './access-keys.js'
import * as actionTypes from './action-types.js'
import * as contributions from './contributions.js'
import * as deliveries from './deliveries.js'
import * as deploymentGroups from './deployment-groups.js'
import * as deployments from './deployments.js'
import * as executions from './executions.js'
import * as forks from './forks.js'
import * as jobs from './jobs.js'
import * as logs from './logs.js'
import type { AnyOperation, Operation } from './operation.js'
import * as overview from './overview.js'
import * as pipelines from './pipelines.js'
import * as pluginState from './plugin-state.js'
import * as plugins from './plugins.js'
import * as projects from './projects.js'
import * as secrets from './secrets.js'
import * as sources from './sources.js'
import * as stages from './stages.js'
import * as tags from './tags.js'
import * as testReports from './test-reports.js'
import * as thirdPartyJobs from './third-party-jobs.js'
import * as users from './users.js'
import * as webhooks from './webhooks.js'
import * as workerJobs from './worker-jobs.js'

/** By the name of the method that calls it: `getPipeline` for `GetPipeline`. */
export const operations = {
  ...pipelines,
  ...executions,
  ...deployments,
  ...deploymentGroups,
  ...stages,
  ...actionTypes,
  ...webhooks,
  ...tags,
  ...jobs,
  ...thirdPartyJobs,
  ...workerJobs,
  ...pluginState,
  ...logs,
  ...testReports,
  ...projects,
  ...sources,
  ...forks,
  ...deliveries,
  ...secrets,
  ...users,
  ...accessKeys,
  ...contributions,
  ...plugins,
  ...overview,
}

type Table = typeof operations

/**
 * The name of an operation's method, `getPipeline` for `GetPipeline`.
 * @example
 * const name: OperationName = 'getPipeline'
 */
export type OperationName = keyof Table

/**
 * What an operation takes. Optional members may also be undefined.
 * @example
 * const input: OperationInput<'getPipeline'> = { name: 'site' }
 */
export type OperationInput<N extends OperationName> =
  Table[N] extends Operation<infer S, infer _> ? Given<InputOf<S>> : never

/**
 * What an operation answers.
 * @example
 * const nameOf = ({ pipeline }: OperationOutput<'getPipeline'>) => pipeline.name
 */
export type OperationOutput<N extends OperationName> = Awaited<ReturnType<Table[N]['run']>>

/**
 * Every operation, called for a principal: as `operations.for(principal)`, with the principal first.
 * @example
 * const list = (operations: Operations) => operations.listPipelines(admin, {})
 */
export type Operations = {
  readonly [N in OperationName]: (by: Principal, input: OperationInput<N>) => Promise<OperationOutput<N>>
}

type Plain = string | number | boolean | Date
// biome-ignore lint/complexity/noBannedTypes: `{}` is what an optional member alone leaves.
type MayLack<T, K extends keyof T> = {} extends Pick<T, K> ? true : false
type Given<T> = T extends Plain
  ? T
  : T extends readonly (infer M)[]
    ? readonly Given<M>[]
    : { readonly [K in keyof T]: MayLack<T, K> extends true ? Given<T[K]> | undefined : Given<T[K]> }

/** The input's shape and its own: checked by the compiler, so that a table of any operations can be asked by name. */
export const table: Readonly<Record<string, AnyOperation>> = operations as unknown as Record<string, AnyOperation>
