/** A constant, bounded load on a front: a few clients that ask again and again. */
import { Agent, get } from 'node:http'

const CLIENTS = 3
/** Milliseconds between an answer and the next question. */
const PAUSE = 10

/** Asks once; answers `200 BODY`. */
export function asker(port: number, path = '/'): () => Promise<string> {
  const agent = new Agent({ keepAlive: false })
  return () =>
    new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port, path, agent }, (answer) => {
        let body = `${answer.statusCode} `
        answer.setEncoding('utf8').on('data', (piece: string) => {
          body += piece
        })
        answer.on('end', () => resolve(body)).on('error', reject)
      }).on('error', reject)
    })
}

/** Begins; what it answers ends it, with how often each answer came. */
export function startLoad(port: number): () => Promise<Readonly<Record<string, number>>> {
  const counts = new Map<string, number>()
  const ask = asker(port)
  let over = false
  const client = async () => {
    while (!over) {
      const answer = await ask().catch((error: Error) => error.message)
      counts.set(answer, (counts.get(answer) ?? 0) + 1)
      await new Promise((resolve) => setTimeout(resolve, PAUSE))
    }
  }
  const clients = Array.from({ length: CLIENTS }, client)
  return async () => {
    over = true
    await Promise.all(clients)
    return Object.fromEntries(counts)
  }
}
