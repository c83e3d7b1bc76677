import type { Permission } from '../../src/appspec/model.js'
import { parseAppSpec } from '../../src/appspec/parse.js'
import { planCopies } from '../../src/plan/copy-plan.js'
import { matchesSimpleGlob, planPermissions } from '../../src/plan/permission-plan.js'
import { treeOf } from '../support/tree.js'

const tree = treeOf('www/a.txt', 'www/b.html', 'www/sub/c.txt', 'www/sub/deep/d.txt', 'www/link -> a.txt')

/** Paths that the entries hit, in YAML's flow style; all with mode 600. */
function hit(...entries: readonly string[]) {
  const permissions: readonly Permission[] = parseAppSpec(
    `version: 0.0\nos: linux\npermissions:\n${entries.map((entry) => `  - {mode: 600, ${entry}}\n`).join('')}`,
  ).appSpec.permissions
  const { permissions: found, problems } = planPermissions(
    permissions,
    planCopies([{ source: 'www', destination: '/srv/www' }], tree),
  )
  return {
    paths: found.map(({ path }) => path).sort(),
    problems: problems.map(({ path, message }) => `${path}: ${message}`),
  }
}

const ALL_FILES = [
  '/srv/www/a.txt',
  '/srv/www/b.html',
  '/srv/www/link',
  '/srv/www/sub/c.txt',
  '/srv/www/sub/deep/d.txt',
]

test.each([
  [
    'everything below, never the object itself',
    'object: /srv/www',
    [...ALL_FILES, '/srv/www/sub', '/srv/www/sub/deep'],
  ],
  ['files only', 'object: /srv/www, type: [file]', ALL_FILES],
  ['directories only', 'object: /srv/www, type: [directory]', ['/srv/www/sub', '/srv/www/sub/deep']],
  ['a glob meets direct children only', 'object: /srv/www, pattern: "*.txt"', ['/srv/www/a.txt']],
  ['a glob with a slash meets nothing', 'object: /srv/www, pattern: "**/*.txt"', []],
  [
    'exceptions are for direct children, not what is below them',
    'object: /srv/www, type: [file], except: [sub, "*.html", link]',
    ['/srv/www/a.txt', '/srv/www/sub/c.txt', '/srv/www/sub/deep/d.txt'],
  ],
  ['a file', 'object: /srv/www/a.txt', ['/srv/www/a.txt']],
  ['a file, but only for directories', 'object: /srv/www/a.txt, type: [directory]', []],
  ['/ is everything deployed', 'object: /, type: [file]', ALL_FILES],
  ['outside of the deployment', 'object: /etc', []],
])('%s', (_, entry, paths) => {
  expect(hit(entry)).toEqual({ paths: [...paths].sort(), problems: [] })
})

test.each([
  [
    'object: /srv/www/a.txt, pattern: "*"',
    'permissions[0].pattern: must be ** or absent, because /srv/www/a.txt is a file',
  ],
  ['object: /srv/www/a.txt, except: [x]', 'permissions[0].except: must be empty, because /srv/www/a.txt is a file'],
])('a file takes no pattern: %s', (entry, problem) => {
  expect(hit(entry).problems).toEqual([problem])
})

test('a path that two entries hit is refused', () => {
  expect(hit('object: /srv/www/sub, type: [file]', 'object: /srv/www/sub/c.txt').problems).toEqual([
    'permissions[1]: permissions setting for /srv/www/sub/c.txt is specified more than once: here and in permissions[0]',
  ])
})

test('the same object with disjoint types is fine', () => {
  expect(hit('object: /srv/www, type: [file]', 'object: /srv/www, type: [directory]').problems).toEqual([])
})

test('a default entry on a file is refused, on a directory not', () => {
  expect(hit('object: /srv/www, acls: ["d:u:bob:rwx"], type: [file]').problems[0]).toContain(
    'cannot be set on the file',
  )
  expect(hit('object: /srv/www, acls: ["d:u:bob:rwx"], type: [directory]').problems).toEqual([])
})

test.each([
  ['a.txt', 'a.txt', true],
  ['a.txt', '*', true],
  ['a.txt', '*.txt', true],
  ['a.txt', 'a*t', true],
  ['a.txt', 'a.txt*', true],
  ['aXbXc', '*X*X*', true],
  ['aXc', '*X*X*', false],
  ['ab', 'ab*b', false],
  ['a/b', '*', false],
  ['a.txt', 'a?txt', false],
  ['a+b', 'a+b', true],
  ['', '*', true],
])('%s against %s: %s', (name, glob, matches) => {
  expect(matchesSimpleGlob(name, glob)).toBe(matches)
})
