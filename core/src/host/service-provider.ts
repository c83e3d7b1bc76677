import type { Principal } from '../domain/access.js'
import type { InputOf, Shape, StructureShape } from '../shape/shape.js'

/**
 * How a service's requests are written. JSON names its operation in `X-Amz-Target` after the prefix, Query in a form's
 * `Action` and answers in XML of that namespace, REST by method and path.
 * @example
 * const protocol: ServiceProtocol = { kind: 'json', version: '1.1', targetPrefix: 'CodeBuild_20161006' }
 */
export type ServiceProtocol =
  | { readonly kind: 'json'; readonly version: '1.0' | '1.1'; readonly targetPrefix: string }
  | { readonly kind: 'query'; readonly namespace: string }
  | { readonly kind: 'rest' }

/**
 * One operation of a service. Policies call it `service:Name`.
 * @example
 * const list: ServiceOperation = {
 *   name: 'ListThings', input: Shapes.structure({}), resource: () => '*', run: async () => ({ things: [] }),
 * }
 */
export interface ServiceOperation<S extends Shape = StructureShape> {
  readonly name: string
  readonly input: S
  /** The ARNs that the caller must be allowed to use; `*` for what is about no one thing, none for what everybody may. */
  resource(input: InputOf<S>): string | readonly string[]
  /** Set when it changes something: then every call is in the audit log. */
  readonly changes?: true
  /** For REST: `GET` and `/things/{name}`, whose labels are members of the input, as the query's and the body's are. */
  readonly http?: { readonly method: string; readonly path: string }
  /** Dates of the answer become what the protocol writes. Errors: ServiceError, Fault. */
  run(by: Principal, input: InputOf<S>): Promise<object | void>
}

/**
 * A service of a plugin's own on the server's port: reached by whatever client signs for its name.
 * @example
 * const notes: ServiceProvider = {
 *   name: 'notes', protocol: { kind: 'json', version: '1.1', targetPrefix: 'Notes_20240101' }, operations: [],
 * }
 */
export interface ServiceProvider {
  /** As the signature's scope names it: `sts`, `codebuild`. */
  readonly name: string
  readonly protocol: ServiceProtocol
  readonly operations: readonly ServiceOperation<never>[]
}

/**
 * Gives a service's operation its types: the input's follows from the shape.
 * @example
 * const get = serviceOperation({
 *   name: 'GetThing', input: Shapes.structure({ name: Shapes.text() }), resource: () => '*',
 *   run: async (_by, { name }) => ({ name }),
 * })
 */
export function serviceOperation<S extends Shape>(definition: ServiceOperation<S>): ServiceOperation<never> {
  return definition as unknown as ServiceOperation<never>
}

const brand = Symbol.for('penstock.service-error')

/**
 * An error of the caller's, by the code that the service's own clients know.
 * @example
 * throw new ServiceError('ResourceNotFoundException', "there is no project 'site'", 404)
 */
export class ServiceError extends Error {
  readonly [brand] = true
  constructor(
    readonly code: string,
    message: string,
    /** HTTP's, 400 to 499. */
    readonly status = 400,
  ) {
    super(message)
    this.name = code
  }
}

/**
 * True for a ServiceError of this or any other copy of the package.
 * @example
 * isServiceError(new ServiceError('NoSuchThing', 'there is none')) // true
 */
export function isServiceError(error: unknown): error is ServiceError {
  return typeof error === 'object' && error !== null && brand in error
}
