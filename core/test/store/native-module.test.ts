/** A compiled part that does not fit is told of as just that, with what mends it; never as damage. */
import { lookAtNativeModule } from '../../src/store/native-module.js'

let thrown: Error | undefined
jest.mock('better-sqlite3', () =>
  jest.fn(() => {
    if (thrown) throw thrown
    return { close() {} }
  }),
)

const abi = `The module '/x/better_sqlite3.node'
was compiled against a different Node.js version using
NODE_MODULE_VERSION 115. This version of Node.js requires
NODE_MODULE_VERSION 137.`

test.each([
  { it: 'another Node.js', message: abi, says: /^better-sqlite3 was built for another Node\.js/ },
  {
    it: 'a second try',
    message: 'Module did not self-register: x.node',
    says: /^better-sqlite3 was built for another/,
  },
  {
    it: '--ignore-scripts',
    message: 'Could not locate the bindings file. Tried:\n → a',
    says: /^the compiled part .* not there/,
  },
  {
    it: 'another libc',
    message: "libc.so.6: version `GLIBC_2.38' not found\nx",
    says: /GLIBC_2\.38' not found; nothing/,
  },
])('$it', ({ message, says }) => {
  thrown = new Error(message)
  const problem = lookAtNativeModule()
  expect(problem?.found).toMatch(says)
  expect(problem?.found).toMatch(/nothing is wrong with the data$/)
  expect(problem?.remedy).toMatch(/^cd \/.* && npm rebuild better-sqlite3/)
  expect(problem?.remedy).not.toContain('restore')
})

test('one that fits is no problem', () => {
  thrown = undefined
  expect(lookAtNativeModule()).toBeUndefined()
})
