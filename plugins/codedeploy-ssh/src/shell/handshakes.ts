/** At most so many logins at once: sshd's MaxStartups drops what is above ten that have not finished. */
export class Handshakes {
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly limit = 8) {}

  async run<T>(login: () => Promise<T>): Promise<T> {
    if (this.running >= this.limit) await new Promise<void>((resume) => this.waiting.push(resume))
    else this.running++
    try {
      return await login()
    } finally {
      const next = this.waiting.shift()
      if (next === undefined) this.running--
      else next()
    }
  }
}
