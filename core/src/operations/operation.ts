import type { Principal } from '../domain/access.js'
import type { NotificationDeliveries } from '../domain/delivery.js'
import type { FaultCode } from '../domain/faults.js'
import type { ForkDecisions } from '../domain/fork-pull-request.js'
import type { StoredSecrets } from '../domain/secret.js'
import type { UserAdministration } from '../domain/user.js'
import type { Engine } from '../engine/engine.js'
import type { CredentialsFor } from '../engine/job-view.js'
import type { ContributionService } from '../host/contributions/contribution-service.js'
import type { DeploymentService } from '../host/deployment-service.js'
import type { OverviewService } from '../host/overview-service.js'
import type { QueueService } from '../host/queue-service.js'
import type { AccessService, LogService, PluginService, SourceService } from '../host/services.js'
import type { PluginState } from '../host/state/plugin-state.js'
import type { LongPoll, WorkerService } from '../host/worker-service.js'
import type { InputOf, Shape, StructureShape } from '../shape/shape.js'
import type { Arns } from './arns.js'

/** What operations work with. A noun that keeps its things elsewhere than in the engine adds its own member. */
export interface OperationServices {
  readonly engine: Engine
  /** Where clients reach the server, without a slash at the end. */
  readonly publicUrl: () => string
  readonly credentialsFor: CredentialsFor
  /** Makes third-party client tokens unguessable. */
  readonly clientTokenKey: string
  /** The queue, for workers on other machines. */
  readonly workers: WorkerService
  readonly logs: LogService
  /** Deployments to servers. Errors: ValidationException when no plugin does them. */
  readonly deployments: () => DeploymentService
  /** The same, where a plugin does them. */
  readonly deploymentsThere: () => DeploymentService | undefined
  /** The polling of sources. */
  readonly sources: SourceService
  /** What a plugin keeps: the objects of the service that it brings. */
  readonly stateOf: (plugin: string) => PluginState
  /** Pull requests from forks that wait for somebody's word. */
  readonly forks: ForkDecisions
  readonly secrets: StoredSecrets
  /** Notifications on their way. */
  readonly deliveries: NotificationDeliveries
  /** People, their keys, and the log of what they did. */
  readonly access: UserAdministration &
    Pick<AccessService, 'createAccessKey' | 'deleteAccessKey' | 'listAccessKeys' | 'auditLog'>
  readonly plugins: PluginService
  /** What plugins add to the console and the command line. */
  readonly contributions: ContributionService
  readonly queue: QueueService
  readonly overview: OverviewService
  /** Whether a caller may make another call, for lists that show each caller what it may see. */
  may<S extends Shape>(by: Principal, operation: Operation<S, unknown>, about: InputOf<S>): boolean
}

/**
 * What an operation may know of its caller besides the input: how long a request waits. Nobody else waits at all.
 * @example
 * const jobs = (context: CallContext, look: () => Promise<readonly string[]>) =>
 *   context.whenJobs(look, (found) => found.length > 0)
 */
export interface CallContext {
  /** How long the call may wait for something to happen, and what ends the wait early. */
  readonly wait: LongPoll
  /** Calls `look` when there may be new jobs, until it finds something or the wait is over. */
  readonly whenJobs: <T>(look: () => Promise<T>, found: (answer: T) => boolean) => Promise<T>
}

/**
 * One operation: its name, what it takes, what of the server it touches, and what it does. Whoever calls it, and by
 * whichever door, goes through `serve`, which asks the policies and writes the audit log.
 */
export interface Operation<S extends Shape = StructureShape, Output = object | void> {
  /** As on the wire, such as `GetPipeline`. */
  readonly name: string
  /** `codepipeline` when absent; `penstock` for those that AWS has not; a plugin's service for that plugin's. */
  readonly service?: string
  /** The policies' name for it, where that is not the service and the name: `codepipeline:ListActionExecutions`. */
  readonly action?: string
  readonly input: S
  /** What the caller must be allowed to use: all of the ARNs; `*` for what is about no one thing. */
  resource(input: InputOf<S>, arns: Arns): string | readonly string[]
  /**
   * Set when `run` itself says all that can be wrong with the input, each problem in its place and in words for people:
   * then only what comes from the wire meets the shape's check first.
   */
  readonly judgesItself?: true
  /** Set when it changes something: then every call is in the audit log. */
  readonly changes?: true
  /** Set when the service model gives it no output at all: the answer has no body. */
  readonly silent?: true
  /** What the audit log says beside a call, where that is not the input's reason, result or id: the id of what was made. */
  detail?(input: InputOf<S>, answer: NoInfer<Output> | undefined): string
  /** Set when a job's own credentials may call it, answering the job that it is about. */
  readonly jobOf?: (input: InputOf<S>) => string
  /** The code when what it changes was being changed, for longer than anybody waits. Without one the caller gets a 503. */
  readonly busy?: FaultCode
  /** The code when somebody made a thing of that name at the same moment. */
  readonly taken?: FaultCode
  /** The code for whatever else went wrong in the server. */
  readonly failed?: FaultCode
  /** Does it. The input is checked for its shape, and the caller for its rights. Errors: Faults. */
  run(services: OperationServices, by: Principal, input: InputOf<S>, call: CallContext): Promise<Output>
}

/**
 * Gives an operation its types: the input's follows from the shape, the answer's from `run`.
 * @example
 * export const getPipeline = operation({
 *   name: 'GetPipeline',
 *   input: structure({ name: pipelineName }),
 *   resource: ({ name }, arns) => arns.pipeline(name),
 *   run: ({ engine }, by, input) => pipelines.getPipeline(engine, by, input),
 * })
 */
export function operation<S extends Shape, Output>(definition: Operation<S, Output>): Operation<S, Output> {
  return definition
}

/** `codepipeline:GetPipeline`: what policies call it. */
export function actionOf(operation: AnyOperation): string {
  return operation.action ?? `${operation.service ?? 'codepipeline'}:${operation.name}`
}

/** An operation whose types are its own affair. Its methods are bivariant, so that every operation is one. */
export type AnyOperation = Operation<StructureShape, object | void>
