/** Asks a host until all its checks have passed, or one of them had its time. */
import { type Clock, defined, sleep } from '@penstock/core'
import type { GroupHost } from '../group/deployment-group.js'
import type { Shell } from '../shell/shell.js'
import { askOnce, type HealthCheck, nameOf } from './check.js'

/** Milliseconds between two tries. */
const PAUSE = 1000

/** What is wrong with the host, in words; nothing once every check has passed. */
export async function untilHealthy(
  host: GroupHost,
  checks: readonly HealthCheck[],
  {
    clock,
    signal,
    shell,
    release,
  }: {
    readonly clock: Clock
    readonly signal: AbortSignal
    readonly shell: () => Promise<Shell>
    readonly release?: ReleaseNames
  },
): Promise<string | undefined> {
  for (const given of checks) {
    const check = forHost(given, host, release)
    const within = check.within ?? 60
    const until = clock.now() + within * 1000
    for (;;) {
      const problem = await askOnce(check, shell, signal)
      if (problem === undefined) break
      if (clock.now() + PAUSE > until) return `${nameOf(check)} has not passed within ${within} s: ${problem}`
      await sleep(clock, PAUSE, signal)
    }
  }
  return undefined
}

/** Of a release that is checked before it takes over, blue/green. */
export interface ReleaseNames {
  readonly color: string
  readonly port: string
}

/** With the host's names in the place of `%h` and `%n`, and those of a release in the place of `%p` and `%c`. */
export function forHost(check: HealthCheck, host: GroupHost, release?: ReleaseNames): HealthCheck {
  const letters = release === undefined ? /%([hn%])/g : /%([hnpc%])/g
  const fill = (text: string | undefined) =>
    text?.replace(letters, (_, letter: string) => wordFor(letter, host, release))
  const { http, tcp, command, ...rest } = check
  return { ...rest, ...defined({ http: fill(http), tcp: fill(tcp), command: fill(command) }) }
}

function wordFor(letter: string, { id, target }: GroupHost, release: ReleaseNames | undefined): string {
  if (letter === '%') return '%'
  if (letter === 'n') return id
  if (letter === 'p') return release?.port ?? ''
  if (letter === 'c') return release?.color ?? ''
  return target === 'local' ? 'localhost' : target.host
}
