/** One step's control group (cgroup v2): the kernel limits and counts all of its processes together, whatever they do to hide. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { LimitName, StepLimits } from './limits.js'

/** Milliseconds that processes which were killed have to be gone, so that their group can go. */
const pauses = [0, 5, 20, 100, 500]

export class Cgroup {
  /** `path`: its folder, absolute. */
  constructor(readonly path: string) {}

  /** Makes the group and sets its limits, as far as the kernel has the controllers for them. Errors: those of the file system. */
  make({ memory, processes }: StepLimits, controllers: ReadonlySet<string>): void {
    mkdirSync(this.path, { recursive: true })
    if (memory !== undefined && controllers.has('memory')) {
      this.#write('memory.max', String(memory))
      // What the kernel ends ends as a whole: a build of which one process is missing would only be harder to understand.
      this.#write('memory.oom.group', '1')
      if (existsSync(join(this.path, 'memory.swap.max'))) this.#write('memory.swap.max', '0')
    }
    if (processes !== undefined && controllers.has('pids')) this.#write('pids.max', String(processes))
  }

  /** What a process writes `0` into to join. */
  get door(): string {
    return join(this.path, 'cgroup.procs')
  }

  /** Seconds of processor time that all processes took which are or were in it; `undefined` where the kernel does not say. */
  cpuSeconds(): number | undefined {
    const microseconds = this.#read('cpu.stat', 'usage_usec')
    return microseconds === undefined ? undefined : microseconds / 1e6
  }

  /** Which limit the kernel enforced on a command that ended so. */
  enforced(exitCode: number): LimitName | undefined {
    if ((this.#read('memory.events', 'oom_kill') ?? 0) > 0) return 'memory'
    // What was refused a process and came to good end all the same had no need of it.
    return exitCode !== 0 && (this.#read('pids.events', 'max') ?? 0) > 0 ? 'processes' : undefined
  }

  /** Ends every process in it with SIGKILL, those that hide from us included. Older kernels than 5.14 cannot. */
  kill(): void {
    const file = join(this.path, 'cgroup.kill')
    if (existsSync(file)) writeFileSync(file, '1')
  }

  /** Ends what is left in it, and takes it away. Never rejects: one that stays is taken away with the next start. */
  async remove(removeFolder: (path: string) => void = rmdirSync): Promise<void> {
    for (const pause of pauses) {
      try {
        if (!existsSync(this.path)) return
        this.kill()
        removeFolder(this.path)
        return
      } catch {
        await new Promise((resolve) => setTimeout(resolve, pause))
      }
    }
  }

  #write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text)
  }

  #read(file: string, member: string): number | undefined {
    try {
      const [, found] = new RegExp(`^${member} (\\d+)$`, 'm').exec(readFileSync(join(this.path, file), 'latin1')) ?? []
      return found === undefined ? undefined : Number(found)
    } catch {
      return undefined
    }
  }
}
