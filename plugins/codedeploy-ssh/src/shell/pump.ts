import type { Writable } from 'node:stream'
import type { ByteSource, Exit } from './shell.js'

/**
 * Writes all of `source` and ends the stream; a piece at a time, because it may be overwritten once the next is asked for.
 * Stops when the stream was closed.
 */
export async function pump(source: ByteSource, target: Writable): Promise<void> {
  let closed = false
  let proceed = () => {}
  const onClose = () => {
    closed = true
    proceed()
  }
  target.once('close', onClose)
  target.once('error', onClose)
  try {
    for await (const piece of source) {
      if (closed) return
      await new Promise<void>((resolve) => {
        proceed = resolve
        target.write(piece, () => resolve())
      })
      if (closed) return
    }
    target.end()
  } finally {
    target.off('close', onClose)
  }
}

/** A command's end, whether or not it took all that was sent; rejects as soon as what is sent fails. */
export function exitUnlessUnsent(exit: Promise<Exit>, sent: Promise<void>, onFailure: () => void): Promise<Exit> {
  return new Promise((resolve, reject) => {
    exit.then(resolve, reject)
    sent.catch((error) => {
      onFailure()
      reject(error)
    })
  })
}
