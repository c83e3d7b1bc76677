/**
 * Where a text stops being JSON: the offset of the first character that cannot be; the text's length when it ends too
 * early. JSON.parse itself often does not say. Only for texts that JSON.parse refused.
 */
export function jsonPlace(text: string): number {
  const scanner = new Scanner(text)
  scanner.value()
  return scanner.at
}

const space = /[ \t\r\n]*/y
const string = String.raw`"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"`
const number = String.raw`-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?`
const key = new RegExp(string, 'y')
const scalar = new RegExp(`${string}|${number}|true|false|null`, 'y')

class Scanner {
  at = 0
  constructor(private readonly text: string) {}

  /** Reads one value; false leaves `at` where it went wrong. */
  value(): boolean {
    this.take(space)
    const open = this.text[this.at]
    const good = open === '{' ? this.list('}', true) : open === '[' ? this.list(']', false) : this.take(scalar)
    if (good) this.take(space)
    return good
  }

  private list(close: string, keyed: boolean): boolean {
    this.at += 1
    this.take(space)
    if (this.text[this.at] === close) return this.step()
    for (;;) {
      if (keyed && !this.key()) return false
      if (!this.value()) return false
      if (this.text[this.at] === close) return this.step()
      if (this.text[this.at] !== ',') return false
      this.step()
      this.take(space)
    }
  }

  private key(): boolean {
    if (!this.take(key)) return false
    this.take(space)
    return this.text[this.at] === ':' && this.step()
  }

  private step(): true {
    this.at += 1
    return true
  }

  private take(pattern: RegExp): boolean {
    pattern.lastIndex = this.at
    const found = pattern.exec(this.text)?.[0]
    if (found === undefined) return false
    this.at += found.length
    return true
  }
}
