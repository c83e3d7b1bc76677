/** Every exported name has a docstring with an example; every example compiles, and every TypeScript block of plugins/README.md. */
import { asModule, exportedNames, problemsOf, programOf } from './compile.js'
import { of } from './readme.js'

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
const told = new Map(of('ts').map((text, at) => [`readme.${at + 1}.ts`, moduleOf(text)]))
const program = programOf(new Map([...pieces, ...told, ...wrong]))

test('every example compiles', () => {
  expect(problemsOf(program, pieces)).toEqual([])
})

test('an example that is wrong does not compile', () => {
  expect(problemsOf(program, wrong)).toEqual([expect.stringContaining("'cwdd' does not exist")])
})

test('every TypeScript block of plugins/README.md compiles', () => {
  expect(problemsOf(program, told)).toEqual([])
})

/** Blocks with imports of their own take the rest from the package all the same. */
function moduleOf(text: string): string {
  const own = text.match(/^import .*$/gm) ?? []
  if (own.some((line) => line.includes("'@penstock/core'"))) return text
  const rest = text.replace(/^import .*$\n?/gm, '')
  const used = asModule(
    `export default null\n${rest}`,
    names.filter(({ name }) => !own.some((line) => new RegExp(`\\b${name}\\b`).test(line))),
  )
  const body = /^export default /m.test(rest) ? used.replace('export default null\n', '') : used
  return `${own.join('\n')}\n${body}`
}
