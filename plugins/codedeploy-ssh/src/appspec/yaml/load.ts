/** Loads the first document of a text. Everything of a YAML file that changes its meaning silently becomes a note. */
import {
  Composer,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Pair,
  type ParsedNode,
  Parser,
  type Scalar,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml'
import { type TypedScalar, typePlain } from './scalar.js'
import {
  keyName,
  keyOf,
  type MapEntry,
  type Position,
  type ScalarNode,
  YamlError,
  type YamlNode,
  type YamlNote,
} from './tree.js'

export interface LoadedYaml {
  /** Absent when there is nothing in the document. */
  readonly root?: YamlNode
  readonly notes: readonly YamlNote[]
}

/** Values of a document, once its aliases are followed: a small file may stand for billions. */
const MAX_VALUES = 1_000_000
const MAX_DEPTH = 200

/** Errors: YamlError. */
export function loadYaml(text: string): LoadedYaml {
  const source = text.replace(/^\uFEFF/, '')
  const lines = new LineCounter()
  const document = firstDocument(source, lines)
  const loader = new Loader(lines)
  if (document === undefined || document.contents === null) return { notes: [] }
  if (source !== text)
    loader.note(
      'mark',
      0,
      "the file begins with a byte order mark, after which AWS's agent reads no more than the first key: save it as UTF-8 without one",
    )
  const root = loader.load(document.contents as Node)
  const end = document.range?.[2] ?? source.length
  const next = /^---(?=\s|$)/m.exec(source.slice(end))
  if (next !== null) loader.note('documents', end + next.index, 'only what stands before this line is read')
  return { root, notes: loader.notes }
}

/** With texts only: what they mean is not for this library to say. */
function firstDocument(source: string, lines: LineCounter): Document.Parsed<ParsedNode> | undefined {
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    resolveKnownTags: false,
    merge: false,
    uniqueKeys: false,
    strict: true,
    logLevel: 'silent',
    prettyErrors: false,
  })
  try {
    const tokens = new Parser(lines.addNewLine).parse(source)
    for (const document of composer.compose(tokens)) {
      const [error] = document.errors
      if (error !== undefined) throw new YamlError(plainWords(error.message), at(lines, error.pos[0]))
      return document as Document.Parsed<ParsedNode>
    }
  } catch (error) {
    if (error instanceof RangeError) throw new YamlError('is nested too deeply', { line: 1, column: 1 })
    throw error
  }
  return undefined
}

/** The library talks to programmers now and then. */
function plainWords(message: string): string {
  if (/call stack/.test(message)) return 'is nested too deeply'
  return `is not valid YAML: ${message}`.replace(/; please use .*$/, '').replace(/ at line \d+, column \d+:?$/, '')
}

function at(lines: LineCounter, offset: number): Position {
  const { line, col } = lines.linePos(offset)
  return { line: Math.max(1, line), column: Math.max(1, col) }
}

class Loader {
  readonly notes: YamlNote[] = []
  /** Of nodes with the same name the one that begins last wins; its content is not there while it is being read. */
  private readonly anchors = new Map<string, { loaded?: YamlNode }>()
  private readonly sizes = new Map<YamlNode, number>()
  private merged = 0

  constructor(private readonly lines: LineCounter) {}

  load(node: Node | null, depth = 0, near = 0): YamlNode {
    if (node === null) return this.scalar('', typePlain(''), near)
    if (isAlias(node)) return this.follow(node.source, node.range?.[0] ?? near)
    if (depth > MAX_DEPTH) throw new YamlError('is nested too deeply', this.at(node, near))
    const { anchor } = node as Scalar | YAMLMap | YAMLSeq
    const named: { loaded?: YamlNode } = {}
    if (anchor !== undefined) this.anchors.set(anchor, named)
    this.checkTag(node, near)
    named.loaded = this.loadContent(node, depth, near)
    return named.loaded
  }

  note(kind: YamlNote['kind'], where: number | Position, message: string): void {
    this.notes.push({ kind, at: typeof where === 'number' ? at(this.lines, where) : where, message })
  }

  private loadContent(node: Node, depth: number, near: number): YamlNode {
    if (isMap(node)) return this.map(node, depth, near)
    if (isSeq(node)) return this.list(node, depth, near)
    if (isScalar(node)) return this.scalar(String(node.value ?? ''), typed(node), node.range?.[0] ?? near)
    throw new YamlError('is not valid YAML', this.at(node, near))
  }

  private at(node: Node, near: number): Position {
    return at(this.lines, node.range?.[0] ?? near)
  }

  private follow(name: string, offset: number): YamlNode {
    const where = at(this.lines, offset)
    const named = this.anchors.get(name)
    if (named === undefined)
      throw new YamlError(`the alias *${name} is not defined: no &${name} stands above it`, where)
    if (named.loaded === undefined) throw new YamlError(`the alias *${name} stands inside of what it names`, where)
    this.note('alias', where, `*${name} is an alias`)
    return named.loaded
  }

