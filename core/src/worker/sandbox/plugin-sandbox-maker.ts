import { execFile } from 'node:child_process'
import { chmod, mkdir, readdir, rm } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import type { EnclosedPlugin, PluginEnclosure, PluginSandbox } from '../../host/isolated/plugin-sandbox.js'
import { isGrantedVariable, noPermissions } from '../../host/permissions.js'
import { readStat } from '../process-table.js'
import { type BuildUser, buildUser } from './build-user.js'
import { give } from './give.js'
import { pluginView } from './plugin-view.js'
import type { SandboxMaker } from './sandbox-maker.js'
import { whyNoSandbox } from './why-no-sandbox.js'

const run = promisify(execFile)

/** Milliseconds that an empty sandbox may take to come and go. */
const patience = 20_000

/** Variables that hold no secret, and that programs work badly without. */
const usualVariables = /^(?:PATH|LANG|LANGUAGE|LC_\w+|TZ|NODE_ENV|NODE_EXTRA_CA_CERTS)$/

/** A proxy's address may hold a password, so it is for plugins that may use the network. */
const proxyVariables = /^(?:https?_proxy|no_proxy|all_proxy)$/i

/**
 * Encloses plugins' processes with bubblewrap. Folders of jobs come while a process runs, so its sandbox lies in a mount
 * namespace of its own that shares one folder with it (the shelf): what is mounted there appears in the sandbox, read-only
 * but for the mounts themselves. So a plugin can put no link in the place of a folder that the server uses.
 */
export class PluginSandboxMaker implements PluginSandbox {
  readonly #user: BuildUser | undefined = buildUser()
  #problem: Promise<string | undefined> | undefined
  #shelves = 0

  constructor(
    readonly dataFolder: string,
    /** Makes what builds and plugins see of the machine. */
    readonly builds: SandboxMaker,
  ) {}

  async problem(): Promise<string | undefined> {
    this.#problem ??= this.#try()
    const problem = await this.#problem
    if (problem !== undefined) this.#problem = undefined // the operator may have mended it meanwhile
    return problem
  }

  async enclose(plugin: EnclosedPlugin): Promise<PluginEnclosure> {
    const [shelf, work] = [await this.#newShelf(plugin.name), join(resolve(this.dataFolder), 'work')]
    await mkdir(plugin.dataFolder, { recursive: true, mode: 0o700 })
    if (this.#user) await give(plugin.dataFolder, this.#user, true)
    await mkdir(work, { recursive: true, mode: 0o700 })
    const view = this.builds.view
    const { options, readable, writable } = pluginView(plugin, { core: coreFolder(), work, shelf }, view)
    const bwrap = [
      ...['bwrap', '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent'],
      ...(this.#user ? [] : ['--unshare-user', ...ownIds()]),
      ...options,
      '--',
      ...view.lessRights(),
    ]
    return {
      command: [...this.#outer(shelf), ...bwrap],
      env: this.#environment(plugin),
      readable,
      writable,
      show: (pid, folder) => this.#show(pid, folder, shelf, insideOf(folder, work)),
      // Here it is an empty folder; where it is a mount, the mount goes with it.
      hide: (folder) => forget(join(shelf, insideOf(folder, work).split(sep, 1)[0] ?? '')),
      remove: () => forget(shelf),
    }
  }

  async #show(pid: number, folder: string, shelf: string, inside: string): Promise<void> {
    const place = join(shelf, inside)
    for (let way = place; way !== shelf; way = dirname(way)) await passable(way)
    if (this.#user) await give(folder, this.#user, true)
    const enter = ['-t', String(pid), ...(this.#user ? [] : ['-U', '--preserve-credentials']), '-m', '--']
    await run('nsenter', [...enter, 'mount', '--bind', '--', folder, place], { timeout: patience })
  }

  /** Named after this process, so that what a killed one left is known, and a command beside a server has its own. */
  async #newShelf(plugin: string): Promise<string> {
    const shelves = join(resolve(this.dataFolder), 'sandbox', 'plugins')
    const left = this.#shelves === 0 ? await readdir(shelves).catch(() => []) : []
    for (const name of left) if (readStat(Number(name.split('.')[0])) === undefined) await forget(join(shelves, name))
    const shelf = join(shelves, `${process.pid}.${++this.#shelves}.${plugin}`)
    await rm(shelf, { recursive: true, force: true })
    await passable(shelf)
    return shelf
  }

  /** A mount namespace whose shelf is shared with the sandbox that is made in it. */
  #outer(shelf: string): readonly string[] {
    const rights = this.#user ? [] : ['-U', '--map-root-user']
    const script = 'shelf=$1; shift; mount --bind -- "$shelf" "$shelf" && mount --make-shared -- "$shelf" && exec "$@"'
    return ['unshare', ...rights, '-m', '--propagation', 'private', '--', '/bin/sh', '-c', script, 'sh', shelf]
  }

  #environment({ permissions }: EnclosedPlugin): Readonly<Record<string, string>> {
    const kept = Object.entries(process.env).filter(
      ([name]) =>
        usualVariables.test(name) ||
        (permissions.network && proxyVariables.test(name)) ||
        (!name.startsWith('PENSTOCK_') && isGrantedVariable(name, permissions)),
    )
    return { ...(Object.fromEntries(kept) as Record<string, string>), HOME: '/tmp', USER: 'build', TMPDIR: '/tmp' }
  }

  async #try(): Promise<string | undefined> {
    const name = 'probe-of-the-sandbox'
    const dataFolder = join(this.dataFolder, 'sandbox', name)
    const place = { kind: 'folder', path: coreFolder(), bundled: true } as const
    let made: PluginEnclosure | undefined
    try {
      made = await this.enclose({ name, place, dataFolder, permissions: noPermissions })
      const [program = '', ...options] = [...made.command, process.execPath, '--version']
      await run(program, options, { timeout: patience, env: made.env })
      return undefined
    } catch (error) {
      return whyNoSandbox(error as Error & { readonly stderr?: string; readonly code?: string | number }, 'plugins')
    } finally {
      await made?.remove()
      await forget(dataFolder)
    }
  }
}

function insideOf(folder: string, work: string): string {
  if (folder.startsWith(`${work}${sep}`)) return folder.slice(work.length + 1)
  throw new Error(`${folder} is no folder of an action`)
}

async function forget(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true }).catch(() => {})
}

/** Made for the builds' user to pass through, whatever the server's umask is. */
async function passable(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  await chmod(folder, 0o755)
}

/** In the sandbox a plugin has the ids that the server has outside. */
function ownIds(): readonly string[] {
  return ['--uid', String(process.getuid?.() ?? 0), '--gid', String(process.getgid?.() ?? 0)]
}

/** @penstock/core itself. */
function coreFolder(): string {
  return resolve(__dirname, '..', '..', '..')
}
