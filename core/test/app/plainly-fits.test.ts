import fc from 'fast-check'
import { configSchema } from '../../src/app/config-schema.js'
import { plainlyFits } from '../../src/app/plainly-fits.js'
import { checkSchema } from '../../src/host/json-schema.js'

const { schema } = fc.letrec<{ schema: Record<string, unknown> | boolean }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small' },
    fc.constant(true),
    fc.record({ type: fc.constantFrom('integer', 'number'), minimum: fc.integer({ min: -3, max: 3 }) }),
    fc.record({ type: fc.constant('integer'), maximum: fc.integer({ min: -3, max: 3 }), default: fc.constant(1) }),
    fc.record({ type: fc.constantFrom('string', ['string', 'boolean']), pattern: fc.constantFrom('^a', 'é$', '^.$') }),
    fc.record({ type: fc.constant('string'), minLength: fc.nat(3), maxLength: fc.integer({ min: 1, max: 4 }) }),
    fc.record({ enum: fc.subarray(['a', 1, true, null], { minLength: 1 }) }),
    fc.record({ const: fc.constantFrom('a', 1) }),
    fc.record({ anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }) }),
    fc.record({ type: fc.constant('array'), items: tie('schema'), minItems: fc.nat(1), maxItems: fc.nat(3) }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b'), tie('schema'), { maxKeys: 2 }),
        required: fc.subarray(['a', 'b']),
        additionalProperties: fc.boolean(),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
}))

const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>('', 'a', 'é', 'abc', '😀', '😀😀', 0, 1, -2, 1.5, 5, true, false, null),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom('a', 'b', 'c'), tie('value'), { maxKeys: 3 }),
  ),
}))

test('what plainly fits, ajv lets through as well', () => {
  fc.assert(
    fc.property(schema, fc.array(value, { maxLength: 20 }), (items, values) => {
      const { problems } = checkSchema({ type: 'array', items }, values)
      const refused = new Set(problems.map(({ path }) => path[0]))
      for (const [index, one] of values.entries()) if (refused.has(index)) expect(plainlyFits(items, one)).toBe(false)
    }),
    { numRuns: 40 },
  )
}, 60_000)

test.each([
  ['nothing at all', {}, true],
  [
    'what most files say',
    {
      server: { port: 8080, publicUrl: 'https://ci.example.com', trustedProxies: ['127.0.0.1'] },
      worker: { concurrency: 4, slots: { 'rake-build': 2 } },
      plugins: { 'github-source': { anything: [1, { deep: null }] } },
      topics: { 'arn:aws:sns:eu-central-1:1:t': ['mailto:ann@example.com'] },
    },
    true,
  ],
  ['a key that is none', { server: { prot: 8080 } }, false],
  ['a value of another type', { server: { port: '8080' } }, false],
  ['a value out of its range', { server: { port: 70_000 } }, false],
  ['a text of another form', { server: { publicUrl: 'ci.example.com' } }, false],
  ['an empty list where one entry is the least', { topics: { x: [] } }, false],
  ['what a rule between keys is about', { artifacts: { s3: { accessKeyId: 'AKIA' } } }, false],
])('penstock.yaml with %s', (_, data, fits) => {
  expect(plainlyFits(configSchema, data)).toBe(fits)
})
