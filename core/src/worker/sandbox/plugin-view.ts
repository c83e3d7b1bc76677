import { existsSync, lstatSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { basename, delimiter, dirname, join, sep } from 'node:path'
import type { EnclosedPlugin } from '../../host/isolated/plugin-sandbox.js'
import { etcMounts, type SandboxView, ways } from './bubblewrap.js'
import { makePlaces } from './etc-copy.js'
import { likeTheMachine, machineView } from './machine-view.js'
import { isBelow } from './tool-chains.js'

/** Bytes of a plugin's /tmp, which is memory. */
const temporaryBytes = 256 * 1024 * 1024

/** Libraries, time zones and certificates: what a program needs, and no program that people call. */
const libraries = ['/usr/lib', '/usr/lib32', '/usr/lib64', '/usr/libexec', '/usr/share', '/usr/local/lib']

/** What of this machine one plugin sees. */
export interface PluginView {
  /** Of bwrap. */
  readonly options: readonly string[]
  readonly readable: readonly string[]
  readonly writable: readonly string[]
}

/**
 * Node with its libraries, this program's code, the plugin's own code, its data folder, its jobs' folders as they come
 * (`shelf` at `work`), and what it was granted.
 */
export function pluginView(
  plugin: EnclosedPlugin,
  folders: { readonly core: string; readonly work: string; readonly shelf: string },
  view: SandboxView,
): PluginView {
  const { permissions, dataFolder } = plugin
  const { readOnly, writable } = permissions.paths
  const all = permissions.exec.includes('*')
  const granted = [...(all ? view.toolChains : []), ...readOnly, ...writable]
  const code = there([...codeOf(folders.core), ...placeOf(plugin, view)])
  const programs = all ? [] : there([process.execPath, ...programsOf([...permissions.exec, ...ownPrograms(view)])])
  makePlaces(view.settings.etc, [...readOnly, ...writable])
  const options = [
    ...(permissions.network ? [] : ['--unshare-net']),
    ...ways(['/etc', '/usr/bin', '/usr/local/bin', '/var/lib', '/sys/devices/system']),
    ...(all ? machineView() : bareMachine()),
    ...['--proc', '/proc', '--dev', '/dev', '--remount-ro', '/dev'],
    ...etcMounts(view.settings.etc),
    ...['--perms', '1777', '--size', String(temporaryBytes), '--tmpfs', '/tmp', '--dir', '/run'],
    ...ways([...granted, ...code, ...programs]),
    ...[...(all ? view.toolChains : []), ...readOnly].flatMap((path) => ['--ro-bind', path, path]),
    ...writable.flatMap((path) => ['--bind', path, path]),
    ...view.masks(['/usr', '/opt', ...granted]),
    ...[...programs, ...code].flatMap((path) => ['--ro-bind', path, path]),
    // Its folder may be the one that holds all of Penstock.
    ...view.masks(code.map((path) => join(path, sep))),
    ...ways([dataFolder, folders.work]),
    ...['--bind', dataFolder, dataFolder, '--ro-bind', folders.shelf, folders.work],
    ...['--remount-ro', '/'],
  ]
  const own = [dataFolder, folders.work, '/tmp', ...writable]
  return { options, readable: [...granted, ...code, ...libraries, '/etc', '/proc', ...own], writable: own }
}

function there(paths: readonly string[]): readonly string[] {
  return paths.filter((path) => existsSync(path))
}

/** What takes root's rights away inside the sandbox. */
function ownPrograms(view: SandboxView): readonly string[] {
  return view.settings.user === undefined ? [] : ['setpriv', 'unshare']
}

/** Where most distributions have links into /usr; of folders that are none, only libraries are shown. */
const linked = ['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32'].filter(
  (path) => path.startsWith('/lib') || lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink(),
)

function bareMachine(): readonly string[] {
  const own = libraries.filter((path) => existsSync(path)).flatMap((path) => ['--ro-bind', path, path])
  return [...own, ...linked.flatMap(likeTheMachine), ...ownLibraries()]
}

/** Node's own shared objects, where they lie elsewhere (a Node that was unpacked somewhere). */
function ownLibraries(): readonly string[] {
  const mapped = readFileSync('/proc/self/maps', 'utf8').match(/\/\S+\.so[\w.]*$/gm) ?? []
  const elsewhere = [...new Set(mapped)].filter((path) => !isBelow(path, [...libraries, '/lib', '/lib64']))
  const shared = elsewhere.filter((path) => existsSync(path) && !path.endsWith('.node'))
  return [...ways(shared), ...shared.flatMap((path) => ['--ro-bind', path, path])]
}

/** The core, and every node_modules that its code is resolved in. */
function codeOf(core: string): readonly string[] {
  return [core, ...modulesAround(core)]
}

/**
 * A package with the packages beside it; a folder; a file with its folder, unless that is one with other things in it: then
 * the file alone.
 */
function placeOf({ place }: EnclosedPlugin, view: SandboxView): readonly string[] {
  const { path, kind } = place
  const home = dirname(path)
  const around = modulesAround(path)
  if (kind !== 'file') return [path, ...around]
  const crowded =
    view.settings.hidden.some((hidden) => dirname(hidden) === home || isBelow(hidden, [home])) ||
    ['/', '/root', '/srv', '/opt', '/tmp'].includes(home) ||
    /^\/home\/[^/]+$/.test(home)
  return [crowded ? path : home, ...around]
}

function modulesAround(path: string): readonly string[] {
  const names = realpathSync(path).split(sep)
  const folders = names.map((_, depth) => names.slice(0, depth + 1).join(sep) || sep)
  const found = folders.flatMap((folder) =>
    folder.endsWith(`${sep}node_modules`) ? [folder] : [join(folder, 'node_modules')],
  )
  return [...new Set(found)].filter((folder) => existsSync(folder) && statSync(folder).isDirectory())
}

/** Where the PATH has them; what is not there is found missing by its name. */
function programsOf(names: readonly string[]): readonly string[] {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder.startsWith(sep))
  const found = names.flatMap(
    (name) => folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? [],
  )
  return found.map((path) => join(realpathSync(dirname(path)), basename(path)))
}
