/** How languages write a string so that it can be read back: Python's repr, Ruby's inspect, Go's %q, doubled quotes. */

/** Without the outer quotes. */
export function languageForms(text: string): readonly string[] {
  return [
    repr(text),
    repr(text).replaceAll("'", "\\'"),
    bytes(text),
    bytes(text).replaceAll("'", "\\'"),
    inspect(text),
    quoted(text),
    text.replaceAll("'", "''"), // SQL, YAML
    text.replaceAll('"', '""'), // CSV
  ]
}

/** Python's repr of a str. */
function repr(text: string): string {
  return text.replace(/[\\\n\r\t]|[^\P{Cc}\n\r\t]|[\u2028\u2029\u00a0]/gu, (char) => {
    const short = ({ '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t' } as Record<string, string>)[char]
    return short ?? hex(char)
  })
}

/** Python's repr of bytes, Ruby's inspect of binary (with capitals, and rarely seen). */
function bytes(text: string): string {
  const escaped = (byte: number) => `\\x${byte.toString(16).padStart(2, '0')}`
  return repr(text).replace(/[\u0080-\u{10ffff}]/gu, (char) => [...Buffer.from(char)].map(escaped).join(''))
}

function hex(char: string): string {
  const point = char.codePointAt(0) ?? 0
  return point < 256 ? `\\x${point.toString(16).padStart(2, '0')}` : `\\u${point.toString(16).padStart(4, '0')}`
}

const rubyNames: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\x1b': '\\e',
}

/** Ruby's inspect: interpolations are escaped, too. */
function inspect(text: string): string {
  return text
    .replace(/["\\]/g, '\\$&')
    .replace(/#(?=[{$@])/g, '\\#')
    .replace(
      /\p{Cc}/gu,
      (char) => rubyNames[char] ?? `\\x${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    )
}

/** Go's strconv.Quote, which is much like C's and JavaScript's. */
function quoted(text: string): string {
  const names: Readonly<Record<string, string>> = { ...rubyNames, '\x1b': '\\x1b' }
  return text.replace(/["\\]/g, '\\$&').replace(/\p{Cc}/gu, (char) => names[char] ?? hex(char))
}
