import type { Clock } from '../../domain/clock.js'
import type { LogChange, SharedLogStore } from '../../domain/shared-log.js'
import type { LogArchive } from './archive.js'

export interface WriteOnParts {
  readonly store: SharedLogStore
  readonly archive: LogArchive
  readonly clock: Clock
}

/** A change of a log by a writer: another one than before goes on where the log ended, also if it was finished. */
export async function writeOn<T>(
  { store, archive, clock }: WriteOnParts,
  id: string,
  writer: string,
  work: (change: LogChange) => Promise<T>,
): Promise<T> {
  for (;;) {
    const known = await store.get(id)
    const before = known?.isObject ? await archive.readAll(id, known) : undefined
    const done = await store.change(id, clock.now(), async (change) => {
      const { log } = change
      if (log.isObject && log.size !== before?.length) return undefined // it was finished since we looked
      if (before && log.isObject) await change.replace(before)
      if (log.writer !== writer) change.set({ writer, base: log.size, received: 0, ending: undefined })
      change.set({ finished: false, isObject: false })
      return { answer: await work(change) }
    })
    if (done) return done.answer
  }
}
