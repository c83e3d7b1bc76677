/** A view of a YAML node that knows where it is, so that each problem can be named by its path, line and column. */
import type { Problem } from './model.js'
import { keyName, type Position, type ScalarNode, type YamlNode } from './yaml/tree.js'

/** Collects what is wrong and what is odd while a document is read. */
export class Findings {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  readonly places = new Map<string, Position>()
  problem(path: string, message: string, at: Position): void {
    this.problems.push({ path, message, at })
  }
  warn(path: string, message: string, at: Position): void {
    this.warnings.push({ path, message, at })
  }
}

/** One value of the document with its path. An absent value and `null` are the same (nil in the agent). */
export class Reader {
  private constructor(
    private readonly node: YamlNode | undefined,
    readonly path: string,
    readonly findings: Findings,
    /** Of the node, or of the map that lacks it. */
    readonly at: Position,
  ) {
    findings.places.set(path, at)
  }

  static of(root: YamlNode | undefined, findings: Findings): Reader {
    return new Reader(root, '', findings, root?.at ?? { line: 1, column: 1 })
  }

  /** Absent, or null. */
  get isNil(): boolean {
    return this.node === undefined || this.scalar?.typed.type === 'nil'
  }

  get isMap(): boolean {
    return this.node?.kind === 'map'
  }

  /** A scalar's value as Ruby types it; integers that are safe as numbers. */
  get value(): unknown {
    const value = this.scalar?.typed.value
    return typeof value === 'bigint' ? Number(value) : value
  }

  get type(): ScalarNode['typed']['type'] | undefined {
    return this.scalar?.typed.type
  }

  /** A scalar as it was written, so that `0755` stays `0755` and does not become 493. */
  get text(): string | undefined {
    return this.isNil ? undefined : this.scalar?.text
  }

  /** True for a quoted or plain text, false for numbers, booleans and the rest. */
  get isString(): boolean {
    return this.type === 'text'
  }

  /** The value's kind, for messages. */
  get kind(): string {
    if (this.isNil) return 'nothing'
    return this.scalar === undefined ? `a ${this.node?.kind}` : JSON.stringify(this.text)
  }

  get(key: string): Reader {
    const path = this.path === '' ? key : `${this.path}.${key}`
    const entry = this.node?.kind === 'map' ? this.node.entries.get(key) : undefined
    return new Reader(entry?.value, path, this.findings, entry?.value.at ?? this.at)
  }

  /** As written, also those that are no texts. */
  keys(): string[] {
    return this.node?.kind === 'map' ? [...this.node.entries.values()].map(({ key }) => keyName(key)) : []
  }

  /** A warning about a key that nothing asks for, where the key stands. */
  warnOfKey(key: string, message: string): void {
    if (this.node?.kind !== 'map') return
    const entry = [...this.node.entries.values()].find((candidate) => keyName(candidate.key) === key)
    this.findings.warn(this.path === '' ? key : `${this.path}.${key}`, message, entry?.key.at ?? this.at)
  }

  /** The items of a list; nothing for nil; a problem for anything else. */
  items(): Reader[] {
    if (this.isNil) return []
    if (this.node?.kind === 'list')
      return this.node.items.map((item, index) => new Reader(item, `${this.path}[${index}]`, this.findings, item.at))
    this.problem(`must be a list, but is ${this.kind}`)
    return []
  }

  /** A text without blanks at its ends; `undefined` and a problem when it is something else or empty. */
  requiredText(meaning: string): string | undefined {
    const text = this.optionalText()
    if (text === undefined && this.isNil) this.problem(`is missing: ${meaning}`)
    if (text === '') this.problem(`is empty: ${meaning}`)
    return text === '' ? undefined : text
  }

  /** As requiredText, but absent is fine. */
  optionalText(): string | undefined {
    if (this.isNil) return undefined
    const text = this.text
    if (text === undefined) this.problem(`must be a text, but is ${this.kind}`)
    return text?.trim()
  }

  problem(message: string): void {
    this.findings.problem(this.path, message, this.at)
  }

  warn(message: string): void {
    this.findings.warn(this.path, message, this.at)
  }

  private get scalar(): ScalarNode | undefined {
    return this.node?.kind === 'scalar' ? this.node : undefined
  }
}
