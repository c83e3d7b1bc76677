import { planCopies } from '../../src/plan/copy-plan.js'
import { treeOf } from '../support/tree.js'

/** `source -> destination` pairs, from `source: destination` mappings. */
function plan(tree: readonly string[], ...mappings: readonly (readonly [string, string])[]) {
  const files = mappings.map(([source, destination]) => ({ source, destination }))
  const { copies, directories, problems } = planCopies(files, treeOf(...tree))
  return {
    copies: copies.map(({ source, destination, kind }) => `${kind} ${source} -> ${destination}`),
    directories,
    problems: problems.map(({ path, message }) => `${path}: ${message}`),
  }
}

test('a file keeps its name: the destination is always a directory', () => {
  expect(plan(['a/b.txt'], ['a/b.txt', '/etc/app.conf'])).toEqual({
    copies: ['file a/b.txt -> /etc/app.conf/b.txt'],
    directories: ['/etc', '/etc/app.conf'],
    problems: [],
  })
})

test("a directory's contents go into the destination, empty directories too", () => {
  expect(plan(['www/x', 'www/sub/y', 'www/empty/', 'other'], ['www', '/srv'])).toEqual({
    copies: ['file www/sub/y -> /srv/sub/y', 'file www/x -> /srv/x'],
    directories: ['/srv', '/srv/empty', '/srv/sub'],
    problems: [],
  })
})

test('the whole bundle includes the AppSpec file', () => {
  expect(plan(['appspec.yml', 'x'], ['', '/srv']).copies).toEqual([
    'file appspec.yml -> /srv/appspec.yml',
    'file x -> /srv/x',
  ])
})

test('links: to files and dangling ones stay, to directories are followed', () => {
  const tree = ['d/f', 'w/file -> ../d/f', 'w/dir -> ../d', 'w/none -> nowhere', 'w/out -> ../../etc', 'w/abs -> /etc']
  expect(plan(tree, ['w', '/srv'])).toEqual({
    copies: [
      'symlink w/abs -> /srv/abs',
      'file d/f -> /srv/dir/f',
      'symlink w/file -> /srv/file',
      'symlink w/none -> /srv/none',
      'symlink w/out -> /srv/out',
    ],
    directories: ['/srv', '/srv/dir'],
    problems: [],
  })
})

test('a source that is a link to a directory is followed', () => {
  expect(plan(['real/f', 'now -> real'], ['now', '/srv']).copies).toEqual(['file real/f -> /srv/f'])
})

test('a source reached through a linked directory', () => {
  expect(plan(['real/f', 'now -> real'], ['now/f', '/srv'])).toMatchObject({
    copies: ['file real/f -> /srv/f'],
    problems: [],
  })
})

test('a directory that contains itself through a link is refused', () => {
  expect(plan(['a/f', 'a/self -> ../a'], ['a', '/srv']).problems).toEqual([
    'files[0].source: "a" contains itself through a symbolic link',
  ])
})

test('links in a circle are dangling', () => {
  expect(plan(['a -> b', 'b -> a'], ['', '/srv']).copies).toEqual(['symlink a -> /srv/a', 'symlink b -> /srv/b'])
})

test.each([
  [
    'the same destination twice',
    ['a/x', 'b/x'],
    [
      ['a', '/srv'],
      ['b', '/srv'],
    ],
    'files[1]: two source files named "a/x" and "b/x" for the same destination /srv/x',
  ],
  [
    'a file where a directory is',
    ['a/x/f', 'b/x'],
    [
      ['a', '/srv'],
      ['b', '/srv'],
    ],
    'files[1]: /srv/x is a directory because of another entry, and cannot be the file "b/x" too',
  ],
  [
    'a directory where a file is',
    ['b/x', 'a/x/f'],
    [
      ['b', '/srv'],
      ['a', '/srv'],
    ],
    'files[1]: /srv/x is the file "b/x" because of files[0], and cannot be a directory too',
  ],
  ['a source that is missing', ['a'], [['nope', '/srv']], 'files[0].source: "nope" is not in the bundle'],
  ['no wildcards', ['a'], [['*', '/srv']], 'files[0].source: "*" is not in the bundle'],
] as const)('%s', (_, tree, mappings, problem) => {
  expect(plan(tree, ...mappings).problems).toContain(problem)
})

test('the root as destination makes no directory', () => {
  expect(plan(['x'], ['', '/'])).toEqual({ copies: ['file x -> /x'], directories: [], problems: [] })
})
