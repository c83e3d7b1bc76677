import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '../api/client.js'

/** Names one action's run. */
export interface TailedAction {
  readonly pipelineName: string
  readonly pipelineExecutionId: string
  readonly actionExecutionId: string
}

/** How long one question waits for more, seconds; and how long after an empty answer that came at once, milliseconds. */
const patience = 20
const breath = 300

/** Hands every piece of a log to `write`, from `from` on, until it is whole or the signal comes. */
export async function tail(
  client: Client,
  action: TailedAction,
  write: (text: string) => void,
  { from = 0, signal }: { readonly from?: number; readonly signal?: AbortSignal } = {},
): Promise<void> {
  let at = from
  while (!signal?.aborted) {
    const piece = await client.readLog({ ...action, from: at, wait: patience })
    if (piece.text !== '') write(piece.text)
    const stuck = piece.next === at
    at = piece.next
    if (piece.complete) return
    if (stuck) await pause(breath, undefined, signal ? { signal } : {}).catch(() => {})
  }
}

/**
 * Cuts pieces into lines; `end` hands out what is left. Of a line that was written over itself (progress bars go back to its
 * beginning with a carriage return) only the last state is a line, as on a terminal.
 */
export function byLine(write: (line: string) => void): { push(text: string): void; end(): void } {
  let rest = ''
  return {
    push(text) {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) write(lastState(line))
      // A carriage return at the very end may be the first half of a line break.
      rest = rest.slice(rest.lastIndexOf('\r', rest.length - 2) + 1)
    },
    end() {
      if (rest !== '') write(lastState(rest))
      rest = ''
    },
  }
}

function lastState(line: string): string {
  const shown = line.replace(/\r+$/, '')
  return shown.slice(shown.lastIndexOf('\r') + 1)
}
