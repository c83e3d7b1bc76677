import { guard, putSecrets, secretNames, unguard } from '../../src/domain/secret-reference.js'
import { resolveText } from '../../src/domain/variables.js'

const pem = '-----BEGIN KEY-----\nabc\\def"ghi\n-----END KEY-----\n'
const values = [
  pem,
  '{"a": "b"}',
  "it's",
  'a\tb\u0001c\u2028d',
  '',
  '"',
  '\\',
  '#{S.x}',
  '{{secret:other}}',
  '💧',
  '</script>',
]

describe('a JSON-valued property', () => {
  test.each(values)('hands on a secret and a variable as they are: %j', (value) => {
    const json = '{"PLAIN": "a", "KEY": "{{secret:key}}", "MIX": "<#{S.m}>", "LIST": ["{{ secret:key }}"]}'
    const text = putSecrets(resolveText(json, { S: { m: guard(value) } }), () => value)
    expect(JSON.parse(text)).toEqual({ PLAIN: 'a', KEY: value, MIX: `<${value}>`, LIST: [value] })
  })

  test.each(values)("as CodeBuild's list too, and as a name: %j", (value) => {
    const text = resolveText('[{"name":"M","value":"#{S.m}"},{"#{S.m}":1}]', { S: { m: value } })
    expect(JSON.parse(text)).toEqual([{ name: 'M', value }, { [value]: 1 }])
  })

  test('takes JSON in the place of a value', () => {
    expect(JSON.parse(resolveText('{"n": #{S.n}, "o": #{S.o}}', { S: { n: '12', o: '{"a":[1]}' } }))).toEqual({
      n: 12,
      o: { a: [1] },
    })
  })

  test('refuses what would change its structure, without saying the value', () => {
    const wrong = () => resolveText('{"n": #{S.n}}', { S: { n: '1, "PATH": "/evil"' } })
    expect(wrong).toThrow('#{S.n} outside of quotes')
    expect(wrong).not.toThrow('evil')
    expect(() => putSecrets('{"n": {{secret:t}} }', () => 'sup3r')).toThrow('{{secret:t}} outside of quotes')
  })

  test('does not mistake an escaped quote for an end', () => {
    expect(JSON.parse(resolveText(String.raw`{"a\"": "x\\", "b": "\"#{S.m}"}`, { S: { m: '"' } }))).toEqual({
      'a"': 'x\\',
      b: '""',
    })
  })
})

describe('any other text', () => {
  test.each([
    ['echo "#{S.m}"', 'echo "a"b\n"'],
    ['[ -n "#{S.m}" ]', '[ -n "a"b\n" ]'],
    ['#{S.m}', 'a"b\n'],
    ['{ echo #{S.m}; }', '{ echo a"b\n; }'],
  ])('%s gets the value as it is', (text, expected) => {
    expect(resolveText(text, { S: { m: 'a"b\n' } })).toBe(expected)
  })
})

describe('a value that somebody outside chose', () => {
  test.each([
    '{{secret:prod}}',
    '{{ secret:prod }}',
    'x {{secret:a}} {{secret:b}}',
    '{{secret\uE000:prod}}',
    '{{secret:{{secret:a}}}}',
  ])('gets no secret by looking like a reference: %j', (message) => {
    const guarded = guard(message)
    expect(secretNames(guarded)).toEqual([])
    expect(putSecrets(guarded, () => 'LEAK')).toBe(message)
    expect(putSecrets(`${guarded}|{{secret:mine}}`, () => 'ok')).toBe(`${message}|ok`)
    expect(unguard(guarded)).toBe(message)
  })

  test('is looked at only once: what a secret holds is text', () => {
    expect(putSecrets('{{secret:a}}', (name) => (name === 'a' ? '{{secret:b}}' : 'LEAK'))).toBe('{{secret:b}}')
  })
})
