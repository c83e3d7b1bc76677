import { clean, cleanLog } from '../../../src/cli/terminal/clean.js'
import { cut, width } from '../../../src/cli/terminal/width.js'

test.each([
  { it: 'an escape that clears the screen', text: 'a\u001b[2Jb', becomes: 'a\uFFFD[2Jb' },
  { it: 'lines', text: 'a\r\nb\tc', becomes: 'a b c' },
  { it: 'a turn of the direction', text: 'a\u202eb', becomes: 'a\uFFFDb' },
  { it: 'what is only letters', text: '世界 🎉', becomes: '世界 🎉' },
])('$it, in one line', ({ text, becomes }) => {
  expect(clean(text)).toBe(becomes)
})

test.each([
  { it: 'keeps a colour, and ends it with the line', text: '\u001b[31mred', becomes: '\u001b[31mred\u001b[0m' },
  { it: 'drops a title', text: 'a\u001b]0;title\u0007b', becomes: 'ab' },
  { it: 'drops what writes into the clipboard', text: 'a\u001b]52;c;eA==\u001b\\b', becomes: 'ab' },
  { it: 'drops moves of the cursor', text: 'a\u001b[2A\u001b[1Gb', becomes: 'ab' },
  { it: 'drops a sequence that never ends', text: 'a\u001bPq', becomes: 'a' },
  { it: 'keeps tabs', text: 'a\tb\u0007', becomes: 'a\tb' },
])('a log $it', ({ text, becomes }) => {
  expect(cleanLog(text)).toBe(becomes)
})

test.each([
  ['abc', 3],
  ['\u001b[31mabc\u001b[39m', 3],
  ['世界', 4],
  ['👍🏽', 2],
  ['é', 1],
  ['✓', 1],
])('%j takes %i columns', (text, columns) => {
  expect(width(text)).toBe(columns)
})

test('a cut never halves a letter', () => {
  expect(cut('世界世界', 5)).toBe('世界…')
  expect(cut('abc', 3)).toBe('abc')
})
