import { compileGlob, globProblem } from '../../src/domain/glob.js'

describe('G6 what a pattern matches', () => {
  test.each<[pattern: string, yes: string[], no: string[]]>([
    ['main', ['main'], ['Main', 'main2', 'xmain', '']],
    ['*', ['a', 'a.b', ''], ['a/b']],
    ['*.md', ['a.md', '.md', 'A b.md'], ['docs/a.md', 'a.mdx', 'a_md']],
    ['**', ['', 'a', 'a/b/c'], []],
    ['**/*.md', ['docs/a.md', 'a/b/c.md', '/a.md'], ['a.md']],
    ['**.md', ['a.md', 'docs/a.md'], ['a.txt']],
    ['src/**', ['src/', 'src/a', 'src/a/b'], ['src', 'asrc/a']],
    ['src/*/x', ['src/a/x', 'src//x'], ['src/x', 'src/a/b/x']],
    ['feature-?', ['feature-1', 'feature-é', 'feature-😀'], ['feature-', 'feature-12', 'feature-/']],
    ['v[0-9]', ['v0', 'v9'], ['va', 'v', 'v10']],
    ['v[0-9a]', ['va', 'v5'], ['vb', 'v-']],
    ['[!a-c]x', ['dx', 'Ax'], ['ax', 'cx', '/x', 'x']],
    ['[^a]', ['^', 'a'], ['b']],
    ['[-a]', ['-', 'a'], ['b']],
    ['[a-]', ['-', 'a'], ['b']],
    ['[!-]', ['a'], ['-']],
    ['[*?{,\\]', ['*', '?', '{', ',', '\\'], ['a']],
    ['{main,release-*}', ['main', 'release-1', 'release-'], ['release', 'mainrelease-', 'release-a/b']],
    ['x{,s}', ['x', 'xs'], ['x,s', 'xss']],
    ['{a/**,b}/{c,d}.{js,ts}', ['b/c.js', 'a/x/y/d.ts', 'a//c.js'], ['a/c.js', 'b/e.js', 'b/c.jsx']],
    ['{[,],b}', [',', 'b'], ['[', ']']],
    ['a,b', ['a,b'], ['a', 'b']],
    ['a}', ['a}'], ['a']],
    ['\\*', ['*'], ['a', '\\*']],
    ['a\\{b\\,c\\}', ['a{b,c}'], ['ab']],
    ['\\\\', ['\\'], ['\\\\']],
    ['a.b+c(d)|e^f$', ['a.b+c(d)|e^f$'], ['axb+c(d)|e^f$']],
    ['', [''], ['a']],
  ])('%s', (pattern, yes, no) => {
    const glob = compileGlob(pattern)
    expect(yes.filter((text) => !glob(text))).toEqual([])
    expect(no.filter((text) => glob(text))).toEqual([])
  })
})

test.each([
  ['[a', "has a '[' without its ']'"],
  ['[]', "has an empty '[]'"],
  ['[z-a]', "has the range 'z-a', which is upside down"],
  ['[a/b]', "has a '/' inside '[...]'"],
  ['{a', "has a '{' without its '}'"],
  ['{a,{b,c}}', 'cannot be nested'],
  ['a\\', "ends with a single '\\'"],
])('G6 %s is refused', (pattern, problem) => {
  expect(globProblem(pattern)).toContain(`the pattern '${pattern}' `)
  expect(globProblem(pattern)).toContain(problem)
  expect(globProblem('main')).toBeUndefined()
})

test('G6 a hostile pattern costs no more than its length times the text', () => {
  const glob = compileGlob(`${'*a'.repeat(120)}*b`)
  const started = process.cpuUsage()
  expect(glob('a'.repeat(4000))).toBe(false)
  const { user } = process.cpuUsage(started)
  // Backtracking would take longer than the universe has been there; this takes some tens of milliseconds.
  expect(user / 1e6).toBeLessThan(5)
})
