import { readdirSync, readFileSync } from 'node:fs'

/** One line of /proc/PID/stat, as far as we look. */
export interface ProcessStat {
  readonly pid: number
  /** At most 15 characters of its program's name. */
  readonly name: string
  /** `Z` for a zombie. */
  readonly state: string
  readonly parent: number
  readonly group: number
  readonly session: number
  /** Field 22: clock ticks since boot. With the pid and the boot id it names a process for good. */
  readonly startTime: string
  /** Processor time of its own and of the children that it has waited for, in clock ticks (100 a second). */
  readonly cpuTicks: number
  /** Pages of memory, with those that it shares. */
  readonly residentPages: number
}

/** The process with this pid, or `undefined` when there is none. */
export function readStat(pid: number): ProcessStat | undefined {
  let text: string
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'latin1')
  } catch {
    return undefined
  }
  // The second field is the name in parentheses and may hold anything, parentheses too.
  const end = text.lastIndexOf(')')
  const fields = text.slice(end + 2).split(' ')
  const [state = '', parent, group, session] = fields
  return {
    pid,
    name: text.slice(text.indexOf('(') + 1, end),
    state,
    parent: Number(parent),
    group: Number(group),
    session: Number(session),
    startTime: fields[19] ?? '',
    // With the children that it has waited for.
    cpuTicks: Number(fields[11]) + Number(fields[12]) + Number(fields[13]) + Number(fields[14]),
    residentPages: Number(fields[21]),
  }
}

/** The pids of all processes that can be seen now. */
export function listProcessIds(): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
}

/** Every process that can be seen now. */
export function listProcesses(): readonly ProcessStat[] {
  return listProcessIds()
    .map(readStat)
    .filter((stat) => stat !== undefined)
}

/** The value of one variable in the environment that a process began with; `undefined` also when it is not ours to read. */
export function environmentValue(pid: number, name: string): string | undefined {
  let environment: string
  try {
    environment = readFileSync(`/proc/${pid}/environ`, 'latin1')
  } catch {
    return undefined
  }
  const found = `\0${environment}`.split(`\0${name}=`, 2)[1]
  return found === undefined ? undefined : Buffer.from(found.split('\0', 1)[0] ?? '', 'latin1').toString()
}

let bootIdRead: string | undefined

/** Changes with every boot of the machine: what ran under another one is gone. */
export function bootId(): string {
  bootIdRead ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim()
  return bootIdRead
}

/** What a step's supervisor wrote down about itself. */
export interface ProcessIdentity {
  readonly pid: number
  readonly startTime: string
  readonly bootId: string
}

/** True while exactly this process runs: same boot, same pid, same start time, and not a zombie. */
export function isAlive(identity: ProcessIdentity): boolean {
  if (identity.bootId !== bootId()) return false
  const stat = readStat(identity.pid)
  return stat !== undefined && stat.startTime === identity.startTime && stat.state !== 'Z'
}
