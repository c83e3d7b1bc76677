import type { Writable } from 'node:stream'
import type { ByteSource } from './shell.js'

/** Writes all of `source`, waiting whenever the other side is behind, and ends the stream. Stops when it was closed. */
export async function pump(source: ByteSource, target: Writable): Promise<void> {
  let closed = false
  const waiting = new Set<() => void>()
  const wake = () => {
    for (const resume of waiting) resume()
    waiting.clear()
  }
  const onClose = () => {
    closed = true
    wake()
  }
  target.on('drain', wake)
  target.once('close', onClose)
  target.once('error', onClose)
  try {
    for await (const piece of source) {
      if (closed) return
      if (!target.write(piece)) await new Promise<void>((resume) => (closed ? resume() : waiting.add(resume)))
    }
    if (!closed) target.end()
  } finally {
    target.off('drain', wake)
    target.off('close', onClose)
  }
}
