import { setTimeout as pause } from 'node:timers/promises'
import type { Principal } from '../../domain/access.js'
import type { LogService, ServerServices } from '../../host/services.js'
import type { Client, LogPiece, LogWanted } from '../api/client.js'

/** The parts in this very process as commands see a server. Errors: the engine's Faults. */
export function inProcess({ operations, logs }: ServerServices, by: Principal): Client {
  return {
    ...operations.for(by),
    pageUrl: undefined,
    readLog: (wanted) => readLog(logs, wanted),
    close() {},
  }
}

async function readLog(logs: LogService, { actionExecutionId: id, from, wait }: LogWanted): Promise<LogPiece> {
  const deadline = Date.now() + wait * 1000
  for (;;) {
    const piece = await logs.read(id, from)
    if ((piece && (piece.next > from || piece.complete)) || Date.now() >= deadline)
      return piece ?? { text: '', next: from, complete: false }
    await whenMore(logs, id)
  }
}

/** A log that has not begun yet tells nobody: so it is looked at again soon. */
async function whenMore(logs: LogService, id: string): Promise<void> {
  const woken = new AbortController()
  const stop = logs.follow(id, () => woken.abort())
  await pause(500, undefined, { signal: woken.signal }).catch(() => {})
  stop()
}
