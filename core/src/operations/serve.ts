/**
 * The one door to every operation, whoever calls and however: it checks the input, asks the caller's policies, runs the
 * operation, and writes the audit log. There is no other way to an operation, so no face can forget any of it.
 */
import type { AuditEntry, Principal } from '../domain/access.js'
import { defined } from '../domain/defined.js'
import { Fault } from '../domain/faults.js'
import type { ServiceOperation } from '../host/service-provider.js'
import { read } from '../shape/reader.js'
import { Arns } from './arns.js'
import { auditDetail } from './audit-detail.js'
import { type PolicyChecks, refused } from './judge.js'
import { type AnyOperation, actionOf, type CallContext } from './operation.js'
import { atOnce } from './perform.js'
import { type OperationInput, type OperationName, type OperationOutput, type Operations, table } from './table.js'

/**
 * Who calls: a principal, and the one job that its credentials are good for, if they are a job's.
 * @example
 * const caller: OperationCaller = { principal: admin }
 */
export interface OperationCaller {
  readonly principal: Principal
  readonly job?: { readonly jobId: string }
}

/**
 * Some members of an input: those that name what it is about.
 * @example
 * const about: About<'getPipeline'> = { name: 'site' }
 */
export type About<N extends OperationName> = Partially<OperationInput<N>>
type Partially<T> = T extends string | number | boolean | Date | readonly unknown[]
  ? T
  : { readonly [K in keyof T]?: Partially<T[K]> }

/**
 * All that one principal can ask for. Every call is checked against its policies, and what changes something is audited.
 * @example
 * const operations: PrincipalOperations = api.server.operations.for(admin)
 * const { pipelines } = await operations.listPipelines({ maxResults: 10 })
 */
export type PrincipalOperations = {
  readonly [N in OperationName]: (input: OperationInput<N>) => Promise<OperationOutput<N>>
} & {
  /**
   * Whether the policies allow a call, for buttons and lists. `about` has the members that name the resource, with `*` for
   * any: `may('startPipelineExecution', { name: 'site' })`.
   */
  may<N extends OperationName>(name: N, about: About<N>): boolean
  /**
   * Refuses what `may` denies, as the call itself would, for what leads up to a call: its form, say.
   * Errors: AccessDeniedException, which is in the audit log.
   */
  authorize<N extends OperationName>(name: N, about: About<N>): Promise<void>
  /** Whose calls these are. */
  readonly principal: Principal
}

/**
 * The operations, for whoever is to call them.
 * @example
 * const service: OperationService = api.server.operations
 * const mine = service.for(admin)
 */
export interface OperationService extends Operations {
  /** All that this principal can ask for. `detail` goes into the audit log beside each change: `from site.yaml`. */
  for(principal: Principal, options?: { readonly detail?: string }): PrincipalOperations
  /** What the wire calls so: `find('codepipeline', 'GetPipeline')`. */
  find(service: string, name: string): ServedOperation | undefined
  /** The same door for an operation of a plugin's own service, whose policies call it `service:Name`. */
  serve(service: string, operation: ServiceOperation<never>): ServedOperation
  /** Everything there is. */
  list(): readonly ServedOperation[]
}

/**
 * An operation as protocols call it.
 * @example
 * const operation: ServedOperation | undefined = api.server.operations.find('penstock', 'ReadLog')
 * await operation?.call({ principal: admin }, { actionExecutionId: 'a1' })
 */
export interface ServedOperation {
  readonly name: string
  readonly service: string
  /** `codepipeline:GetPipeline`: what policies call it. */
  readonly action: string
  /** Set when it changes something. */
  readonly changes: boolean
  /** Set when its answer has no body. */
  readonly silent: boolean
  /**
   * The ARNs that a call is about.
   * Errors: SerializationException and ValidationException for the input's shape.
   */
  about(input: unknown): readonly string[]
  /**
   * `input` is parsed JSON, which is the operation's from now on.
   * Errors: Faults: SerializationException and ValidationException for its shape, AccessDeniedException, and its own.
   */
  call(caller: OperationCaller, input: unknown, context?: CallContext): Promise<object | void>
}

/** What the door is made of. */
export interface ServeOptions {
  readonly identity: { readonly region: string; readonly accountId: string }
  readonly access: PolicyChecks & {
    audit(entry: Omit<AuditEntry, 'at'>): Promise<void>
  }
  readonly log: { error(message: string, details?: Readonly<Record<string, unknown>>): void }
  /** Does what was allowed. */
  readonly perform: (
    operation: AnyOperation,
    by: Principal,
    input: unknown,
    call: CallContext,
  ) => Promise<object | void>
  /** By method; all of them when absent. */
  readonly table?: Readonly<Record<string, AnyOperation>>
}

