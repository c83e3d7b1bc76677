/** A YAML document as Ruby's Psych would load it: aliases resolved, merges applied, the last of equal keys kept. */
import type { TypedScalar } from './scalar.js'

/** One-based. */
export interface Position {
  readonly line: number
  readonly column: number
}

export interface ScalarNode {
  readonly kind: 'scalar'
  readonly at: Position
  /** As written, without quotation marks. */
  readonly text: string
  readonly typed: TypedScalar
}

export interface ListNode {
  readonly kind: 'list'
  readonly at: Position
  readonly items: readonly YamlNode[]
}

export interface MapEntry {
  readonly key: YamlNode
  readonly value: YamlNode
}

export interface MapNode {
  readonly kind: 'map'
  readonly at: Position
  /** By `keyOf`; in the order in which a key was first seen. */
  readonly entries: ReadonlyMap<string, MapEntry>
}

export type YamlNode = ScalarNode | ListNode | MapNode

/** Something about the document itself; its kind, so that a reader can say it once. */
export interface YamlNote {
  readonly kind: 'alias' | 'repeated' | 'overridden' | 'tag' | 'documents' | 'mark'
  readonly at: Position
  readonly message: string
}

/** The document cannot be loaded. */
export class YamlError extends Error {
  constructor(
    message: string,
    readonly at: Position,
  ) {
    super(message)
    this.name = 'YamlError'
  }
}

/** Tells keys apart as Ruby does: `1` and `"1"` are two. Texts are themselves, so that they can be looked up. */
export function keyOf(node: YamlNode): string {
  if (node.kind !== 'scalar') return `\0${node.kind} ${node.at.line}:${node.at.column}`
  const { type, value } = node.typed
  return type === 'text' ? value : `\0${type} ${value}`
}

/** A key for messages. */
export function keyName(node: YamlNode): string {
  return node.kind === 'scalar' ? node.text : `(a ${node.kind})`
}
