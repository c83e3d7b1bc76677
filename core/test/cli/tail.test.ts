import { byLine } from '../../src/cli/follow/tail.js'

test.each([
  { it: 'lines of any system', pieces: ['one\r\ntwo\nthr', 'ee\n'], lines: ['one', 'two', 'three'] },
  { it: 'a progress bar ends as one line', pieces: ['10 %\r50 %\r', '100 %\nnext\n'], lines: ['100 %', 'next'] },
  { it: 'a line break cut in halves is one', pieces: ['a\r', '\nb\r\n'], lines: ['a', 'b'] },
  { it: 'a bar that never ended', pieces: ['1 %\r2 %\r'], lines: ['2 %'] },
  { it: 'empty lines stay', pieces: ['a\n\n', 'b'], lines: ['a', '', 'b'] },
])('$it', ({ pieces, lines }) => {
  const written: string[] = []
  const cut = byLine((line) => written.push(line))
  for (const piece of pieces) cut.push(piece)
  cut.end()
  expect(written).toEqual(lines)
})
