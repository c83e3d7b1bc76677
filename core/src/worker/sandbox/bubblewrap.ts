import { existsSync, mkdirSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { dirname, join, sep } from 'node:path'
import type { WorkFolder } from '../workspace.js'
import { type BuildUser, sandboxHome } from './build-user.js'
import { liveInEtc, makePlaces } from './etc-copy.js'
import type { StepIsolation } from './isolation.js'
import { machineView } from './machine-view.js'
import { findToolChains, isBelow } from './tool-chains.js'

/** What all sandboxes of one worker have in common. */
export interface SandboxSettings {
  /** Folders and files that no build may see, wherever they are: the data folder, penstock.yaml, keys elsewhere. */
  readonly hidden: readonly string[]
  /** What builds see as /etc: a folder with an `etc` in it. */
  readonly etc: string
  /** Whose processes builds are, when the server is root's. */
  readonly user?: BuildUser
  /** Whether that user may have a user namespace, which gives each step a count of processes of its own. */
  readonly ownCount: boolean
  /** Where programs are looked for. */
  readonly path: string
}

/** Bytes of /dev/shm, which is memory. */
const sharedMemory = 256 * 1024 * 1024

/** The read-only part of every sandbox: found once, since it takes some hundred looks at the disk. */
export class SandboxView {
  readonly #machine = machineView()
  readonly toolChains: readonly string[]
  readonly shut: readonly string[]

  constructor(readonly settings: SandboxSettings) {
    const { open, shut } = findToolChains(settings.path)
    this.toolChains = open
    this.shut = shut
  }

  /** The whole command line before the shell. */
  command(folder: WorkFolder, isolation: StepIsolation): readonly string[] {
    const { readOnly, writable, cache, network } = isolation
    makePlaces(this.settings.etc, [...readOnly, ...writable])
    const usual = ['/usr', '/opt', '/etc', '/var/lib/gems', '/nix/store', '/snap', '/tmp', sandboxHome]
    const opened = [...usual, ...this.toolChains, ...readOnly, ...writable]
    return [
      ...['bwrap', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent'],
      ...(this.settings.user ? [] : ['--unshare-user']),
      ...(network ? [] : ['--unshare-net']),
      ...['--json-status-fd', '8'],
      ...ways(['/etc', '/usr/bin', '/var/lib', `${sandboxHome}/.cache`, '/sys/devices/system']),
      ...this.#machine,
      ...['--proc', '/proc', '--dev', '/dev'],
      ...['--perms', '1777', '--size', String(sharedMemory), '--tmpfs', '/dev/shm', '--remount-ro', '/dev'],
      ...etcMounts(this.settings.etc),
      ...['--bind', folder.temporary, '/tmp', '--symlink', '/tmp', '/var/tmp', '--dir', '/run'],
      ...['--symlink', '/run', '/var/run', '--bind', folder.home, sandboxHome],
      ...(cache === undefined ? [] : ['--bind', cache, join(sandboxHome, '.cache')]),
      ...ways([...this.toolChains, ...readOnly, ...writable]),
      ...this.toolChains.flatMap(bound('--ro-bind-try')),
      ...readOnly.flatMap(bound('--ro-bind')),
      ...writable.flatMap(bound('--bind')),
      ...this.masks(opened),
      ...ways(ownFolders(folder)),
      ...ownFolders(folder).flatMap(bound('--bind')),
      ...(existsSync(folder.secrets) ? bound('--ro-bind')(folder.secrets) : []),
      ...['--remount-ro', '/', '--'],
      ...this.lessRights(),
    ]
  }

  /** Nothing of ours shows through a folder that is open for another reason: /opt/penstock, say. One with a slash at its end stands for what is in it. */
  masks(opened: readonly string[]): readonly string[] {
    const folders = opened.map(real)
    return this.settings.hidden
      .filter((path) => existsSync(path))
      .map((path) => realpathSync(path))
      .filter((path) => isBelow(path, folders))
      .flatMap((path) => (statSync(path).isDirectory() ? ['--tmpfs', path] : ['--ro-bind', '/dev/null', path]))
  }

  /** From root to the builds' user, for good, and into a user namespace where only that user is anybody. */
  lessRights(): readonly string[] {
    const { user, ownCount } = this.settings
    if (user === undefined) return []
    return [
      ...['setpriv', `--reuid=${user.uid}`, `--regid=${user.gid}`, '--clear-groups'],
      ...['--bounding-set=-all', '--inh-caps=-all', '--'],
      ...(ownCount ? ['unshare', '--user', '--map-current-user', '--'] : []),
    ]
  }
}

/** What changes while a machine runs, or is large, is the machine's own; the rest of /etc is a copy. */
export function etcMounts(copy: string): readonly string[] {
  const live = liveInEtc().map((name) => join('/etc', name))
  return [
    ...['--ro-bind', join(copy, 'etc'), '/etc'],
    ...live.flatMap((path) => ['--ro-bind', realpathSync(path), path]),
  ]
}

/** What a step may write of its action: each its own mount, so that a build cannot put a link in its place. */
export function ownFolders({ files, inputs }: WorkFolder): readonly string[] {
  const unpacked = existsSync(inputs) ? readdirSync(inputs).map((name) => join(inputs, name)) : []
  return [files, ...unpacked]
}

/** Makes the folders that a sandbox is made of. */
export function makeFolders({ files, temporary, home }: WorkFolder, { cache }: StepIsolation): void {
  for (const path of [files, temporary, home, ...(cache === undefined ? [] : [cache, join(home, '.cache')])]) {
    mkdirSync(path, { recursive: true, mode: 0o755 })
  }
}

/** The folders on the way to a mount, for everybody to pass through: bwrap would make them as private as what is mounted. */
export function ways(paths: readonly string[]): readonly string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    const names = dirname(path).split(sep)
    for (let depth = 2; depth <= names.length; depth++) folders.add(names.slice(0, depth).join(sep))
  }
  return [...folders].flatMap((path) => ['--perms', '0755', '--dir', path])
}

function bound(option: string): (path: string) => readonly string[] {
  return (path) => [option, path, path]
}

function real(path: string): string {
  if (!existsSync(path)) return path
  return path.endsWith(sep) ? join(realpathSync(path), sep) : realpathSync(path)
}
