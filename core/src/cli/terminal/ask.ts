import { createInterface } from 'node:readline/promises'

/** True when there is somebody to ask. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true
}

/**
 * One line from whoever sits there; `undefined` when they end the input or press Ctrl-C. The question goes to standard error:
 * standard output may go to a file.
 */
export async function ask(question: string, signal?: AbortSignal): Promise<string | undefined> {
  const lines = createInterface({ input: process.stdin, output: process.stderr })
  const ended = new AbortController()
  lines.once('close', () => ended.abort())
  // While a line is read the terminal sends no signal: who waits for one is to get it all the same.
  lines.once('SIGINT', () => {
    lines.close()
    process.kill(process.pid, 'SIGINT')
  })
  const either = signal ? AbortSignal.any([signal, ended.signal]) : ended.signal
  try {
    return (await lines.question(question, { signal: either })).trim()
  } catch {
    return undefined
  } finally {
    lines.close()
  }
}
