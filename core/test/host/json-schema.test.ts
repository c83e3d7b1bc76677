import { allowsNothing, checkSchema, pathText, withDefaults } from '../../src/host/json-schema.js'

const schema = {
  type: 'object',
  required: ['token'],
  properties: {
    token: { type: 'string', minLength: 4, description: 'from the account page' },
    retries: { type: 'integer', default: 3, minimum: 0 },
    nested: { type: 'object', default: {}, properties: { deep: { type: 'boolean', default: true } } },
    list: { type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } },
    mode: { enum: ['fast', 'slow'] },
  },
}

const said = (data: unknown) =>
  checkSchema(schema, data).problems.map(({ path, message }) => `${pathText(path)} ${message}`)

test('defaults are filled in at every depth, and what was given stays', () => {
  const { value, problems } = checkSchema(schema, { token: 'abcd', nested: {} })
  expect(problems).toEqual([])
  expect(value).toEqual({ token: 'abcd', retries: 3, nested: { deep: true } })
})

test.each([
  {
    it: 'an unknown key, with the nearest known one',
    data: { token: 'abcd', retrys: 4 },
    says: "retrys unknown key; did you mean 'retries'?",
  },
  {
    it: 'an unknown key deep inside a list',
    data: { token: 'abcd', list: [{ nmae: 'x' }] },
    says: "list[0].nmae unknown key; did you mean 'name'?",
  },
  { it: 'a missing key, with what it is for', data: {}, says: 'token is missing: from the account page' },
  {
    it: 'a value of another type',
    data: { token: 'abcd', retries: 'many' },
    says: 'retries is "many", but must be a whole number',
  },
  {
    it: 'a value that is not among the allowed',
    data: { token: 'abcd', mode: 'quick' },
    says: 'mode is "quick", but must be one of "fast", "slow"',
  },
])('$it is named', ({ data, says }) => {
  expect(said(data)).toEqual([says])
})

test('all problems come at once', () => {
  expect(said({ retries: -1, mode: 1 })).toHaveLength(3)
})

test('a secret value is never quoted', () => {
  expect(said({ token: 'abc' }).join()).not.toContain('abc')
})

test('a schema may leave its objects open', () => {
  expect(checkSchema({ type: 'object', properties: {}, additionalProperties: true }, { any: 1 }).problems).toEqual([])
})

test.each([
  { it: 'nothing required', of: { type: 'object', properties: {} }, allowed: true },
  { it: 'something required', of: { type: 'object', required: ['a'] }, allowed: false },
  { it: 'a condition of its own', of: { type: 'object', minProperties: 1 }, allowed: false },
])('an empty section is known to be fine without ajv: $it', ({ of, allowed }) => {
  expect(allowsNothing(of)).toBe(allowed)
})

test('a default object gets the defaults of its own properties', () => {
  expect(withDefaults(schema, {})).toEqual({ retries: 3, nested: { deep: true } })
})

test('defaults do not share objects between two readers', () => {
  const [a, b] = [withDefaults(schema, {}), withDefaults(schema, {})] as { nested: object }[]
  expect(a?.nested).not.toBe(b?.nested)
})

test.each([
  { it: 'a key that is not there', dependentRequired: { a: ['b'] }, allowed: true },
  { it: 'a key that has a default', dependentRequired: { c: ['b'] }, allowed: false },
])('what depends on $it matters to an empty section: $allowed', ({ dependentRequired, allowed }) => {
  expect(allowsNothing({ type: 'object', properties: { a: {}, b: {}, c: { default: 1 } }, dependentRequired })).toBe(
    allowed,
  )
})
