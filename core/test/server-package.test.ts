/** The packages that are published: each can be, and @penstock/server has them all. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(__dirname, '../..')
const read = (folder: string) => JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'))
const plugins = readdirSync(join(root, 'plugins')).filter((name) =>
  existsSync(join(root, 'plugins', name, 'package.json')),
)
const folders = ['core', 'core/server', 'core/create-penstock-plugin', ...plugins.map((name) => `plugins/${name}`)]

test.each(folders)('%s says what npm and its users must know', (folder) => {
  const { version, license, engines, files, description, publishConfig, exports, private: isPrivate } = read(folder)
  expect(isPrivate).toBeUndefined()
  expect({ version, license, engines, publishConfig }).toEqual({
    version: read('.').version,
    license: 'Apache-2.0',
    engines: read('.').engines,
    publishConfig: { access: 'public' },
  })
  expect(description.length).toBeGreaterThan(10)
  expect(files.length).toBeGreaterThan(0)
  for (const { types, default: main } of Object.values(exports ?? {}) as { types?: string; default?: string }[])
    if (main !== undefined)
      expect([types, main]).toEqual([expect.stringMatching(/\.d\.ts$/), expect.stringMatching(/^\.\/dist\//)])
})

test('@penstock/server is the core and every plugin, of its own version', () => {
  const { version, dependencies } = read('core/server')
  const names = ['@penstock/core', ...plugins.map((name) => read(`plugins/${name}`).name)].sort()
  expect(dependencies).toEqual(Object.fromEntries(names.map((name) => [name, version])))
})