/** Opens the door. */
export function serveOperations(options: ServeOptions): OperationService {
  const { table: byMethod = table } = options
  const guard = new Guard(options)
  const served = Object.values(byMethod).map((operation) => guard.served(operation))
  const byName = new Map(served.map((one) => [`${one.service}.${one.name}`, one]))
  const forPrincipal = principalOperations(guard, byMethod)
  const methods = Object.keys(byMethod).map((method) => [
    method,
    (by: Principal, input: unknown) => (forPrincipal(by) as unknown as Methods)[method]?.(input),
  ])
  return {
    ...(Object.fromEntries(methods) as Operations),
    for: forPrincipal,
    find: (service, name) => byName.get(`${service}.${name}`),
    serve: (service, { name, input, resource, changes, run }) =>
      guard.served({
        name,
        service,
        input,
        resource,
        ...(changes && { changes }),
        run: (_services, by, given) => run(by, given as never),
      } as AnyOperation),
    list: () => served,
  }
}

type Methods = Readonly<Record<string, (input: unknown) => Promise<object | void>>>

function principalOperations(guard: Guard, byMethod: Readonly<Record<string, AnyOperation>>) {
  return (principal: Principal, { detail }: { readonly detail?: string } = {}): PrincipalOperations => {
    const methods = Object.entries(byMethod).map(([method, operation]) => [
      method,
      // What is in this process is its owner's: the check takes a copy apart.
      async (input: unknown) => guard.run(operation, { principal }, own(operation, input), atOnce, detail),
    ])
    const may = (method: string, about: unknown): boolean => {
      const operation = byMethod[method]
      return operation !== undefined && guard.refused(operation, principal, about) === undefined
    }
    const authorize = async (method: string, about: unknown): Promise<void> => {
      const operation = byMethod[method]
      if (!operation) throw new Error(`there is no operation '${method}'`)
      await guard.authorize(operation, { principal }, about)
    }
    return { ...Object.fromEntries(methods), may, authorize, principal } as PrincipalOperations
  }
}

function own({ input: shape, judgesItself }: AnyOperation, input: unknown): unknown {
  const copy = structuredClone(input)
  return judgesItself ? copy : read(shape, copy)
}

class Guard {
  private readonly arns: Arns

  constructor(private readonly options: ServeOptions) {
    this.arns = new Arns(options.identity)
  }

  served(operation: AnyOperation): ServedOperation {
    const { name, service = 'codepipeline', changes = false, silent = false } = operation
    const action = actionOf(operation)
    const call: ServedOperation['call'] = async (caller, input, context = atOnce) =>
      this.run(operation, caller, read(operation.input, input), context)
    const about = (input: unknown) => this.resources(operation, read(operation.input, structuredClone(input)))
    return { name, service, action, changes, silent, about, call }
  }

  /** For an input that was read. Errors: Faults. */
  async run(
    operation: AnyOperation,
    { principal, job }: OperationCaller,
    input: unknown,
    context: CallContext,
    detail?: string,
  ): Promise<object | void> {
    const entry = this.entry(operation, principal, input)
    const said = (answer?: object | void) => detail ?? operation.detail?.(input, answer) ?? auditDetail(input)
    try {
      this.check(operation, { principal, ...defined({ job }) }, input)
      const answer = await this.options.perform(operation, principal, input, context)
      if (operation.changes) await this.audit({ ...entry, ...defined({ detail: said(answer) }), result: 'ok' })
      return answer
    } catch (error) {
      const result = codeOf(error)
      if (operation.changes || result === 'AccessDeniedException')
        await this.audit({ ...entry, ...defined({ detail: said() }), result })
      throw error
    }
  }

  /** Errors: AccessDeniedException. */
  async authorize(operation: AnyOperation, caller: OperationCaller, about: unknown): Promise<void> {
    try {
      this.check(operation, caller, about)
    } catch (error) {
      await this.audit({ ...this.entry(operation, caller.principal, about), result: codeOf(error) })
      throw error
    }
  }

  /** Errors: AccessDeniedException. */
  private check(operation: AnyOperation, { principal, job }: OperationCaller, input: unknown): void {
    const resources = this.resources(operation, input)
    // What everybody may, the credentials of a job may, too.
    if (job && resources.length > 0 && operation.jobOf?.(input) !== job.jobId)
      throw denied(operation, principal, resources.join(' '))
    const resource = this.refused(operation, principal, input)
    if (resource !== undefined) throw denied(operation, principal, resource)
  }

  /** The first resource that the principal may not touch so. */
  refused(operation: AnyOperation, principal: Principal, input: unknown): string | undefined {
    return refused({ access: this.options.access, arns: this.arns }, operation, principal, input)
  }

  private entry(operation: AnyOperation, { arn }: Principal, input: unknown) {
    return { principal: arn, operation: operation.name, target: this.resources(operation, input).join(' ') }
  }

  private resources(operation: AnyOperation, input: unknown): readonly string[] {
    return [operation.resource(input, this.arns)].flat()
  }

  /** What was done is done: a log that cannot be written is told, and does not undo it. */
  private async audit(entry: Omit<AuditEntry, 'at'>): Promise<void> {
    const { access, log } = this.options
    try {
      await access.audit(entry)
    } catch (error) {
      log.error('The audit log could not be written', { ...entry, error: String(error) })
    }
  }
}

/** In IAM's words. */
function denied(operation: AnyOperation, { arn }: Principal, resource: string): Fault {
  return new Fault(
    'AccessDeniedException',
    `User: ${arn} is not authorized to perform: ${actionOf(operation)} on resource: ${resource}`,
  )
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'InternalFailure'
}
