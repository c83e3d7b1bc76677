/** Looks through an SQLite database for damage, in a thread and with a connection of its own: nobody waits for it. */
import { Worker } from 'node:worker_threads'

/** Runs in the thread. */
const look = `
const { parentPort, workerData } = require('node:worker_threads')
const Sqlite = require(workerData.module)
const connection = new Sqlite(workerData.file, { readonly: true })
try {
  const rows = connection.pragma('quick_check(5)').map((row) => row.quick_check)
  parentPort.postMessage(rows.length === 1 && rows[0] === 'ok' ? undefined : rows.join('; '))
} catch (error) {
  parentPort.postMessage(error.message)
} finally {
  connection.close()
}
`

/** What is damaged, in SQLite's words; `undefined` when all is well. `stop` ends the search, which then found nothing. */
export function findDamage(file: string): { readonly damage: Promise<string | undefined>; stop(): void } {
  const workerData = { file, module: require.resolve('better-sqlite3') }
  const thread = new Worker(look, { eval: true, workerData })
  thread.unref()
  const damage = new Promise<string | undefined>((resolve) => {
    thread.once('message', (found: string | undefined) => resolve(found))
    thread.once('error', (error) => resolve(error.message))
    thread.once('exit', () => resolve(undefined))
  })
  return { damage, stop: () => void thread.terminate() }
}
