import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { type WorkFolder, workFolder } from '../workspace.js'
import { makeFolders, ownFolders, SandboxView } from './bubblewrap.js'
import { type BuildUser, buildUser, sandboxHome } from './build-user.js'
import type { Enclosure, EnclosureMaker } from './enclosure.js'
import { copyEtc } from './etc-copy.js'
import { give } from './give.js'
import type { StepIsolation } from './isolation.js'
import { whyNoSandbox } from './why-no-sandbox.js'

const run = promisify(execFile)

/** Milliseconds that an empty sandbox may take to come and go. */
const patience = 10_000

/** What a maker of sandboxes is told of its worker. */
export interface SandboxMakerParts {
  readonly dataFolder: string
  /** Folders and files that no build may see; the data folder is one anyway. */
  readonly hidden: readonly string[]
  /** Root's builds run as this user; found out when absent. */
  readonly user?: BuildUser
}

/** Makes sandboxes with bubblewrap. */
export class SandboxMaker implements EnclosureMaker {
  readonly #user: BuildUser | undefined
  #view: SandboxView | undefined
  #ownCount = true

  constructor(readonly parts: SandboxMakerParts) {
    this.#user = parts.user ?? buildUser()
  }

  /** Makes an empty one, as a step's would be. */
  async problem(): Promise<string | undefined> {
    const own = join(this.parts.dataFolder, 'sandbox')
    await mkdir(own, { recursive: true, mode: 0o700 })
    const folder = await mkdtemp(join(own, 'probe-'))
    try {
      await this.#try(workFolder(folder, 'probe'))
      return undefined
    } catch (error) {
      return whyNoSandbox(error as Error & { readonly stderr?: string; readonly code?: string | number })
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async enclose(folder: WorkFolder, isolation: StepIsolation): Promise<Enclosure> {
    await this.#prepare(folder, isolation)
    return { command: this.view.command(folder, isolation), env: { HOME: sandboxHome, USER: 'build', TMPDIR: '/tmp' } }
  }

  /** What every sandbox shows of the machine. */
  get view(): SandboxView {
    this.#view ??= new SandboxView({
      hidden: [this.parts.dataFolder, ...this.parts.hidden],
      etc: copyEtc(this.parts.dataFolder, this.#user ?? ownIds()),
      path: process.env.PATH ?? '',
      ownCount: this.#ownCount,
      ...(this.#user ? { user: this.#user } : {}),
    })
    return this.#view
  }

  async #prepare(folder: WorkFolder, isolation: StepIsolation): Promise<void> {
    makeFolders(folder, isolation)
    if (this.#user === undefined) return
    const { files, temporary, home } = folder
    // What the provider wrote into the workspace since the last step, and what was unpacked.
    await give(files, this.#user, true)
    const given = [temporary, home, ...(isolation.cache === undefined ? [] : [isolation.cache]), ...ownFolders(folder)]
    for (const path of given) await give(path, this.#user, false)
  }

  async #try(folder: WorkFolder): Promise<void> {
    const isolation: StepIsolation = { level: 'sandbox', network: true, readOnly: [], writable: [], limits: {} }
    await this.#prepare(folder, isolation)
    const attempt = () => {
      const [program = '', ...options] = this.view.command(folder, isolation)
      const quiet = options.filter(
        (_, index) => options[index] !== '--json-status-fd' && options[index - 1] !== '--json-status-fd',
      )
      return run(program, [...quiet, '/bin/true'], { timeout: patience })
    }
    try {
      await attempt()
    } catch (error) {
      // A machine may let root make namespaces and nobody else: then the processes of all builds are counted together.
      if (!/^unshare: /m.test((error as { readonly stderr?: string }).stderr ?? '')) throw error
      this.#ownCount = false
      this.#view = undefined
      await attempt()
    }
  }
}

function ownIds(): BuildUser {
  return { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }
}
