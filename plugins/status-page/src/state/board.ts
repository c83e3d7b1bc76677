import type { PipelineStanding } from '@penstock/core'
import type { Site } from '../site.js'

/** How long what nobody told of may stay unseen: tags, and changes whose news were lost. */
const renewAfter = 30_000
/** How old a place in the queue may be. */
const queueAfter = 1_000

/**
 * How all pipelines stand, kept in memory: news mark what is read again, and only when somebody asks. A thousand
 * pipelines are then counted, sorted and searched without a query.
 */
export class Board {
  private standings: Promise<Map<string, PipelineStanding>> | undefined
  private readonly dirty = new Set<string>()
  private read = 0
  private queueRead = 0
  private last: ReadonlyMap<string, PipelineStanding> = new Map()

  constructor(private readonly site: Site) {
    site.server.live.subscribe(({ pipelineName }) => this.dirty.add(pipelineName))
  }

  /** By name, in the order of names. */
  async all(): Promise<ReadonlyMap<string, PipelineStanding>> {
    const now = this.site.server.clock.now()
    if (!this.standings || now - this.read > renewAfter) {
      this.read = now
      this.dirty.clear()
      this.standings = this.whole()
      return this.standings
    }
    const current = this.standings
    const known = await current
    // Somebody else is renewing it: theirs is newer than what was known when this began.
    if (this.standings !== current) return this.all()
    const names = this.stale(known, now)
    if (names.length === 0) return known
    this.standings = this.renew(known, names)
    return this.standings
  }

  /** As they stood when somebody last asked; for what may be a little late, as a count in a corner of the page. */
  lately(): ReadonlyMap<string, PipelineStanding> {
    return this.last
  }

  /** Those of these names that exist, in their order. */
  async of(names: readonly string[]): Promise<PipelineStanding[]> {
    const all = await this.all()
    return names.flatMap((name) => all.get(name) ?? [])
  }

  private async whole(): Promise<Map<string, PipelineStanding>> {
    try {
      const list = await this.site.server.overview.standing()
      const all = new Map(list.map((one) => [one.name, one]))
      this.last = all
      return all
    } catch (error) {
      this.standings = undefined
      throw error
    }
  }

  /** What there was news of, and what waits in the queue: its place changes by what others do. */
  private stale(known: ReadonlyMap<string, PipelineStanding>, now: number): string[] {
    const names = new Set(this.dirty)
    this.dirty.clear()
    if (now - this.queueRead < queueAfter) return [...names]
    this.queueRead = now
    for (const { name, live } of known.values()) {
      if (live.some(({ actions }) => actions.some(({ queued }) => queued))) names.add(name)
    }
    return [...names]
  }

  private async renew(known: ReadonlyMap<string, PipelineStanding>, names: string[]) {
    try {
      const fresh = new Map((await this.site.server.overview.standing(names)).map((one) => [one.name, one]))
      const kept = [...known].filter(([name]) => !names.includes(name))
      const all = new Map([...kept, ...fresh].sort(([a], [b]) => (a < b ? -1 : 1)))
      this.last = all
      return all
    } catch (error) {
      this.standings = undefined
      throw error
    }
  }
}

const boards = new WeakMap<Site, Board>()

/** The site's board; made when first asked for. */
export function boardOf(site: Site): Board {
  const found = boards.get(site) ?? new Board(site)
  boards.set(site, found)
  return found
}
