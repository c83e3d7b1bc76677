/** Where the control groups of steps are made: below a group that was delegated to this server. */
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { Cgroup } from './cgroup.js'
import type { StepLimits } from './limits.js'

/** Where the kernel shows its groups, and says which one is ours. */
export interface CgroupPlaces {
  readonly root: string
  readonly own: string
}

const usualPlaces: CgroupPlaces = { root: '/sys/fs/cgroup', own: '/proc/self/cgroup' }

/** What `DelegateSubgroup` of the unit calls the group of the server's own process. */
const serverGroup = 'server'

const wanted = ['memory', 'pids', 'cpu'] as const

/** The groups of one worker's steps. */
export class Cgroups {
  private constructor(
    readonly folder: string,
    readonly controllers: ReadonlySet<string>,
  ) {}

  /**
   * `configured`: penstock.yaml's `worker.cgroup`, an absolute path. Without it, `builds` beside the group that this process
   * was started in, when a service's unit put it into one of its own (Delegate and DelegateSubgroup). A service whose own
   * process is in the delegated group itself is left alone: systemd could not start it again while a build goes on.
   * Errors: what is configured and cannot be used, as a sentence.
   */
  static open(configured: string | undefined, places: CgroupPlaces = usualPlaces): Cgroups | undefined {
    if (configured === undefined) return Cgroups.#beside(places)
    try {
      return Cgroups.#in(configured)
    } catch (error) {
      throw new Error(
        `worker.cgroup is '${configured}', in which no control groups can be made (${(error as Error).message}): it must be a folder of a cgroup v2 file system that belongs to the server's user and holds no process; without it limits are looked after twice a second`,
      )
    }
  }

  static #in(folder: string): Cgroups {
    if (!existsSync(join(folder, 'cgroup.procs'))) throw new Error('it has no cgroup.procs')
    accessSync(folder, constants.W_OK)
    return new Cgroups(folder, hand(folder))
  }

  static #beside(places: CgroupPlaces): Cgroups | undefined {
    const service = delegated(places)
    if (service === undefined) return undefined
    const folder = join(service, 'builds')
    try {
      hand(service)
      mkdirSync(folder, { recursive: true })
      return Cgroups.#in(folder)
    } catch {
      return undefined // not delegated after all
    }
  }

  /** A group for one step of an action. Errors: those of the file system. */
  make(action: string, step: string, limits: StepLimits): Cgroup {
    const made = new Cgroup(join(this.folder, `${action}-${step}`))
    made.make(limits, this.controllers)
    return made
  }

  /** Takes away what a killed server left of actions that are not there any more. */
  sweep(actions: ReadonlySet<string>): void {
    for (const name of readdirSync(this.folder, { withFileTypes: true })) {
      if (!name.isDirectory() || actions.has(name.name.replace(/-\d+$/, ''))) continue
      try {
        rmdirSync(join(this.folder, name.name))
      } catch {
        // Something is in it that is not ours.
      }
    }
  }
}

/** Lets the groups in a folder have controllers of their own; answers which. */
function hand(folder: string): ReadonlySet<string> {
  const there = new Set(words(join(folder, 'cgroup.controllers')))
  const handed = wanted.filter((name) => there.has(name))
  try {
    writeFileSync(join(folder, 'cgroup.subtree_control'), handed.map((name) => `+${name}`).join(' '))
  } catch {
    // Who made the folder may have done it; what the groups really have is read below.
  }
  const has = new Set(words(join(folder, 'cgroup.subtree_control')).map((name) => name.replace(/^\+/, '')))
  return new Set(handed.filter((name) => has.has(name)))
}

function delegated({ root, own }: CgroupPlaces): string | undefined {
  const [, path] = /^0::(.+)$/m.exec(read(own)) ?? []
  if (path === undefined || basename(path) !== serverGroup || !dirname(path).endsWith('.service')) return undefined
  return join(root, dirname(path))
}

function words(path: string): readonly string[] {
  return read(path)
    .split(/\s+/)
    .filter((word) => word !== '')
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
