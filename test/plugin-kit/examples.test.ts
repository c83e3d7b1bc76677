/** Every exported name has a docstring with an example, and every example compiles. */
import { asModule, exportedNames, problemsOf, programOf } from './compile.js'

jest.setTimeout(120_000)

const names = exportedNames(programOf(new Map()))
/** What a namespace holds is documented where each of them is. */
const namespaces = ['Views', 'Shapes']

test('every exported name has a docstring with an example', () => {
  expect(names.length).toBeGreaterThan(150)
  const bare = names.filter(({ name, examples, documentation }) => {
    return !namespaces.includes(name) && (examples.length === 0 || documentation === '')
  })
  expect(bare.map(({ entry, name }) => `${entry}: ${name}`)).toEqual([])
})

const pieces = new Map(
  names.flatMap(({ name, entry, examples }) =>
    examples.map((text, at) => [`${entry.replaceAll('/', '_')}.${name}.${at}.ts`, asModule(text, names)] as const),
  ),
)
const wrong = new Map([['wrong.ts', asModule("const bad: ExecOptions = { cwdd: '.' }", names)]])
const program = programOf(new Map([...pieces, ...wrong]))

test('every example compiles', () => {
  expect(problemsOf(program, pieces)).toEqual([])
})

test('an example that is wrong does not compile', () => {
  expect(problemsOf(program, wrong)).toEqual([expect.stringContaining("'cwdd' does not exist")])
})
