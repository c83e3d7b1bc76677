import { holds, variableCheck } from '../src/variable-check.js'

test.each([
  { variable: 'main', operator: 'EQ', value: 'main', answer: true },
  { variable: 'main', operator: 'EQ', value: 'Main', answer: false },
  { variable: 'main', operator: 'NE', value: 'dev', answer: true },
  { variable: 'fix: [skip ci]', operator: 'CONTAINS', value: '[skip ci]', answer: true },
  { variable: 'release-1.2', operator: 'MATCHES', value: 'release-\\d+\\.\\d+', answer: true },
  { variable: 'my release-1.2', operator: 'MATCHES', value: 'release-\\d+\\.\\d+', answer: false },
  { variable: 'MAIN', operator: 'MATCHES', value: '(?i)main', answer: true },
] as const)('C6: $variable $operator $value is $answer', ({ variable, operator, value, answer }) => {
  expect(holds(variable, operator, value)).toBe(answer)
})

test('C6: what is not a regular expression is named', () => {
  expect(() => holds('x', 'MATCHES', '(')).toThrow("Value '(' is not a regular expression")
})

test('a regular expression that is none is refused when a pipeline is saved', () => {
  expect(variableCheck.validate?.({ Value: 'a(', Operator: 'MATCHES' })).toEqual([
    expect.stringContaining("Value 'a(' is not a regular expression"),
  ])
  expect(variableCheck.validate?.({ Value: 'a(', Operator: 'EQ' })).toEqual([])
})
