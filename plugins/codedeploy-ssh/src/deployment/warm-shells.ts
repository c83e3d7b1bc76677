/** Shells that are opened before they are needed; each is taken once. */
import type { GroupHost } from '../group/deployment-group.js'
import type { Shell } from '../shell/shell.js'

export class WarmShells {
  private readonly opening = new Map<string, Promise<Shell>>()

  constructor(hosts: readonly GroupHost[], open: (host: GroupHost) => Promise<Shell>) {
    for (const host of hosts) {
      const shell = open(host)
      shell.catch(() => undefined) // Whoever takes it is told.
      this.opening.set(host.id, shell)
    }
  }

  /** The shell of a host, or why it could not be opened; `undefined` when there is none (left). */
  take(host: string): Promise<Shell> | undefined {
    const shell = this.opening.get(host)
    this.opening.delete(host)
    return shell
  }

  /** Closes those that nobody took. */
  async closeRest(): Promise<void> {
    const rest = [...this.opening.values()]
    this.opening.clear()
    await Promise.all(
      rest.map((opening) =>
        opening.then(
          (shell) => shell.close(),
          () => undefined,
        ),
      ),
    )
  }
}
