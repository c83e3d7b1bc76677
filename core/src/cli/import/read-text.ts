/** JSON or YAML, CloudFormation's short tags included. */
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type Scalar } from 'yaml'

/** Errors: SyntaxError with the place. */
export function readText(given: string): unknown {
  const text = given.replace(/^\uFEFF/, '') // some editors begin a file so
  if (/^\s*[{[]/.test(text)) {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw new SyntaxError(`is not JSON: ${(error as Error).message}`)
    }
  }
  const document = parseDocument(text, { logLevel: 'error' })
  const [problem] = document.errors
  if (problem) throw new SyntaxError(`is neither JSON nor YAML: ${problem.message.split('\n')[0]}`)
  return plain(document.contents, document)
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
