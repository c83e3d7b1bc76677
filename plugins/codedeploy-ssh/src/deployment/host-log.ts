/** What one host printed, its beginning and its end: the middle of a very long log is left out. */

const HEAD = 256 * 1024
const TAIL = 768 * 1024

export class HostLog {
  private readonly head: string[] = []
  private headLength = 0
  private tail: string[] = []
  private tailLength = 0
  private left = 0

  add(line: string): void {
    if (this.headLength + line.length < HEAD) {
      this.head.push(line)
      this.headLength += line.length + 1
      return
    }
    this.tail.push(line)
    this.tailLength += line.length + 1
    // In one go now and then: one line at a time would move all the others.
    if (this.tailLength > 2 * TAIL) this.shorten()
  }

  toString(): string {
    if (this.tailLength > TAIL) this.shorten()
    const gap = this.left === 0 ? [] : [`... ${this.left} lines left out ...`]
    return [...this.head, ...gap, ...this.tail].map((line) => `${line}\n`).join('')
  }

  private shorten(): void {
    let at = 0
    while (this.tailLength > TAIL) {
      this.tailLength -= (this.tail[at]?.length ?? 0) + 1
      at++
    }
    this.left += at
    this.tail = this.tail.slice(at)
  }
}
