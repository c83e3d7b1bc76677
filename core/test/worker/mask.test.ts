import fc from 'fast-check'
import { Masker, MaskStream } from '../../src/worker/mask'
import { NeedleTable } from '../../src/worker/needle-table'

function masked(secrets: readonly string[], pieces: readonly (string | Buffer)[]): string {
  const masker = new Masker()
  for (const secret of secrets) masker.add(secret)
  const stream = new MaskStream(masker)
  // A reader reuses its buffer: what is held back must not change with it.
  const reused = Buffer.alloc(64 * 1024)
  const out: Buffer[] = []
  for (const piece of pieces) {
    const length = Buffer.from(piece).copy(reused)
    out.push(...stream.push(reused.subarray(0, length)).map((part) => Buffer.from(part)))
    reused.fill('x')
  }
  return Buffer.concat([...out, ...stream.end()]).toString()
}

const key = '-----BEGIN KEY-----\nabcdef0123456789\nsecond-line\n-----END KEY-----\n'

test.each([
  { it: 'a value', secrets: ['s3cret'], text: 'a s3cret b', gives: 'a **** b' },
  { it: 'nothing under four characters', secrets: ['abc', ''], text: 'abc', gives: 'abc' },
  { it: 'every line of a long one', secrets: [key], text: 'x second-line y abcdef0123456789', gives: 'x **** y ****' },
  { it: 'a long one as a whole', secrets: [key], text: `<${key}>`, gives: '<****>' },
  { it: 'base64', secrets: ['pa55word!'], text: Buffer.from('pa55word!').toString('base64'), gives: '****' },
  {
    it: 'base64 inside of something longer, at every place',
    secrets: ['pa55word!'],
    text: ['a:', 'ab:', 'abc:'].map((user) => Buffer.from(`${user}pa55word!`).toString('base64')).join(' '),
    gives: expect.not.stringContaining('NXdvcm'),
  },
  {
    it: 'base64url',
    secrets: ['>>>???>>>???'],
    text: Buffer.from('>>>???>>>???').toString('base64url'),
    gives: '****',
  },
  { it: 'URL-encoded', secrets: ['a b&c/d'], text: 'x=a%20b%26c%2Fd y=a+b%26c%2fd', gives: 'x=**** y=****' },
  {
    it: 'as JSON writes it',
    secrets: ['say "hi"\\'],
    text: JSON.stringify({ v: 'say "hi"\\' }),
    gives: '{"v":"****"}',
  },
  { it: 'two that overlap, as one', secrets: ['abcdef', 'defghi'], text: '<abcdefghi>', gives: '<****>' },
  { it: 'one inside of another', secrets: ['inner', 'an inner one'], text: '<an inner one>', gives: '<****>' },
  { it: 'one that repeats itself', secrets: ['abab'], text: '<ababab>', gives: '<****>' },
  { it: 'beyond ASCII', secrets: ['schlüssel'], text: 'der schlüssel!', gives: 'der ****!' },
])('masks $it', ({ secrets, text, gives }) => {
  expect(masked(secrets, [text])).toEqual(gives)
})

test('says at once what cannot become a secret, and holds back what can', () => {
  const masker = new Masker()
  masker.add('secret')
  const stream = new MaskStream(masker)
  const push = (text: string) => Buffer.concat(stream.push(Buffer.from(text))).toString()
  expect([push('Password: '), push('sec'), push('ond? '), push('secre'), push('t!')]).toEqual([
    'Password: ',
    '',
    'second? ',
    '',
    '****!',
  ])
})

test('gives the same whatever the pieces, and never a secret', () => {
  const letters = fc.constantFrom('a', 'b', 'c')
  const text = fc.array(letters, { maxLength: 60 }).map((all) => all.join(''))
  const secrets = fc.array(
    fc.array(letters, { minLength: 4, maxLength: 7 }).map((all) => all.join('')),
    { maxLength: 3 },
  )
  fc.assert(
    fc.property(text, secrets, fc.array(fc.nat(60), { maxLength: 8 }), (whole, hidden, cuts) => {
      const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length]
      const pieces = places.slice(1).map((end, i) => whole.slice(places[i], end))
      const expected = masked(hidden, [whole])
      expect(masked(hidden, pieces)).toBe(expected)
      for (const secret of hidden) expect(expected).not.toContain(secret)
    }),
    { numRuns: 500 },
  )
})

test('a table finds what a look for each one finds', () => {
  const bytes = (minLength: number, maxLength: number) =>
    fc.array(fc.constantFrom(97, 98, 99, 200), { minLength, maxLength }).map((all) => Buffer.from(all))
  fc.assert(
    fc.property(bytes(0, 80), fc.array(bytes(2, 6), { minLength: 1, maxLength: 6 }), (data, needles) => {
      const expected = new Set<string>()
      for (const needle of needles) {
        for (let at = data.indexOf(needle); at >= 0; at = data.indexOf(needle, at + 1)) {
          expected.add(`${at}-${at + needle.length}`)
        }
      }
      const found = new Set<string>()
      new NeedleTable(needles).search(data, (start, end) => found.add(`${start}-${end}`))
      expect([...found].sort()).toEqual([...expected].sort())
    }),
    { numRuns: 500 },
  )
})

test('masks in large pieces as in small ones', () => {
  const secrets = Array.from({ length: 12 }, (_, n) => `secret-number-${n}!`)
  const text = Array.from({ length: 4_000 }, (_, n) => `line ${n} with ${secrets[n % 17] ?? 'nothing'}\n`).join('')
  const small = text.match(/[\s\S]{1,1000}/g) ?? []
  const large = masked(secrets, [text.slice(0, 60_000), text.slice(60_000, 120_000), text.slice(120_000)])
  expect(large).toBe(masked(secrets, small))
  expect(large).not.toContain('secret-number')
})
