/** Waits for changes of a plugin that somebody works on. */
import { existsSync, watch } from 'node:fs'
import { join } from 'node:path'

/** Milliseconds of quiet after a change before it counts: editors write in several steps. */
const quiet = 200

/** The next change of the source, the tests or the manifest; `next` is false once somebody pressed Ctrl-C. */
export function watchFolder(folder: string): { next(): Promise<boolean>; close(): void } {
  let wake = () => {}
  let [changed, ended] = [false, false]
  const heard = (_event: string, path: string | null) => {
    if (path !== null && /(^|\/)(node_modules|dist|\.git)(\/|$)|~$/.test(path)) return
    changed = true
    wake()
  }
  const watchers = ['src', 'test', '.'].flatMap((part) => {
    const place = join(folder, part)
    return existsSync(place) ? [watch(place, { recursive: part !== '.' }, heard)] : []
  })
  const end = () => {
    ended = true
    wake()
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end)
  return {
    async next() {
      while (!changed && !ended) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      while (changed && !ended) {
        changed = false
        await new Promise((resolve) => setTimeout(resolve, quiet))
      }
      return !ended
    },
    close: () => {
      for (const watcher of watchers) watcher.close()
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, end)
    },
  }
}
