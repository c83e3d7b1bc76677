/** What is published fits together. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const repository = resolve(__dirname, '../..')
const read = (path: string) => JSON.parse(readFileSync(join(repository, path, 'package.json'), 'utf8'))
const plugins = readdirSync(join(repository, 'plugins'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => read(`plugins/${name}`))

test('the server brings every plugin, in its own version', () => {
  const { version, dependencies } = read('core/server') as { version: string; dependencies: Record<string, string> }
  const brought = Object.entries(dependencies).filter(([name]) => name.startsWith('penstock-plugin-'))
  expect(brought).toEqual(plugins.map(({ name }) => [name, version]).sort())
})

test('every package can be published: licence, engines, files, and no package that is not published', () => {
  const packages = [...plugins, read('core'), read('core/server'), read('core/create-penstock-plugin')]
  const { license, version } = read('.')
  for (const one of packages) {
    expect(one).toMatchObject({ license, version, engines: { node: '>=20.19' }, publishConfig: { access: 'public' } })
    expect(one.files.length).toBeGreaterThan(0)
  }
})
