/** A server as a process: signals end it in good order, and what cannot be repaired by hand is said in one line. */
import { survivesItsStreams } from './log-output.js'
import { type RunningServer, type StartOptions, startServer } from './server.js'
import { untilStopped } from './until-stopped.js'

/** How long an orderly stop may take before the process ends all the same, milliseconds. */
const patience = 60_000

/** Starts the server and prints `READY http://HOST:PORT`. Resolves once it stopped, with the exit status. */
export async function runServer(options: StartOptions): Promise<number> {
  survivesItsStreams()
  const { began, onFatal, ended } = untilStopped<RunningServer>(patience)
  // The state of a process after an exception of its own is unknown: end, and let the service manager start anew. Steps run on.
  announce(began(await startServer({ ...options, onFatal })))
  return ended
}

function announce(server: RunningServer): void {
  for (const problem of server.problems) process.stderr.write(`PROBLEM ${problem}\n`)
  if (server.initialAdminPasswordFile) {
    process.stdout.write(`The password of the user admin is in ${server.initialAdminPasswordFile}\n`)
  }
  process.stdout.write(`READY ${server.address}\n`)
}
