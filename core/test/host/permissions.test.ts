import { nodePermissions } from '../../src/host/isolated/node-permissions'
import { isGrantedVariable, noPermissions, notGranted, readPermissions } from '../../src/host/permissions'

const read = (value: unknown) => {
  const found = readPermissions('plugins.x.permissions', value)
  if ('problems' in found) throw new Error(found.problems.join('; '))
  return found.permissions
}

test('what is left out is not granted', () => {
  expect(read({})).toEqual(noPermissions)
  expect(read({ network: true, paths: { readOnly: ['/srv'] } })).toEqual({
    ...noPermissions,
    network: true,
    paths: { readOnly: ['/srv'], writable: [] },
  })
})

test.each([
  [true, 'plugins.x.permissions is true: an object such as { network: true } is right'],
  [{ netwrok: true }, "has the unknown key 'netwrok'; did you mean 'network'?"],
  [{ network: 'yes' }, 'plugins.x.permissions.network is "yes": true or false is right'],
  [{ paths: ['/srv'] }, 'plugins.x.permissions.paths is ["/srv"]: { readOnly: [...], writable: [...] } is right'],
  [{ paths: { readonly: [] } }, "plugins.x.permissions.paths has the unknown key 'readonly'; did you mean 'readOnly'?"],
  [{ paths: { readOnly: ['srv'] } }, 'plugins.x.permissions.paths.readOnly has "srv": an absolute path'],
  [{ paths: { writable: ['/'] } }, 'has "/": an absolute path, and not /'],
  [{ paths: { writable: ['/srv/../etc'] } }, 'has "/srv/../etc"'],
  [{ exec: ['/usr/bin/git'] }, `exec has "/usr/bin/git": a program's name such as git, without a folder`],
  [{ exec: 'git' }, 'plugins.x.permissions.exec is "git": a list is right'],
  [{ environment: ['A B'] }, `environment has "A B": a variable's name`],
])('%j is refused', (value, says) => {
  expect(() => read(value)).toThrow(says)
})

test('what was asked for in vain is told as it would be granted', () => {
  const asked = read({
    network: true,
    exec: ['git', 'ssh'],
    paths: { readOnly: ['/a'], writable: ['/b'] },
    hostSteps: true,
  })
  expect(notGranted(asked, noPermissions)).toEqual([
    'network: true',
    'paths: { readOnly: [/a], writable: [/b] }',
    'exec: [git, ssh]',
    'hostSteps: true',
  ])
  expect(notGranted(asked, read({ network: true, exec: ['*'], paths: { writable: ['/a', '/b'] } }))).toEqual([
    'hostSteps: true',
  ])
})

test('a variable is granted by its name, or by how it begins', () => {
  const granted = read({ environment: ['HTTP_X', 'AWS_*'] })
  expect(['HTTP_X', 'AWS_REGION', 'HTTP_Y', 'PATH'].map((name) => isGrantedVariable(name, granted))).toEqual([
    true,
    true,
    false,
    false,
  ])
})

describe("Node's own permission model", () => {
  const enclosure = { readable: ['/a'], writable: ['/b'] } as never
  const options = (version: string, more: object = {}, kind: 'package' | 'file' = 'package') =>
    nodePermissions(enclosure, { ...noPermissions, ...more }, kind, version).join(' ')

  test('is asked for where it is no experiment', () => {
    expect(['20.19.0', '22.12.0', '23.4.0'].map((version) => options(version))).toEqual(['', '', ''])
    expect(options('22.13.0')).toBe('--permission --allow-fs-read=/a --allow-fs-read=/b --allow-fs-write=/b')
  })

  test('lets through what was granted, and the compiler of sources', () => {
    expect(options('24.0.0', { exec: ['git'] })).toContain('--allow-child-process')
    expect(options('24.0.0', {}, 'file')).toContain('--allow-child-process')
    expect(options('25.0.0', { network: true })).toContain('--allow-net')
    expect(options('24.0.0', { network: true })).not.toContain('--allow-net')
  })
})
