/**
 * Compiled by sdk.test.ts, never run. Every schema reads exactly what AWS's JavaScript client sends: name by name, type by
 * type, enum by enum, required where it is required. A schema that drifts does not compile, and is named in the error.
 */
import type * as Sdk from '@aws-sdk/client-codepipeline'
import type { Operation } from '../../src/operations/operation.js'
import type { operations } from '../../src/operations/table.js'
import { type InputOf, integer, list, oneOf, type Shape, structure, text } from '../../src/shape/shape.js'

type Plain = string | number | boolean | Date
// biome-ignore lint/complexity/noBannedTypes: `{}` is what an optional member alone leaves.
type OptionalKeys<T> = { [K in keyof T]-?: {} extends Pick<T, K> ? K : never }[keyof T]

/** Both sides in one form: the client writes a required member as `T | undefined`, and its lists can be changed. */
type Form<T> = T extends Plain
  ? T
  : T extends readonly (infer M)[]
    ? Form<NonNullable<M>>[]
    : string extends keyof T
      ? { map: Form<NonNullable<T[keyof T]>> }
      : {
          required: { [K in Exclude<keyof T, OptionalKeys<T>>]: Form<NonNullable<T[K]>> }
          optional: { [K in OptionalKeys<T>]: Form<NonNullable<T[K]>> }
        }

type Same<A, B> = (<X>() => X extends A ? 1 : 2) extends <X>() => X extends B ? 1 : 2 ? true : false
type Agrees<S extends Shape, Theirs> = Same<Form<InputOf<S>>, Form<Theirs>>

type SchemaOf<O> = O extends Operation<infer S, infer _> ? S : never
/** The client's commands, without the base class that they share. */
type Commands = { [K in keyof typeof Sdk]: K extends `${infer N}Command` ? Exclude<N, '$'> : never }[keyof typeof Sdk]
type ClientInput<Name extends Commands> = `${Name}Command` extends keyof typeof Sdk
  ? (typeof Sdk)[`${Name}Command`]['prototype'] extends { readonly input: infer Input }
    ? Input
    : 'no command'
  : 'no such operation'

type Table = typeof operations
type Drifted = {
  [Name in Commands]: Uncapitalize<Name> extends keyof Table
    ? Agrees<SchemaOf<Table[Uncapitalize<Name>]>, ClientInput<Name>> extends true
      ? never
      : Name
    : Name
}[Commands]

/** An error here names the operations whose schemas are not the client's. */
export const drifted: [Drifted] extends [never] ? 'none' : Drifted = 'none'

/** That the check can fail, in each way that a schema can be wrong. */
const transition = { pipelineName: text(), stageName: text(), transitionType: oneOf('Inbound', 'Outbound') }
const schemas = {
  right: structure(transition),
  misnamed: structure({ ...transition, pipeline: text() }),
  optional: structure({ pipelineName: text(), stageName: text() }, { transitionType: transition.transitionType }),
  otherType: structure({ ...transition, stageName: integer() }),
  list: structure({ ...transition, stageName: list(text()) }),
  otherEnum: structure({ ...transition, transitionType: oneOf('Inbound') }),
}
type Wanted = Sdk.EnableStageTransitionCommandInput
export const right: Agrees<typeof schemas.right, Wanted> = true
export const misnamed: Agrees<typeof schemas.misnamed, Wanted> = false
export const optional: Agrees<typeof schemas.optional, Wanted> = false
export const otherType: Agrees<typeof schemas.otherType, Wanted> = false
export const listed: Agrees<typeof schemas.list, Wanted> = false
export const otherEnum: Agrees<typeof schemas.otherEnum, Wanted> = false
