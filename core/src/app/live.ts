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

function readChange(topic: string): LiveChange | undefined {
  if (!topic.startsWith('{')) return undefined
  try {
    return JSON.parse(topic) as LiveChange
  } catch {
    return undefined
  }
}
