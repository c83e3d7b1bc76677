import type { Signal } from '../domain/signal.js'
import type { LiveService } from '../host/services.js'

/** The engine's signals about pipelines, as changes to watch; other signals are none of a page's business. */
export function createLive(store: { onSignal(listener: (signal: Signal) => void): () => void }): LiveService {
  return {
    subscribe: (listener) =>
      store.onSignal((signal) => {
        if (signal.kind !== 'pipeline') return
        const { kind: _, ...change } = signal
        listener(change)
      }),
  }
}
