import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Installed {
  readonly name: string
  readonly version: string
  readonly folder: string
}

/** Every package below a `node_modules`, those of packages' own `node_modules` among them. Links, as to workspaces, are left out. */
export function installedIn(modules: string): Installed[] {
  if (!existsSync(modules)) return []
  return readdirSync(modules, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .flatMap(({ name }) => {
      const path = join(modules, name)
      return name.startsWith('@') ? readdirSync(path).map((inner) => join(path, inner)) : [path]
    })
    .filter((folder) => existsSync(join(folder, 'package.json')))
    .flatMap((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Installed
      return [{ name, version, folder }, ...installedIn(join(folder, 'node_modules'))]
    })
}