  private checkTag(node: Node, near: number): void {
    const { tag } = node as Scalar
    if (tag === undefined || /^tag:yaml\.org,2002:(?:str|map|seq|float|binary|int|bool|null|timestamp)$/.test(tag))
      return
    if (/^!?ruby\/|^tag:ruby/.test(tag.replace(/^!+/, '')))
      throw new YamlError(`the tag ${tag} is not taken: it would make an object of Ruby`, this.at(node, near))
    if (tag !== '!' && tag !== '!str') this.note('tag', this.at(node, near), `the tag ${tag} is ignored`)
  }

  private scalar(text: string, typedScalar: TypedScalar, offset: number): ScalarNode {
    return { kind: 'scalar', at: at(this.lines, offset), text, typed: typedScalar }
  }

  private list(node: YAMLSeq, depth: number, near: number): YamlNode {
    const items = node.items.map((item) => this.load(item as Node | null, depth + 1, node.range?.[0] ?? near))
    return this.sized({ kind: 'list', at: this.at(node, near), items }, items)
  }

  private map(node: YAMLMap, depth: number, near: number): YamlNode {
    const entries = new Map<string, MapEntry>()
    for (const pair of node.items as Pair<Node | null, Node | null>[]) {
      const key = this.load(pair.key, depth + 1, node.range?.[0] ?? near)
      const value = this.load(pair.value, depth + 1, endOf(pair.key) ?? node.range?.[0] ?? near)
      if (isMergeKey(pair.key) && this.merge(entries, pair.value, value, key.at)) continue
      this.put(entries, { key, value })
    }
    const parts = [...entries.values()].flatMap((entry) => [entry.key, entry.value])
    return this.sized({ kind: 'map', at: this.at(node, near), entries }, parts)
  }

  /** The last of two equal keys wins. */
  private put(entries: Map<string, MapEntry>, entry: MapEntry): void {
    const name = keyOf(entry.key)
    const before = entries.get(name)
    if (before !== undefined && !this.fromMerge.has(before)) {
      const message = `${keyName(entry.key)} is there twice: this one replaces line ${before.key.at.line}`
      this.note('repeated', entry.key.at, message)
    }
    entries.set(name, entry)
  }

  /** Entries that came by a merge may be replaced without a word: that is what merges are for. */
  private readonly fromMerge = new WeakSet<MapEntry>()

  /** `<<`: true when the value was something to merge. To Psych what stands above it loses; the YAML standard has it win. */
  private merge(entries: Map<string, MapEntry>, written: Node | null, value: YamlNode, where: Position): boolean {
    // A plain list counts, one behind an alias does not.
    const isList = value.kind === 'list' && !isAlias(written)
    const maps = isList ? [...value.items].reverse() : [value]
    if (!maps.every((map) => map.kind === 'map')) return false
    for (const map of maps) {
      this.merged += map.entries.size
      if (this.merged > MAX_VALUES) throw new YamlError('merges far too much', where)
      for (const [name, { key, value: inner }] of map.entries) {
        const before = entries.get(name)
        if (before !== undefined && !this.fromMerge.has(before)) {
          const message = `the merge replaces ${keyName(before.key)} of line ${before.key.at.line}: write << first, and what shall win below it`
          this.note('overridden', where, message)
        }
        const entry = { key, value: inner }
        this.fromMerge.add(entry)
        entries.set(name, entry)
      }
    }
    return true
  }

  private sized<T extends YamlNode>(node: T, parts: readonly YamlNode[]): T {
    const size = parts.reduce((sum, part) => sum + (this.sizes.get(part) ?? 1), 1)
    if (size > MAX_VALUES)
      throw new YamlError(`stands for more than ${MAX_VALUES.toLocaleString('en')} values`, node.at)
    this.sizes.set(node, size)
    return node
  }
}

/** Also in quotation marks, unless its tag says that it is a text. */
function isMergeKey(key: Node | null): boolean {
  return isScalar(key) && key.value === '<<' && key.tag !== 'tag:yaml.org,2002:str'
}

function endOf(node: Node | null): number | undefined {
  return node?.range?.[1]
}

function typed(node: Scalar): TypedScalar {
  const text = String(node.value ?? '')
  if (node.type !== 'PLAIN') return { type: 'text', value: text }
  const tag = (node.tag ?? '').replace(/^(?:!|tag:yaml\.org,2002:)/, '')
  if (tag === 'str') return { type: 'text', value: text }
  if (tag === 'binary') return { type: 'text', value: Buffer.from(text, 'base64').toString('latin1') }
  const plain = typePlain(text)
  return tag === 'float' && plain.type === 'integer' ? { type: 'float', value: Number(plain.value) } : plain
}
