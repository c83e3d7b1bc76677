/**
 * Where a text stops being JSON: the offset of the first character that cannot be; the text's length when it ends too
 * early. JSON.parse itself often does not say. Only for texts that JSON.parse refused.
 * @example
 * const offset = jsonPlace('{"name": }') // 9
 */
export function jsonPlace(text: string): number {
  const scanner = new Scanner(text)
  scanner.value('')
  return scanner.at
}

/**
 * The line (from 1) at which each place of a JSON text begins: `stages[1].name` → 12. What is no JSON has none.
 * @example
 * const line = jsonLines('{\n  "name": "web"\n}').get('name') // 2
 */
export function jsonLines(text: string): ReadonlyMap<string, number> {
  const lines = new Map<string, number>()
  let [line, counted] = [1, 0]
  const scanner = new Scanner(text, (path, at) => {
    for (let end = text.indexOf('\n', counted); end >= 0 && end < at; end = text.indexOf('\n', counted)) {
      line += 1
      counted = end + 1
    }
    lines.set(path, line)
  })
  scanner.value('')
  return lines
}

const space = /[ \t\r\n]*/y
const string = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
const number = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`
const key = new RegExp(string, 'y')
const scalar = new RegExp(`${string}|${number}|true|false|null`, 'y')

class Scanner {
  at = 0
  private depth = 0

  constructor(
    private readonly text: string,
    private readonly found: (path: string, at: number) => void = () => undefined,
  ) {}

  /** Reads one value; false leaves `at` where it went wrong. */
  value(path: string): boolean {
    this.take(space)
    this.found(path, this.at)
    const open = this.text[this.at]
    const good = open === '{' || open === '[' ? this.list(path, open) : this.take(scalar) !== undefined
    if (good) this.take(space)
    return good
  }

  private list(path: string, open: '{' | '['): boolean {
    // JSON.parse allows more, but nobody writes it, and the stack has an end.
    if (this.depth >= 500) return false
    this.depth += 1
    const good = this.items(path, open === '{' ? '}' : ']', open === '{')
    this.depth -= 1
    return good
  }

  private items(path: string, close: string, keyed: boolean): boolean {
    this.step()
    this.take(space)
    if (this.text[this.at] === close) return this.step()
    for (let index = 0; ; index++) {
      const inner = keyed ? this.key(path) : `${path}[${index}]`
      if (inner === undefined || !this.value(inner)) return false
      if (this.text[this.at] === close) return this.step()
      if (this.text[this.at] !== ',') return false
      this.step()
      this.take(space)
    }
  }

  /** The place of a member, whose key and colon are read. */
  private key(path: string): string | undefined {
    const text = this.take(key)
    if (text === undefined) return undefined
    this.take(space)
    if (this.text[this.at] !== ':') return undefined
    this.step()
    const name = JSON.parse(text) as string
    return path === '' ? name : `${path}.${name}`
  }

  private step(): true {
    this.at += 1
    return true
  }

  private take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    this.at += found?.length ?? 0
    return found
  }
}
