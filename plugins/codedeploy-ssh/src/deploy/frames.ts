/** Finds our own lines in what a command prints: a login shell may say what it likes before. */
import { StringDecoder } from 'node:string_decoder'

/** Characters that are kept. */
const NOISE = 2048

/** Splits output into lines, marks those that begin with the token, and drops all before the first of them. */
export class Frames {
  private readonly decoder = new StringDecoder('utf8')
  private rest = ''
  private framed = false
  /** What came before the first frame, the end of it: a login that is refused says why. */
  private before = ''

  constructor(
    private readonly token: string,
    /** A frame's words, without the marker. */
    private readonly onFrame: (words: string) => void,
    /** Any other line after the first frame, without its newline; with how many bytes it took. */
    private readonly onLine: (line: string, bytes: number) => void,
  ) {}

  add(piece: Buffer): void {
    const lines = (this.rest + this.decoder.write(piece)).split('\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) this.take(line)
  }

  /** What was said before the first frame, an unfinished line included. */
  get noise(): string {
    return this.framed ? '' : `${this.before}${this.rest}`
  }

  private take(line: string): void {
    const marker = `@@${this.token} `
    if (line.startsWith(marker)) {
      this.framed = true
      this.onFrame(line.slice(marker.length))
    } else if (this.framed) {
      this.onLine(line, Buffer.byteLength(line) + 1)
    } else {
      this.before = `${this.before}${line}\n`.slice(-NOISE)
    }
  }
}
