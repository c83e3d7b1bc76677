/** The little XML that S3 needs: answers as nested values, and the one document that clients send. */

export type XmlValue = string | number | boolean | XmlTree | readonly XmlTree[] | undefined
export interface XmlTree {
  readonly [element: string]: XmlValue
}

/** A document with one root element in S3's namespace. Lists repeat their element; `undefined` is left out. */
export function xmlDocument(
  root: string,
  tree: XmlTree,
  namespace = 'http://s3.amazonaws.com/doc/2006-03-01/',
): string {
  const xmlns = namespace === '' ? '' : ` xmlns="${namespace}"`
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${xmlns}>${inner(tree)}</${root}>`
}

function inner(tree: XmlTree): string {
  return Object.entries(tree)
    .map(([name, value]) => element(name, value))
    .join('')
}

function element(name: string, value: XmlValue): string {
  if (value === undefined) return ''
  if (Array.isArray(value)) return value.map((item) => element(name, item)).join('')
  const content = typeof value === 'object' ? inner(value as XmlTree) : withEntities(String(value))
  return `<${name}>${content}</${name}>`
}

const named: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

function withEntities(text: string): string {
  // XML 1.0 has no way to write most control characters.
  return text
    .replace(/[&<>"']/g, (c) => named[c] ?? c)
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '?')
}

/** The text of the first element of that name within a piece of XML, entities resolved. */
export function textOf(xml: string, name: string): string | undefined {
  const found = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]{0,200})?>([^<]{0,2048})</`).exec(xml)
  return found?.[1] === undefined ? undefined : resolveEntities(found[1]).trim()
}

/** The content of every element of that name. */
export function* contentsOf(xml: string, name: string): Generator<string> {
  const open = new RegExp(`<(?:\\w+:)?${name}(?:\\s[^>]{0,200})?>`, 'g')
  const close = new RegExp(`</(?:\\w+:)?${name}\\s{0,10}>`, 'g')
  while (open.exec(xml)) {
    close.lastIndex = open.lastIndex
    const end = close.exec(xml)
    if (!end) return
    yield xml.slice(open.lastIndex, end.index)
    open.lastIndex = close.lastIndex
  }
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function resolveEntities(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-fA-F]{1,6})|(\w{1,5}));/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities[name] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}
