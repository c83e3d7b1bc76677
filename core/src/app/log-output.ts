/** Where log lines go, come what may: a full disk or a closed pipe costs lines, never the server. */
import { writeSync } from 'node:fs'

/** How often a line is tried on a pipe that is full just now. */
const tries = 5

type Write = (bytes: Buffer, from: number) => number

export class LogOutput {
  /** Lines that could not be written since the last one that could. */
  private lost = 0
  /** A line of which only the beginning was written: the next one must not go on in it. */
  private torn = false

  /** `write` answers how many bytes it took, as `fs.writeSync` does. */
  constructor(private readonly write: Write = (bytes, from) => writeSync(2, bytes, from)) {}

  /** Writes one line, or counts it as lost; never throws. */
  line(text: string): void {
    const told = this.lost > 0 ? `${JSON.stringify({ level: 'warn', lines: this.lost, msg: lostMessage })}\n` : ''
    const start = `${this.torn ? '\n' : ''}${told}`
    if (start !== '' && !this.put(start)) {
      this.lost++
      return
    }
    this.lost = 0
    if (!this.put(text)) this.lost++
  }

  private put(text: string): boolean {
    const bytes = Buffer.from(text)
    let done = 0
    for (let failures = 0; done < bytes.length; ) {
      try {
        done += this.write(bytes, done)
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN' && ++failures < tries) continue
        if (done > 0) this.torn = true
        return false
      }
    }
    this.torn = false
    return true
  }
}

const lostMessage = 'log lines could not be written before this one'

/** What a process announces on its streams may be lost as well: their errors end nothing, though those of commands do. */
export function survivesItsStreams(): void {
  for (const stream of [process.stdout, process.stderr]) stream.removeAllListeners('error').on('error', () => {})
}
