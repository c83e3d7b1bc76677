import { type FSWatcher, renameSync, watch, writeFileSync } from 'node:fs'
import { open, stat } from 'node:fs/promises'

/** A piece of a file; shorter where the file ends. */
export async function readBytes(path: string, start: number, length: number): Promise<Buffer> {
  if (length === 0) return Buffer.alloc(0)
  const file = await open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, start)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** `undefined` when there is no such file. */
export async function fileSize(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size
  } catch {
    return undefined
  }
}

/** One text that changes when any of the files does. */
export async function fileSizes(...paths: readonly string[]): Promise<string> {
  return (await Promise.all(paths.map(fileSize))).join(' ')
}

/** Calls at once, then again only after the pause, once for all that came meanwhile. The second answer ends it. */
export function atMostEvery(pause: number, call: () => void): readonly [call: () => void, end: () => void] {
  let timer: NodeJS.Timeout | undefined
  let isDue = false
  const go = () => {
    isDue = timer !== undefined
    if (isDue) return
    timer = setTimeout(() => {
      timer = undefined
      if (isDue) go()
    }, pause)
    timer.unref()
    call()
  }
  return [go, () => clearTimeout(timer)]
}

/** Calls back when a file changes; `undefined` where it cannot be watched. */
export function watchFile(path: string, onChange: () => void): FSWatcher | undefined {
  try {
    return watch(path, { persistent: false }, onChange).on('error', () => {})
  } catch {
    return undefined // not there yet, or no inotify left: the poll sees it
  }
}

/** Writes a small private file that is there whole or not at all, whenever the process is killed. */
export function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.new`, text, { mode: 0o600 })
  renameSync(`${path}.new`, path)
}
