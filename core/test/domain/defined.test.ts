import { defined } from '../../src/domain/defined.js'

test('keeps every member that is there, in its order, falsy ones included', () => {
  const shown = defined({ c: 0, a: undefined, b: '', d: null, e: false })
  expect(Object.entries(shown)).toEqual([
    ['c', 0],
    ['b', ''],
    ['d', null],
    ['e', false],
  ])
})
