/** Asks a host until all its checks have passed, or one of them had its time. */
import { type Clock, sleep } from '@penstock/core'
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
  }: { readonly clock: Clock; readonly signal: AbortSignal; readonly shell: () => Promise<Shell> },
): Promise<string | undefined> {
  for (const given of checks) {
    const check = forHost(given, host)
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

/** With the host's names in the place of `%h` and `%n`. */
export function forHost(check: HealthCheck, host: GroupHost): HealthCheck {
  const fill = (text: string | undefined) => text?.replace(/%([hn%])/g, (_, letter: string) => wordFor(letter, host))
  const { http, tcp, command, ...rest } = check
  return {
    ...rest,
    ...(http === undefined ? {} : { http: fill(http) ?? '' }),
    ...(tcp === undefined ? {} : { tcp: fill(tcp) ?? '' }),
    ...(command === undefined ? {} : { command: fill(command) ?? '' }),
  }
}

function wordFor(letter: string, { id, target }: GroupHost): string {
  if (letter === '%') return '%'
  if (letter === 'n') return id
  return target === 'local' ? 'localhost' : target.host
}
