/** AWS's Query protocol: a form in, XML out. */
import type { Shape } from '@penstock/core'
import { type XmlTree, type XmlValue, xmlDocument } from '../s3/xml.js'

/** A form's fields as the value that the shape reads: `Tags.member.1.Key` becomes `{ Tags: [{ Key }] }`. */
export function fromForm(shape: Shape, form: ReadonlyMap<string, string>, at = ''): unknown {
  switch (shape.kind) {
    case 'structure': {
      const members = Object.entries({ ...shape.required, ...shape.optional })
      const read = members.map(([name, member]) => [name, fromForm(member, form, at === '' ? name : `${at}.${name}`)])
      const given = read.filter(([, value]) => value !== undefined)
      return given.length === 0 && at !== '' ? undefined : Object.fromEntries(given)
    }
    case 'list':
      return some(numbered((n) => fromForm(shape.member, form, `${at}.member.${n}`)))
    case 'map': {
      const entry = (n: number) => {
        const key = form.get(`${at}.entry.${n}.key`)
        return key === undefined ? undefined : ([key, fromForm(shape.value, form, `${at}.entry.${n}.value`)] as const)
      }
      const entries = some(numbered(entry))
      return entries && Object.fromEntries(entries)
    }
    default:
      return scalar(shape, form.get(at))
  }
}

function scalar({ kind }: Shape, text: string | undefined): unknown {
  if (text === undefined) return undefined
  if (kind === 'integer') return /^-?\d+$/.test(text) ? Number(text) : text
  if (kind === 'boolean') return text === 'true' ? true : text === 'false' ? false : text
  if (kind === 'timestamp') return Date.parse(text) / 1000
  return text
}

function numbered<T>(item: (n: number) => T | undefined): T[] {
  const all: T[] = []
  for (let n = 1; ; n++) {
    const next = item(n)
    if (next === undefined) return all
    all.push(next)
  }
}

const some = <T>(all: T[]) => (all.length === 0 ? undefined : all)

/** The answer of an operation. */
export function queryAnswer(name: string, answer: object | void, namespace: string, requestId: string): string {
  const result = answer === undefined ? {} : { [`${name}Result`]: xmlOf(answer) as XmlTree }
  return xmlDocument(`${name}Response`, { ...result, ResponseMetadata: { RequestId: requestId } }, namespace)
}

function xmlOf(value: unknown): XmlValue {
  if (value === undefined || value === null) return undefined
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) return { member: value.map(xmlOf) as XmlTree[] }
  if (typeof value !== 'object') return value as string | number | boolean
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, xmlOf(member)]))
}

/** An error as the Query protocol's clients read it; EC2 alone has a form of its own. */
export function queryError(service: string, code: string, message: string, status: number, requestId: string): string {
  const about = { Code: code, Message: message }
  if (service === 'ec2') return xmlDocument('Response', { Errors: { Error: about }, RequestID: requestId }, '')
  const Type = status >= 500 ? 'Receiver' : 'Sender'
  return xmlDocument('ErrorResponse', { Error: { Type, ...about }, RequestId: requestId }, '')
}
