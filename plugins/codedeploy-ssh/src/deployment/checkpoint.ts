/** A deployment's place, small enough for a continuation token: an id and one letter a host. */
import { createHash } from 'node:crypto'
import type { FleetHost } from '../fleet/fleet.js'

export interface Place {
  readonly deploymentId: string
  /** Milliseconds since the epoch. */
  readonly started: number
  /** Status by host, in the order of the group. */
  readonly hosts: readonly FleetHost['status'][]
  /** Of a rollback that was begun: its deployment and why. */
  readonly rollbackOf?: { readonly deploymentId: string; readonly message: string }
}

const LETTERS: Readonly<Record<FleetHost['status'], string>> = {
  Pending: '.',
  InProgress: 'I',
  Succeeded: 'S',
  Failed: 'F',
  Skipped: 'K',
}

/** JSON of at most 2,048 characters for up to 1,000 hosts. */
export function writePlace(place: Place, hostIds: readonly string[]): unknown {
  return {
    v: 1,
    id: place.deploymentId,
    at: place.started,
    group: fingerprintOf(hostIds),
    hosts: place.hosts.map((status) => LETTERS[status]).join(''),
    ...(place.rollbackOf === undefined
      ? {}
      : { of: place.rollbackOf.deploymentId, why: place.rollbackOf.message.slice(0, 200) }),
  }
}

/** The place kept before; `undefined` when there is none, or the group has other hosts by now. */
export function readPlace(checkpoint: unknown, hostIds: readonly string[]): Place | undefined {
  if (typeof checkpoint !== 'object' || checkpoint === null) return undefined
  const { v, id, at, group, hosts, of, why } = checkpoint as Record<string, unknown>
  if (v !== 1 || typeof id !== 'string' || typeof hosts !== 'string' || group !== fingerprintOf(hostIds))
    return undefined
  const statuses = [...hosts].map((letter) => statusOf(letter))
  return {
    deploymentId: id,
    started: Number(at),
    hosts: statuses,
    ...(typeof of === 'string' ? { rollbackOf: { deploymentId: of, message: String(why) } } : {}),
  }
}

/** The deployment that a checkpoint is about. */
export function deploymentOf(checkpoint: unknown): string | undefined {
  const id = (checkpoint as { readonly id?: unknown } | undefined | null)?.id
  return typeof id === 'string' ? id : undefined
}

function statusOf(letter: string): FleetHost['status'] {
  const found = Object.entries(LETTERS).find(([, known]) => known === letter)
  return (found?.[0] ?? 'Pending') as FleetHost['status']
}

function fingerprintOf(hostIds: readonly string[]): string {
  return createHash('sha256').update(hostIds.join('\n')).digest('hex').slice(0, 12)
}
