import type { Folder } from '../folder.js'
import { type Recipe, shellBuild } from '../recipe.js'

interface Manifest {
  readonly packageManager?: string
  readonly scripts?: Readonly<Record<string, unknown>>
  readonly dependencies?: object
  readonly devDependencies?: object
  readonly workspaces?: unknown
}

/** package.json: what its lock file was made by, then its scripts `build` and `test`. */
export const node: Recipe = (folder) => {
  if (folder.has('package.json') === undefined) return undefined
  const manifest = manifestOf(folder.text('package.json'))
  const manager = managerOf(folder, manifest)
  const scripts = ['build', 'test'].filter((name) => isMeant(manifest.scripts?.[name]))
  const commands = [...installs(folder, manager, manifest), ...scripts.map((name) => `${manager} run ${name}`)]
  return commands.length === 0 ? undefined : shellBuild('node', `${commands.join(', ')}, by package.json`, commands)
}

function manifestOf(text: string): Manifest {
  try {
    const read: unknown = JSON.parse(text.replace(/^\uFEFF/, ''))
    return typeof read === 'object' && read !== null ? (read as Manifest) : {}
  } catch {
    return {}
  }
}

type Manager = 'npm' | 'pnpm' | 'yarn' | 'bun'

function managerOf(folder: Folder, { packageManager }: Manifest): Manager {
  const named = /^(npm|pnpm|yarn|bun)@/.exec(String(packageManager))?.[1] as Manager | undefined
  if (named !== undefined) return named
  if (folder.has('pnpm-lock.yaml')) return 'pnpm'
  if (folder.has('yarn.lock')) return 'yarn'
  return folder.has('bun.lock', 'bun.lockb') ? 'bun' : 'npm'
}

function installs(folder: Folder, manager: Manager, manifest: Manifest): string[] {
  if (manager === 'npm' && folder.has('package-lock.json', 'npm-shrinkwrap.json')) return ['npm ci']
  if (manager === 'pnpm' && folder.has('pnpm-lock.yaml')) return ['pnpm install --frozen-lockfile']
  if (manager === 'yarn' && folder.has('yarn.lock'))
    return [folder.has('.yarnrc.yml') ? 'yarn install --immutable' : 'yarn install --frozen-lockfile']
  if (manager === 'bun' && folder.has('bun.lock', 'bun.lockb')) return ['bun install --frozen-lockfile']
  const needs = [manifest.dependencies, manifest.devDependencies].some((some) => Object.keys(some ?? {}).length > 0)
  return needs || manifest.workspaces !== undefined ? [`${manager} install`] : []
}

/** `npm init` writes a test that only fails. */
function isMeant(script: unknown): boolean {
  return typeof script === 'string' && !script.includes('no test specified')
}
