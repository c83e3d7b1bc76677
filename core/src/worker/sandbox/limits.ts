/** What one step may use. Each absent one is not limited. */
export interface StepLimits {
  /** Processor time of all of its processes together, seconds. */
  readonly cpuSeconds?: number
  /** Bytes, of all of its processes together. */
  readonly memory?: number
  readonly processes?: number
  /** Of one process. */
  readonly openFiles?: number
  /** Bytes below the action's folder. */
  readonly workspace?: number
  /** Files, links and folders there: a file system has room for so many, however small they are. */
  readonly files?: number
  /** Bytes of the action's log. */
  readonly log?: number
}

export const limitNames = ['cpuSeconds', 'memory', 'processes', 'openFiles', 'workspace', 'files', 'log'] as const
export type LimitName = (typeof limitNames)[number]

/** Which limit, in the words that end "it used more than ...". */
export function limitWords(name: LimitName, value: number): string {
  const words: Record<LimitName, () => string> = {
    cpuSeconds: () => `${value} s of processor time`,
    memory: () => `${sizeWords(value)} of memory`,
    processes: () => `${value} processes`,
    openFiles: () => `${value} open files`,
    workspace: () => `${sizeWords(value)} of disk for its workspace`,
    files: () => `${value} files in its workspace`,
    log: () => `${sizeWords(value)} of log`,
  }
  return words[name]()
}

const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `2 GiB`: the largest unit that leaves at least 1, with at most one digit behind the point. */
export function sizeWords(bytes: number): string {
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)))
  return `${Math.round((bytes / 1024 ** power) * 10) / 10} ${units[power]}`
}

/** `2 GiB`, `512MiB`, `2G`, as bytes; `undefined` for what is no size. K, M, G and T are powers of 1024. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([KMGT]?)(?:i?B)?$/.exec(text) ?? []
  return number === undefined ? undefined : Math.floor(Number(number) * 1024 ** ' KMGT'.indexOf(unit || ' '))
}
