import { guard } from '../../src/domain/secret-reference'
import { defineAction } from '../../src/host/action-provider'
import { parseConfiguration } from '../../src/worker/configuration'

const { configuration } = defineAction({
  category: 'Build',
  provider: 'P',
  configuration: {
    Name: { description: 'the name', required: true },
    Count: { type: 'number', description: 'how many', default: 3 },
    Fast: { type: 'boolean', description: 'hurry' },
    Kind: { description: 'which', enum: ['a', 'b'] },
    Color: { description: 'hue', pattern: '#[0-9a-f]{6}', example: '#00ff00' },
    Password: { description: 'pw', secret: true, pattern: '[a-z]+' },
  },
  async run() {},
})

const lookup = async (name: string) => ({ db: 'hunter22', path: 'x' })[name]
const parse = (strings: Record<string, string>) => parseConfiguration(configuration, strings, lookup)

test('gives values their types, and what is absent its default', async () => {
  expect(await parse({ Name: 'n', Count: ' 2.5e1 ', Fast: 'TRUE', Kind: 'b', Color: '#0f0f0f' })).toEqual({
    values: { Name: 'n', Count: 25, Fast: true, Kind: 'b', Color: '#0f0f0f' },
    secrets: [],
  })
  expect((await parse({ Name: 'n', Fast: '' })).values).toEqual({ Name: 'n', Count: 3 })
})

test('puts secrets in, and says which they are', async () => {
  expect(await parse({ Name: 'postgres://u:{{secret:db}}@h/{{ secret:path }}', Password: 'abcd' })).toEqual({
    values: { Name: 'postgres://u:hunter22@h/x', Count: 3, Password: 'abcd' },
    secrets: ['hunter22', 'x', 'abcd'],
  })
})

test('a secret as a file is its path, and no text of a stranger can name one', async () => {
  const written: string[] = []
  const files = { write: (name: string, value: string) => `/files/${written.push(`${name}=${value}`)}` } as never
  const { values, secrets } = await parseConfiguration(configuration, { Name: 'at {{secretFile:db}}' }, lookup, files)
  expect([values.Name, secrets, written]).toEqual(['at /files/1', ['hunter22'], ['db=hunter22']])
  const guarded = guard('{{secretFile:db}}')
  expect((await parseConfiguration(configuration, { Name: guarded }, lookup, files)).values.Name).toBe(
    '{{secretFile:db}}',
  )
  await expect(parse({ Name: '{{secretFile:db}}' })).rejects.toThrow(
    'Name has {{secretFile:db}}, and only a running action has files of secrets',
  )
})

test.each<{ it: string; strings: Record<string, string>; says: string | RegExp }>([
  { it: 'a missing property', strings: {}, says: 'Name is missing: the name' },
  {
    it: 'an unknown one',
    strings: { Name: 'n', Nmae: 'x' },
    says: 'Nmae is not a property of this action: Name, Count, Fast, Kind, Color, Password (is the plugin that runs it older than the one that checked the pipeline?)',
  },
  { it: 'no number', strings: { Name: 'n', Count: '3x' }, says: 'Count is "3x": a number is right, such as 10' },
  {
    it: 'an infinite number',
    strings: { Name: 'n', Count: 'Infinity' },
    says: 'Count is "Infinity": a number is right, such as 10',
  },
  { it: 'no boolean', strings: { Name: 'n', Fast: 'yes' }, says: 'Fast is "yes": true or false is right' },
  { it: 'none of the values', strings: { Name: 'n', Kind: 'c' }, says: 'Kind is "c": one of a, b is right' },
  {
    it: 'half a match',
    strings: { Name: 'n', Color: '#00ff00 ' },
    says: 'Color is "#00ff00 ": it must match #[0-9a-f]{6}, as #00ff00 does',
  },
  {
    it: 'a secret, unquoted',
    strings: { Name: 'n', Password: 'Tr0ub4dor' },
    says: 'Password is the value given: it must match [a-z]+',
  },
  {
    it: 'a secret that is not there',
    strings: { Name: '{{secret:no}}' },
    says: 'Name names the secret "no", which no secret store has: penstock secret set no, with its value on standard input, makes it',
  },
  {
    it: 'all problems at once',
    strings: { Count: 'x', Fast: 'x' },
    says: 'Name is missing: the name; Count is "x": a number is right, such as 10; Fast is "x": true or false is right',
  },
  { it: 'what an object inherits', strings: { Name: 'n', constructor: 'x' }, says: /^constructor is not a property/ },
])('refuses $it', async ({ strings, says }) => {
  await expect(parse(strings)).rejects.toMatchObject({
    type: 'ConfigurationError',
    message: typeof says === 'string' ? says : expect.stringMatching(says),
  })
})
