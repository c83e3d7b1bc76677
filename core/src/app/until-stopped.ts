/** How a process that serves comes to its end: the server's and the worker's. */

export interface Stoppable {
  stop(why: string): Promise<void>
  /** What SIGHUP asks for, where there is something to read anew. */
  reload?(): Promise<void>
}

/** What ends it: resolves `ended` with the exit status once it stopped, or ends the process when that takes too long. */
export interface Ending<T extends Stoppable> {
  /** From now on there is something to stop; before, an end is the process's end at once. */
  began(what: T): T
  /** For an exception of the process's own, whose state is then unknown: the service manager starts it anew. */
  readonly onFatal: () => void
  readonly ended: Promise<number>
}

/**
 * Listens to SIGTERM and SIGINT: the first ends in good order, the second at once, with status 130.
 * `patience` is how long an orderly stop may take before the process ends all the same, milliseconds.
 */
export function untilStopped<T extends Stoppable>(patience: number): Ending<T> {
  let running: T | undefined
  let resolve: (status: number) => void = () => {}
  const ended = new Promise<number>((give) => {
    resolve = give
  })
  const end = (why: string, status: number) => {
    if (!running) process.exit(status)
    setTimeout(() => process.exit(status), patience).unref()
    void running.stop(why).then(() => resolve(status))
  }
  onSignals((signal) => end(signal, 0))
  // A terminal that goes away takes along what was started from it; a service is told to read its files anew.
  process.on('SIGHUP', () => (process.stdout.isTTY ? end('SIGHUP', 0) : void running?.reload?.()))
  const began = (what: T) => {
    running = what
    return what
  }
  return { began, onFatal: () => end('an uncaught exception', 1), ended }
}

function onSignals(end: (signal: string) => void): void {
  let asked = false
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(130)
      asked = true
      end(signal)
    })
  }
}
