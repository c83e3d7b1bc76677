/** Drives hosts as the fleet's rules say; the only part that waits. */
import { type Fleet, type FleetErrorCode, nextMove, withStatus } from './fleet.js'

export interface FleetRun {
  readonly fleet: Fleet
  readonly succeeded: boolean
  readonly code?: FleetErrorCode
  readonly message?: string
}

export interface FleetDriver {
  /** Deploys to one host; resolves with whether it succeeded. */
  deploy(id: string): Promise<boolean>
  /** Told before a host starts and after it ended; awaited, so that the place is kept. */
  changed(fleet: Fleet): Promise<void>
  /** No further host is started once it is aborted. */
  readonly signal: AbortSignal
}

/**
 * Runs until the verdict. Hosts that are InProgress in the given fleet (after a restart) are taken up again first.
 * Hosts that were never started become Skipped.
 */
export async function runFleet(initial: Fleet, driver: FleetDriver): Promise<FleetRun> {
  let fleet = initial
  const running = new Map<string, Promise<{ id: string; succeeded: boolean }>>()
  const begin = (id: string) => {
    running.set(
      id,
      driver.deploy(id).then((succeeded) => ({ id, succeeded })),
    )
  }
  for (const host of fleet.hosts) if (host.status === 'InProgress') begin(host.id)
  for (;;) {
    const move = nextMove(fleet)
    const start = driver.signal.aborted ? [] : move.start
    if (start.length > 0) {
      for (const id of start) fleet = withStatus(fleet, id, 'InProgress')
      await driver.changed(fleet)
      for (const id of start) begin(id)
      continue
    }
    if (running.size === 0) return ended(skipRest(fleet), move)
    const { id, succeeded } = await Promise.race(running.values())
    running.delete(id)
    fleet = withStatus(fleet, id, succeeded ? 'Succeeded' : 'Failed')
    await driver.changed(fleet)
  }
}

function skipRest(fleet: Fleet): Fleet {
  const hosts = fleet.hosts.map((host) => (host.status === 'Pending' ? { ...host, status: 'Skipped' as const } : host))
  return { ...fleet, hosts }
}

function ended(fleet: Fleet, { verdict }: ReturnType<typeof nextMove>): FleetRun {
  if (verdict?.status === 'Succeeded') return { fleet, succeeded: true }
  if (verdict === undefined) return { fleet, succeeded: false, message: 'the deployment was stopped' }
  return { fleet, succeeded: false, code: verdict.code, message: verdict.message }
}
