/** Looks whether somebody changed deployed files by hand. */
import { type Clock, isJobFailed } from '@penstock/core'
import { Frames } from '../deploy/frames.js'
import type { DeploymentGroup, GroupHost } from '../group/deployment-group.js'
import { driftScript } from '../onhost/scripts.js'
import { quote } from '../shell/quote.js'
import type { Shell } from '../shell/shell.js'
import { newToken } from '../shell/token.js'
import type { HostRecord } from './records.js'

export type Drift = NonNullable<HostRecord['drift']>

/** Hosts that are asked at the same time. */
const AT_ONCE = 16

/** What was found on a host, or why it could not be asked; nothing when nothing was installed there. */
export interface DriftAnswer {
  readonly host: string
  readonly drift?: Drift
  readonly problem?: string
}

/** Asks all hosts of a group. Never rejects because of a host. */
export async function findDrift(
  { hosts }: DeploymentGroup,
  groupId: string,
  open: (host: GroupHost) => Promise<Shell>,
  clock: Clock,
): Promise<DriftAnswer[]> {
  const answers: DriftAnswer[] = []
  for (let at = 0; at < hosts.length; at += AT_ONCE) {
    answers.push(
      ...(await Promise.all(hosts.slice(at, at + AT_ONCE).map((host) => askHost(host, groupId, open, clock)))),
    )
  }
  return answers
}

async function askHost(
  host: GroupHost,
  groupId: string,
  open: (host: GroupHost) => Promise<Shell>,
  clock: Clock,
): Promise<DriftAnswer> {
  let shell: Shell | undefined
  try {
    shell = await open(host)
    const lines = await linesOf(shell, host.root, groupId)
    const total = lines.find((line) => line.startsWith('total '))
    if (total === undefined) return { host: host.id }
    const changed = lines.filter((line) => /^(missing|changed) /.test(line))
    return { host: host.id, drift: { time: clock.now(), changed, total: Number(total.slice(6)) } }
  } catch (error) {
    if (!isJobFailed(error) && !(error instanceof Error)) throw error
    return { host: host.id, problem: error.message }
  } finally {
    await shell?.close()
  }
}

async function linesOf(shell: Shell, root: string, groupId: string): Promise<string[]> {
  const token = newToken()
  const lines: string[] = []
  const frames = new Frames(
    token,
    () => undefined,
    (line) => void lines.push(line),
  )
  const words = [token, root, groupId].map((word) => (word === '' ? "''" : quote(word)))
  const exit = await shell.run('exec /bin/sh -s', {
    input: `set -- ${words.join(' ')}\n${driftScript()}`,
    onOutput: (piece) => frames.add(piece),
  })
  if (exit.code !== 0)
    throw new Error(
      `the host could not be looked at (exit code ${exit.code}): ${exit.stderr.trim().split('\n').at(-1)}`,
    )
  return lines
}
