import { editDistance, nearest, suggestion } from '../../src/host/nearest.js'

test.each([
  { it: 'equal words', a: 'port', b: 'port', distance: 0 },
  { it: 'a letter too few', a: 'prt', b: 'port', distance: 1 },
  { it: 'neighbours swapped', a: 'prot', b: 'port', distance: 1 },
  { it: 'another letter', a: 'pork', b: 'port', distance: 1 },
  { it: 'nothing at all', a: '', b: 'port', distance: 4 },
])('$it is $distance edits away', ({ a, b, distance }) => {
  expect(editDistance(a, b)).toBe(distance)
})

test('the nearest known word is suggested, regardless of case', () => {
  expect(nearest('Prot', ['host', 'port', 'region'])).toBe('port')
})

test('a word that is like nothing known gets the whole list', () => {
  expect(suggestion('xyzzy', ['host', 'port'])).toBe('; known: host, port')
})
