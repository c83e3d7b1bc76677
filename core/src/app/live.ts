import type { LiveChange, LiveService } from '../host/services.js'

/** The engine's signals about pipelines, as changes to watch; other signals are none of a page's business. */
export function createLive(store: { onSignal(listener: (topic: string) => void): () => void }): LiveService {
  return {
    subscribe: (listener) =>
      store.onSignal((topic) => {
        const change = readChange(topic)
        if (change) listener(change)
      }),
  }
}

/** `undefined` for every other signal, and for what is none: whoever may write to the database can notify. */
export function readChange(topic: string): LiveChange | undefined {
  if (!topic.startsWith('{')) return undefined
  try {
    const change = JSON.parse(topic) as Partial<LiveChange>
    return typeof change.pipelineName === 'string' ? (change as LiveChange) : undefined
  } catch {
    return undefined
  }
}
