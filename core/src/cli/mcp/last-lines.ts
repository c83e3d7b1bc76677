import type { Client, LogWanted } from '../api/client.js'

/** More of a log than this is not looked through for its last lines: bytes. */
const mostRead = 64 * 1024 * 1024
/** An agent reads so much at most: characters. */
const mostTold = 64 * 1024

/** The last lines of a log, as far as it has been written. */
export async function lastLines(
  client: Client,
  action: Omit<LogWanted, 'from' | 'wait'>,
  count: number,
): Promise<string> {
  let lines: string[] = []
  let rest = ''
  for (let from = 0; from < mostRead; ) {
    const { text, next, complete } = await client.readLog({ ...action, from, wait: 0 })
    const pieces = (rest + text).split('\n')
    rest = pieces.pop() ?? ''
    lines = [...lines, ...pieces].slice(-count)
    if (complete || next === from) break
    from = next
  }
  const all = rest === '' ? lines : [...lines, rest].slice(-count)
  return all.join('\n').slice(-mostTold)
}
