/** A view of a YAML node that knows where it is, so that each problem can be named by its path. */
import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml'
import type { Problem } from './model.js'

/** Collects what is wrong and what is odd while a document is read. */
export class Findings {
  readonly problems: Problem[] = []
  readonly warnings: Problem[] = []
  problem(path: string, message: string): void {
    this.problems.push({ path, message })
  }
  warn(path: string, message: string): void {
    this.warnings.push({ path, message })
  }
}

/** One value of the document with its path. An absent value and `null` are the same (nil in the agent). */
export class Reader {
  private constructor(
    private readonly document: Document,
    private readonly node: Node | undefined,
    readonly path: string,
    readonly findings: Findings,
  ) {}

  static of(document: Document, findings: Findings): Reader {
    return new Reader(document, (document.contents as Node | null) ?? undefined, '', findings)
  }

  /** Absent, or null. */
  get isNil(): boolean {
    return this.node === undefined || (isScalar(this.node) && this.node.value === null)
  }

  get isMap(): boolean {
    return isMap(this.node)
  }

  /** A scalar's value as YAML 1.1 types it. */
  get value(): unknown {
    return isScalar(this.node) ? this.node.value : undefined
  }

  /** A scalar as it was written, so that `0755` stays `0755` and does not become 493. */
  get text(): string | undefined {
    if (!isScalar(this.node) || this.node.value === null) return undefined
    return typeof this.node.value === 'string' ? this.node.value : (this.node.source ?? String(this.node.value))
  }

  /** True for a quoted or plain text, false for numbers, booleans and the rest. */
  get isString(): boolean {
    return isScalar(this.node) && typeof this.node.value === 'string'
  }

  /** The value's kind, for messages. */
  get kind(): string {
    if (this.isNil) return 'nothing'
    if (isMap(this.node)) return 'a map'
    if (isSeq(this.node)) return 'a list'
    return JSON.stringify(this.text)
  }

  get(key: string): Reader {
    const pair = isMap(this.node) ? this.pairs().find(([name]) => name === key) : undefined
    return this.child(pair?.[1], this.path === '' ? key : `${this.path}.${key}`)
  }

  keys(): string[] {
    return this.pairs().map(([name]) => name)
  }

  /** The items of a list; nothing for nil; a problem for anything else. */
  items(): Reader[] {
    if (this.isNil) return []
    if (isSeq(this.node))
      return this.node.items.map((item, index) => this.child(item as Node, `${this.path}[${index}]`))
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
    this.findings.problem(this.path, message)
  }

  warn(message: string): void {
    this.findings.warn(this.path, message)
  }

  private pairs(): [string, Node | undefined][] {
    if (!isMap(this.node)) return []
    return this.node.items.map((pair: Pair) => [keyOf(pair.key), (pair.value as Node | null) ?? undefined])
  }

  private child(node: Node | undefined, path: string): Reader {
    const target = isAlias(node) ? node.resolve(this.document) : node
    return new Reader(this.document, target, path, this.findings)
  }
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : String(key)
}
