import { parseCommit } from '../../src/git/commit.js'

const commit = (text: Buffer, encoding?: string) =>
  Buffer.concat([
    Buffer.from(`tree 0\nauthor `),
    text,
    Buffer.from(` <a@example.com> 1700000000 +0100\n${encoding === undefined ? '' : `encoding ${encoding}\n`}\n`),
    text,
    Buffer.from('\n'),
  ])

test.each([
  ['ISO-8859-1', '636166e9', 'café'],
  ['latin1', '636166e9', 'café'],
  ['windows-1252', '937194', '“q”'],
  ['CP1252', '80', '€'],
  ['ISO-8859-15', 'a4', '€'],
  ['KOI8-R', 'f0d2c9d7c5d4', 'Привет'],
  ['IBM850', '63616682', 'café'],
  ['MacRoman', '6361668e', 'café'],
  ['Shift_JIS', '93fa967b', '日本'],
  ['ISO-2022-JP', '1b2442467c4b5c1b2842', '日本'],
  ['GB18030', 'd6d0cec4', '中文'],
  ['UTF-8', '636166c3a9', 'café'],
  [undefined, '636166c3a9', 'café'],
  // Without a header that helps, Latin-1 is what it most probably is.
  [undefined, '636166e9', 'café'],
  ['no-such-encoding', '636166c3a9', 'café'],
  ['UTF-8', '636166e9', 'café'],
])('a commit in %s: %s is %s', (encoding, bytes, text) => {
  expect(parseCommit('1', commit(Buffer.from(bytes, 'hex'), encoding))).toMatchObject({
    message: text,
    author: text,
    authored: 1_700_000_000_000,
  })
})
