/** A worker as a process: the first signal lets go of its jobs, the second ends at once. */
import { type RemoteWorkerOptions, type RunningWorker, startRemoteWorker } from './remote-worker.js'

/** How long an orderly stop may take before the process ends all the same, milliseconds. */
const patience = 30_000

/** Starts the worker and prints `WORKING NAME`. Resolves once it stopped, with the exit status. */
export async function runRemoteWorker(options: RemoteWorkerOptions): Promise<number> {
  let worker: RunningWorker | undefined
  let resolve: (status: number) => void = () => {}
  const ended = new Promise<number>((give) => {
    resolve = give
  })
  const end = (why: string, status: number) => {
    if (!worker) process.exit(status)
    setTimeout(() => process.exit(status), patience).unref()
    void worker.stop(why).then(() => resolve(status))
  }
  onSignals((signal) => end(signal, 0))
  const alive = setInterval(() => {}, 60_000) // no open port keeps this process alive
  try {
    worker = await startRemoteWorker({ ...options, onFatal: () => end('an uncaught exception', 1) })
    for (const problem of worker.problems) process.stderr.write(`PROBLEM ${problem}\n`)
    process.stdout.write(`WORKING ${worker.name}\n`)
    return await ended
  } finally {
    clearInterval(alive)
  }
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
