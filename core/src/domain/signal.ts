/** What servers on one database tell each other: that there may be something to see. Hints, never the truth. Pure. */

/** Signals that say all by their kind. Who may have missed some is sent each of them, and looks again. */
const plainKinds = ['jobs', 'cancels', 'outbox', 'action-types'] as const
type PlainKind = (typeof plainKinds)[number]
const logKinds = ['log', 'log-wanted'] as const
type LogKind = (typeof logKinds)[number]

/**
 * - `jobs`: some may be waiting; `cancels`: some that are held may not be wanted any more; `outbox`: something is to be told;
 *   `action-types`: the catalogue changed.
 * - `pipeline`: it, or this execution of it, changed.
 * - `log`: there is more of an action's log; `log-wanted`: somebody reads it on another server than the one that has it.
 */
export type Signal =
  | { readonly kind: PlainKind }
  | { readonly kind: 'pipeline'; readonly pipelineName: string; readonly pipelineExecutionId?: string }
  | { readonly kind: LogKind; readonly actionExecutionId: string }

/** To be sent to oneself after a time in which nothing was heard. */
export const plainSignals: readonly Signal[] = plainKinds.map((kind) => ({ kind }))

/** The text of a signal, as PostgreSQL carries it: servers of 0.1 on the same database read and write the same. */
export function encodeSignal(signal: Signal): string {
  switch (signal.kind) {
    case 'pipeline': {
      const { kind: _, ...change } = signal
      return JSON.stringify(change)
    }
    case 'log':
    case 'log-wanted':
      return `${signal.kind} ${signal.actionExecutionId}`
    default:
      return signal.kind
  }
}

/** The signal that a text is, or `undefined` when it is none: anybody with access to the database can send anything. */
export function decodeSignal(text: string): Signal | undefined {
  const plain = plainKinds.find((kind) => kind === text)
  if (plain) return { kind: plain }
  if (text.startsWith('{')) return readChange(text)
  const [word, ...rest] = text.split(' ')
  const kind = logKinds.find((one) => one === word)
  const actionExecutionId = rest.join(' ')
  return kind && actionExecutionId !== '' ? { kind, actionExecutionId } : undefined
}

function readChange(text: string): Signal | undefined {
  try {
    const { pipelineName, pipelineExecutionId } = JSON.parse(text) as Record<string, unknown>
    if (typeof pipelineName !== 'string' || pipelineName === '') return undefined
    if (pipelineExecutionId === undefined) return { kind: 'pipeline', pipelineName }
    return typeof pipelineExecutionId === 'string' ? { kind: 'pipeline', pipelineName, pipelineExecutionId } : undefined
  } catch {
    return undefined
  }
}
