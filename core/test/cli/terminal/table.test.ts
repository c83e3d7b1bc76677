import { table } from '../../../src/cli/terminal/table.js'

const rows = [
  ['NAME', 'STATUS', 'SAID'],
  ['one', 'Succeeded', 'a rather long text about it'],
]
const terminal = (columns: number) => {
  const before = process.stdout.isTTY
  process.stdout.isTTY = true
  try {
    return table(rows, columns)
  } finally {
    process.stdout.isTTY = before
  }
}

test('nothing is cut where there is no terminal', () => {
  process.stdout.isTTY = false
  expect(table(rows, 10)).toEqual(['NAME  STATUS     SAID', 'one   Succeeded  a rather long text about it'])
})

test.each([
  { columns: 30, line: 'one   Succeeded  a rather lon…' },
  { columns: 20, line: 'one   Succeeded' },
  { columns: 10, line: 'one' },
  { columns: 2, line: 'o…' },
])('in $columns columns it goes from the right', ({ columns, line }) => {
  expect(terminal(columns)[1]).toBe(line)
})
