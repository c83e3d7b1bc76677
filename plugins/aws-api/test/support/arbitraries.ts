/** Requests that nobody would send on purpose. */
import fc from 'fast-check'
import type { Shape } from '../../../../core/src/shape/shape.js'
import { operationNames } from './operations.js'
import { key, region } from './server.js'

const headerText = fc.stringMatching(/^[!-~]([ -~]{0,60}[!-~])?$/)
const day = new Date().toISOString().slice(0, 10).replaceAll('-', '')
const now = () => `${new Date().toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`

const authorization = fc.oneof(
  headerText,
  fc
    .tuple(
      fc.constantFrom(key.accessKeyId, 'AKIANOBODY', ''),
      fc.constantFrom(`${day}/${region}/codepipeline/aws4_request`, `${day}/${region}/s3/aws4_request`, '/////'),
      fc.constantFrom('host;x-amz-date', 'host', '', ';;;', 'host;x-amz-date;x-amz-target'),
      fc.oneof(fc.stringMatching(/^[0-9a-f]{64}$/), headerText),
    )
    .map(([id, scope, signed, signature]) => {
      return `AWS4-HMAC-SHA256 Credential=${id}/${scope}, SignedHeaders=${signed}, Signature=${signature}`
    }),
)

/** Headers that steer the protocols, with values right and wrong. */
export const headers = fc.record(
  {
    authorization,
    'x-amz-target': fc.oneof(
      fc.constantFrom(...operationNames).map((name) => `CodePipeline_20150709.${name}`),
      headerText,
    ),
    'x-amz-date': fc.oneof(fc.constant(0).map(now), headerText),
    'x-amz-content-sha256': fc.constantFrom(
      'UNSIGNED-PAYLOAD',
      'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
      'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
      'x',
    ),
    'x-amz-security-token': headerText,
    'content-type': fc.constantFrom('application/x-amz-json-1.1', 'text/html', 'x'),
    'content-encoding': fc.constantFrom('gzip', 'aws-chunked'),
    'x-amz-decoded-content-length': fc.constantFrom('0', '-1', '99999999999999999', 'x'),
    range: fc.constantFrom('bytes=0-', 'bytes=-', 'bytes=9-1', 'bytes=99999999999999999999-'),
    'content-md5': headerText,
  },
  { requiredKeys: [], noNullPrototype: true },
)

export const method = fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS')

const json = fc.jsonValue({ maxDepth: 4 })
const rightLength = (min = 0, max = 100) => fc.string({ minLength: min, maxLength: Math.min(max, min + 20) })

/** Values of a shape, most of them right, some of them not. */
export function inputOf(shape: Shape): fc.Arbitrary<unknown> {
  const known = built.get(shape)
  if (known) return known
  const arbitrary = fc.oneof({ arbitrary: rightInputOf(shape), weight: 12 }, { arbitrary: json, weight: 1 })
  built.set(shape, arbitrary)
  return arbitrary
}

const built = new WeakMap<Shape, fc.Arbitrary<unknown>>()

function rightInputOf(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'text':
      if (shape.values) return fc.constantFrom(...shape.values)
      if (shape.pattern !== undefined)
        return fc.oneof(fc.stringMatching(new RegExp(`^(?:${shape.pattern})$`)), fc.string())
      return rightLength(shape.min, shape.max)
    case 'integer':
      return fc.integer({ min: (shape.min ?? 0) - 1, max: Math.min((shape.max ?? 1000) + 1, 2 ** 31 - 1) })
    case 'boolean':
      return fc.boolean()
    case 'timestamp':
      return fc.double({ min: -1e10, max: 1e10, noNaN: true })
    case 'list':
      return fc.array(inputOf(shape.member), { maxLength: 3 })
    case 'map':
      return fc.dictionary(fc.oneof(fc.string(), fc.constant('__proto__')), inputOf(shape.value), { maxKeys: 3 })
    case 'structure': {
      const members = { ...shape.required, ...shape.optional }
      const model = Object.fromEntries(Object.entries(members).map(([name, member]) => [name, inputOf(member)]))
      return fc.record(model, { requiredKeys: Object.keys(shape.required), noNullPrototype: true })
    }
  }
}
