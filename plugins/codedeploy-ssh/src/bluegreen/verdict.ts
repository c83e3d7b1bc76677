/** Looks at a release that was started beside the one that is live, and tells its host whether it may take over. */
import type { Clock } from '@penstock/core'
import type { GroupHost } from '../group/deployment-group.js'
import type { HealthCheck } from '../health/check.js'
import { untilHealthy } from '../health/until-healthy.js'
import { quote } from '../shell/quote.js'
import type { Shell } from '../shell/shell.js'

/** Of a release, as its host tells it. */
export interface Release {
  readonly color: string
  /** Empty when the group has no ports. */
  readonly port: string
  /** Where the host waits for the verdict. */
  readonly folder: string
}

export interface VerdictOptions {
  readonly host: GroupHost
  readonly checks: readonly HealthCheck[]
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly open: () => Promise<Shell>
  readonly onNote: (message: string) => void
}

/** Seconds beyond those of the checks that a host waits: a server that starts anew asks once more. */
const SPARE = 600

/** Seconds that a host waits for its verdict. */
export function verdictWithin(checks: readonly HealthCheck[]): number {
  return checks.reduce((sum, { within = 60 }) => sum + within, SPARE)
}

export class Verdict {
  private asked = false

  constructor(private readonly options: VerdictOptions) {}

  /** Begins to look; once. Whatever goes wrong is the verdict, or the host's patience ends. */
  begin(release: Release): void {
    if (this.asked) return
    this.asked = true
    void this.give(release).catch((error: Error) => {
      if (!this.options.signal.aborted) this.options.onNote(`its health could not be told to it: ${error.message}`)
    })
  }

  private async give(release: Release): Promise<void> {
    const { host, checks, clock, signal, open } = this.options
    const shell = await open()
    try {
      const problem = await untilHealthy(host, checks, { clock, signal, shell: async () => shell, release })
      const folder = quote(release.folder)
      const exit = await shell.run(`cat >${folder}/verdict.new && mv ${folder}/verdict.new ${folder}/verdict`, {
        input: `${problem?.replace(/\s+/g, ' ') ?? 'ok'}\n`,
        signal,
      })
      if (exit.code !== 0) throw new Error(exit.stderr.trim())
    } finally {
      await shell.close()
    }
  }
}
