/** JSON or YAML, CloudFormation's short tags included. */
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'

/** Errors: SyntaxError with the place. */
export function readText(text: string): unknown {
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
    const members = node.items.map(({ key, value }) => [
      String(isScalar(key) ? key.value : key),
      plain(value, document),
    ])
    return tagged(node.tag, Object.fromEntries(members))
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => plain(item, document))
    return tagged(node.tag, items)
  }
  return isScalar(node) ? tagged(node.tag, node.value) : node
}

/** `!Ref` and `!Condition` alone have no `Fn::`; a short `!GetAtt` names its attribute behind a dot. */
function tagged(tag: string | undefined, value: unknown): unknown {
  if (tag === undefined || !/^![A-Z]/.test(tag)) return value
  const name = tag.slice(1)
  if (name === 'Ref' || name === 'Condition') return { [name]: value }
  return { [`Fn::${name}`]: name === 'GetAtt' && typeof value === 'string' ? value.split('.') : value }
}
