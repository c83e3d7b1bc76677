/** A CloudFormation template, as far as it concerns pipelines. */
import type { Table } from './found.js'

export interface Parameter {
  readonly Default?: unknown
  /** True, or 'true', for a secret. */
  readonly NoEcho?: unknown
  readonly Type?: string
}

export interface Resource {
  readonly Type?: string
  readonly Properties?: Table
  readonly Condition?: string
}

export interface Template {
  readonly Parameters?: Readonly<Record<string, Parameter>>
  readonly Mappings?: Table
  readonly Conditions?: Table
  readonly Resources?: Readonly<Record<string, Resource>>
}
