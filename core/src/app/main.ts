/** A server as a process: signals end it in good order, and what cannot be repaired by hand is said in one line. */
import { type RunningServer, type StartOptions, startServer } from './server.js'

/** How long an orderly stop may take before the process ends all the same, milliseconds. */
const patience = 60_000

/** Starts the server and prints `READY http://HOST:PORT`. Resolves once it stopped, with the exit status. */
export async function runServer(options: StartOptions): Promise<number> {
  const ended = deferred<number>()
  let server: RunningServer | undefined
  const end = (why: string, status: number) => {
    if (!server) process.exit(status)
    setTimeout(() => process.exit(status), patience).unref()
    void server.stop(why).then(() => ended.resolve(status))
  }
  onSignals((signal) => end(signal, 0))
  // The state of a process after an exception of its own is unknown: end, and let the service manager start anew. Steps run on.
  server = await startServer({ ...options, onFatal: () => end('an uncaught exception', 1) })
  announce(server)
  return ended.promise
}

function announce(server: RunningServer): void {
  for (const problem of server.problems) process.stderr.write(`PROBLEM ${problem}\n`)
  if (server.initialAdminPasswordFile) {
    process.stdout.write(`The password of the user admin is in ${server.initialAdminPasswordFile}\n`)
  }
  process.stdout.write(`READY ${server.address}\n`)
}

/** The first signal ends in good order; the second at once. */
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

function deferred<T>(): { readonly promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((give) => {
    resolve = give
  })
  return { promise, resolve: (value) => resolve(value) }
}
