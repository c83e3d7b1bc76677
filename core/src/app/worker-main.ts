/** A worker as a process: the first signal lets go of its jobs, the second ends at once. */
import { survivesItsStreams } from './log-output.js'
import { type RemoteWorkerOptions, type RunningWorker, startRemoteWorker } from './remote-worker.js'
import { untilStopped } from './until-stopped.js'

/** How long an orderly stop may take before the process ends all the same, milliseconds. */
const patience = 30_000

/** Starts the worker and prints `WORKING NAME`. Resolves once it stopped, with the exit status. */
export async function runRemoteWorker(options: RemoteWorkerOptions): Promise<number> {
  survivesItsStreams()
  const { began, onFatal, ended } = untilStopped<RunningWorker>(patience)
  const alive = setInterval(() => {}, 60_000) // no open port keeps this process alive
  try {
    const worker = began(await startRemoteWorker({ ...options, onFatal }))
    for (const problem of worker.problems) process.stderr.write(`PROBLEM ${problem}\n`)
    process.stdout.write(`WORKING ${worker.name}\n`)
    return await ended
  } finally {
    clearInterval(alive)
  }
}
