/** JSON or YAML, CloudFormation's short tags included. */
import { type Document, isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Scalar } from 'yaml'

/** The documents of a text: JSON after JSON, as several commands print it, or YAML with `---`. Errors: SyntaxError with the place. */
export function readTexts(given: string): unknown[] {
  const text = given.replace(/^\uFEFF/, '') // some editors begin a file so
  if (!/^\s*[{[]/.test(text)) return parseAllDocuments(text, { logLevel: 'error' }).map(ofDocument)
  try {
    return [JSON.parse(text)]
  } catch (error) {
    const parts = splitJson(text)
    if (parts.length < 2) throw new SyntaxError(`is not JSON: ${(error as Error).message}`)
    return parts.flatMap(readTexts)
  }
}

/** One document. Errors: SyntaxError. */
export function readText(given: string): unknown {
  return readTexts(given)[0]
}

function ofDocument(document: Document | Document.Parsed): unknown {
  const [problem] = document.errors
  if (problem) throw new SyntaxError(`is neither JSON nor YAML: ${problem.message.split('\n')[0]}`)
  return plain(document.contents, document)
}

/** Cuts between values that stand one after the other; a brace in a text is none. */
function splitJson(text: string): string[] {
  const parts: string[] = []
  let [depth, from] = [0, 0]
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    if (token === '{' || token === '[') depth++
    else if ((token === '}' || token === ']') && --depth === 0) {
      parts.push(text.slice(from, index + 1))
      from = index + 1
    }
  }
  return text.slice(from).trim() === '' ? parts : []
}

/** `!Sub x` becomes `{ "Fn::Sub": x }`, wherever it stands. */
function plain(node: unknown, document: Document): unknown {
  if (isAlias(node)) return plain(node.resolve(document), document)
  if (isMap(node)) {
    const members = node.items.flatMap(({ key, value }) => {
      const name = String(isScalar(key) ? key.value : key)
      const inner = plain(value, document)
      return name === '<<' ? merged(inner) : [[name, inner]]
    })
    return tagged(node.tag, Object.fromEntries(members))
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => plain(item, document))
    return tagged(node.tag, items)
  }
  return isScalar(node) ? tagged(node.tag, scalar(node)) : node
}

/** A number keeps what it was written as where that says more: `012345678901` is an account, `1.0` a version. */
function scalar({ value, source }: Scalar): unknown {
  return typeof value === 'number' && source !== undefined && String(value) !== source ? source : value
}

/** `<<: *anchor`: what follows wins. */
function merged(value: unknown): (readonly unknown[])[] {
  const tables = Array.isArray(value) ? value.toReversed() : [value]
  return tables.flatMap((one) => (typeof one === 'object' && one !== null ? Object.entries(one) : []))
}

/** `!Ref` and `!Condition` alone have no `Fn::`; a short `!GetAtt` names its attribute behind a dot. */
function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !/^![A-Z]/.test(tag)) return value
  const name = tag.slice(1)
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  return { [`Fn::${name}`]: name === 'GetAtt' && typeof value === 'string' ? value.split('.') : value }
}
