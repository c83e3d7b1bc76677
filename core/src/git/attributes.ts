/** `.gitattributes`: which attributes a path has, as git reads them at a checkout. */

/** An attribute is set, unset, or has a value. */
export type AttributeValue = true | false | string

interface Rule {
  readonly matches: (path: string, name: string) => boolean
  readonly attributes: readonly (readonly [name: string, value: AttributeValue | undefined])[]
}

/** The macro that git knows by itself. */
const binary = [
  ['diff', false],
  ['merge', false],
  ['text', false],
] as const

/** The attributes of a tree's paths, of whose folders each may have a file of its own. */
export class Attributes {
  private readonly rules: Rule[]
  private readonly macros: ReadonlyMap<string, Rule['attributes']>

  /** `folder` ends with a slash, or is empty for the tree itself; a file of the outer folders comes first. */
  constructor(text = '', folder = '', outer?: Attributes) {
    const macros = new Map<string, Rule['attributes']>(outer?.macros ?? [['binary', binary]])
    const own: Rule[] = []
    for (const line of text.split('\n')) {
      const words = wordsOf(line.replace(/\r$/, ''))
      const [pattern, ...names] = words
      // What is too long, git does not read either; patterns that exclude are not for attributes.
      if (pattern === undefined || line.length > 2048 || pattern.startsWith('!')) continue
      const attributes = names.map(attribute)
      const macro = /^\[attr\](.+)$/.exec(pattern)?.[1]
      if (macro !== undefined) {
        if (folder === '') macros.set(macro, attributes)
      } else own.push({ matches: matcher(pattern, folder), attributes })
    }
    this.macros = macros
    this.rules = [...(outer?.rules ?? []), ...own]
  }

  /** Whether no path has any. */
  get none(): boolean {
    return this.rules.length === 0
  }

  /** What a path has; the last rule that says something of an attribute counts. */
  of(path: string): ReadonlyMap<string, AttributeValue> {
    const found = new Map<string, AttributeValue>()
    const name = path.slice(path.lastIndexOf('/') + 1)
    for (const { matches, attributes } of this.rules) if (matches(path, name)) this.apply(attributes, found)
    return found
  }

  private apply(attributes: Rule['attributes'], found: Map<string, AttributeValue>): void {
    for (const [name, value] of attributes) {
      if (value === undefined) found.delete(name)
      else found.set(name, value)
      const macro = value === true ? this.macros.get(name) : undefined
      if (macro !== undefined) this.apply(macro, found)
    }
  }
}

/** Blanks part words; a pattern may be quoted as in C. */
function wordsOf(line: string): string[] {
  const text = line.trim()
  if (text === '' || text.startsWith('#')) return []
  const quoted = /^"((?:[^"\\]|\\.)*)"(.*)$/.exec(text)
  const [pattern = '', rest = ''] = quoted
    ? [unquote(quoted[1] ?? ''), quoted[2]]
    : [/^\S+/.exec(text)?.[0], text.replace(/^\S+/, '')]
  return [pattern, ...rest.split(/\s+/).filter((word) => word !== '')]
}

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', a: '\x07', b: '\b', f: '\f', v: '\v' }

function unquote(text: string): string {
  const bytes = text.replace(/\\([0-3][0-7]{2}|.)/g, (_, escaped: string) =>
    escaped.length === 3 ? String.fromCharCode(Number.parseInt(escaped, 8)) : (escapes[escaped] ?? escaped),
  )
  return /\\[0-3][0-7]{2}/.test(text) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes
}

function attribute(word: string): readonly [string, AttributeValue | undefined] {
  if (word.startsWith('-')) return [word.slice(1), false]
  if (word.startsWith('!')) return [word.slice(1), undefined]
  const at = word.indexOf('=')
  return at < 0 ? [word, true] : [word.slice(0, at), word.slice(at + 1)]
}

/** A pattern without a slash is for names in all folders below, one with a slash for the path from its own folder on. */
function matcher(pattern: string, folder: string): Rule['matches'] {
  if (pattern.endsWith('/')) return () => false // folders have no attributes that matter here
  if (!pattern.includes('/')) {
    const glob = wildmatch(pattern)
    return (path, name) => path.startsWith(folder) && glob.test(name)
  }
  const glob = wildmatch(pattern.replace(/^\//, ''))
  return (path) => path.startsWith(folder) && glob.test(path.slice(folder.length))
}

/** git's globs: `*` and `?` stay within a name, `**` beside slashes does not. What is no pattern matches nothing. */
function wildmatch(pattern: string): RegExp {
  let source = ''
  for (let rest = pattern; rest !== ''; ) {
    const found = firstToken(rest, rest === pattern)
    if (found === undefined) return /(?!)/
    source += found.source
    rest = rest.slice(found.length)
  }
  return new RegExp(`^${source}$`, 's')
}

function firstToken(text: string, first: boolean): { source: string; length: number } | undefined {
  for (const [form, source] of tokens) {
    const found = form.exec(text)
    if (found) return { source: source(found, first), length: found[0].length }
  }
  return undefined
}

const tokens: readonly (readonly [RegExp, (found: RegExpExecArray, first: boolean) => string])[] = [
  [/^\*\*\//, (_, first) => (first ? '(?:.*/)?' : '[^/]*/')],
  [/^\/\*\*\//, () => '/(?:.*/)?'],
  [/^\/\*\*$/, () => '/.*'],
  [/^\*+/, () => '[^/]*'],
  [/^\?/, () => '[^/]'],
  [/^\[([!^])?(\]?(?:\[:\w+:\]|\\.|[^\]\\])*)\]/, (found) => bracket(found[1] !== undefined, found[2] ?? '')],
  [/^\\(.)/s, (found) => literal(found[1] ?? '')],
  [/^[^\\]/s, (found) => literal(found[0])],
]

const classes: Readonly<Record<string, string>> = {
  alnum: 'A-Za-z0-9',
  alpha: 'A-Za-z',
  blank: ' \\t',
  digit: '0-9',
  lower: 'a-z',
  space: '\\s',
  upper: 'A-Z',
  xdigit: 'A-Fa-f0-9',
  punct: '!-\\/:-@\\[-`{-~',
}

function bracket(not: boolean, content: string): string {
  const inner = content
    .replace(/^\]/, '\\]')
    .replace(/\[:(\w+):\]/g, (_, name: string) => classes[name] ?? '')
    .replace(/\[/g, '\\[')
  return `(?!/)[${not ? '^' : ''}${inner}]`
}

function literal(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&')
}
