import { readFileSync } from 'node:fs'
import type { StepLimits } from './limits.js'

/**
 * The kernel's limits of single processes, in shell. They hold even while no server looks: what is exact (`limit-watch.ts`)
 * counts all processes of a step together, and names the limit; these leave it the time to. Memory counts what a process may
 * write, not what it merely reserves, and runtimes ask for more than they use. A file may be as large as the workspace may be.
 */
export function ulimits(limits: StepLimits = {}): string {
  const { cpuSeconds, memory, openFiles, workspace, log } = limits
  const file = workspace === undefined ? undefined : Math.max(workspace, log ?? 0)
  return [
    // SIGXCPU, which says what it was, and KILL for who does not listen.
    line('S -t', cpuSeconds, 'Max cpu time'),
    line('H -t', cpuSeconds === undefined ? undefined : cpuSeconds + 5, 'Max cpu time'),
    line(
      'd',
      memory === undefined ? undefined : Math.ceil(Math.max(memory * 2, memory + spare) / 1024),
      'Max data size',
      1024,
    ),
    line('n', openFiles, 'Max open files'),
    line('f', file === undefined ? undefined : Math.ceil(file / fileBlock), 'Max file size', fileBlock),
  ].join('')
}

/**
 * In the sandbox's own user namespace, which has a count of its own: outside, all processes of the server's user would count.
 * dash calls the limit p, bash u.
 */
export function ulimitsInside({ processes }: StepLimits = {}): string {
  if (processes === undefined) return ''
  const most = Math.min(processes * 2, ownLimit('Max processes'))
  return `case \${BASH_VERSION-} in '') ulimit -p ${most} ;; *) ulimit -u ${most} ;; esac\n`
}

/** Bytes that one process may have beyond the limit until a look sees it. */
const spare = 1024 ** 3

/** Bytes: of dash; bash, which calls itself sh on Amazon Linux, counts in 1024 unless it is told to be POSIX, as sh is. */
const fileBlock = 512

function line(letter: string, wanted: number | undefined, name: string, unit = 1): string {
  if (wanted === undefined) return ''
  const most = Math.min(wanted, Math.floor(ownLimit(name) / unit))
  return `ulimit -${letter} ${most}\n`
}

let own: string | undefined

/** The server's own hard limit of a name in /proc/self/limits, above which nobody but root may go. */
export function ownLimit(name: string): number {
  own ??= readFileSync('/proc/self/limits', 'latin1')
  const [, hard] = new RegExp(`^${name} +\\S+ +(\\S+)`, 'm').exec(own) ?? []
  return hard === undefined || hard === 'unlimited' ? Number.POSITIVE_INFINITY : Number(hard)
}
