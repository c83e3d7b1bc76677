import fc from 'fast-check'
import { lineDiff } from '../src/editor/diff/line-diff.js'

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 30 })

test('a comparison holds both texts, each in its order', () => {
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const diff = lineDiff(before, after)
      expect(diff.filter(({ sign }) => sign !== '+').map(({ text }) => text)).toEqual(before)
      expect(diff.filter(({ sign }) => sign !== '-').map(({ text }) => text)).toEqual(after)
    }),
  )
})

test('it is the shortest', () => {
  const longest = (a: string[], b: string[]): number => {
    const rows = a.map(() => 0)
    for (const y of b) {
      let corner = 0
      for (const [index, x] of a.entries()) {
        const above = rows[index] ?? 0
        rows[index] = x === y ? corner + 1 : Math.max(above, rows[index - 1] ?? 0)
        corner = above
      }
    }
    return rows.at(-1) ?? 0
  }
  fc.assert(
    fc.property(lines, lines, (before, after) => {
      const same = lineDiff(before, after).filter(({ sign }) => sign === ' ').length
      expect(same).toBe(longest(before, after))
    }),
  )
})

test('texts that differ in everything are compared in no time', () => {
  const before = Array.from({ length: 20_000 }, (_, index) => `a${index}`)
  const after = before.map((line) => `${line}!`)
  expect(lineDiff(before, after)).toHaveLength(40_000)
})
