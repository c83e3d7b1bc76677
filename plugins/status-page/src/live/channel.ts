import { createHash } from 'node:crypto'
import type { Site } from '../site.js'
import type { LiveMessage, LivePage, LiveSection } from './live-page.js'

/** Changes within this time go out together. */
const gather = 10
/** Between two pictures of a page at least; a page that takes long to draw is drawn less often. */
const leastGap = 80
const gapFactor = 3

type Listener = (message: LiveMessage) => void

/**
 * One page as it is kept current, for all who look at it: drawn once for each change, however many listen. It remembers
 * what it sent, so that only what changed is sent, and who comes later gets the whole.
 */
export class Channel {
  private readonly listeners = new Set<Listener>()
  private readonly ends: (() => void)[] = []
  private sections = new Map<string, string>()
  private data: unknown
  private rev = ''
  private drawing: Promise<void> | undefined
  private cancelWake: (() => void) | undefined
  private again = false
  private drawnAt = 0
  private drawMs = 0
  private closed = false

  constructor(
    private readonly site: Site,
    private readonly page: LivePage,
    private readonly onEmpty: () => void,
  ) {
    this.ends.push(site.server.live.subscribe((change) => this.page.wants(change) && this.wake()))
    const unwatch = page.watch?.(() => this.wake())
    if (unwatch) this.ends.push(unwatch)
    this.look()
  }

  /** Listens; `rev` is what the listener has of an earlier stream. The answer ends it. */
  listen(listener: Listener, rev: string | undefined): () => void {
    this.listeners.add(listener)
    void this.greet(listener, rev)
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size === 0) this.close()
    }
  }

  /** The whole of it, as it is known. */
  whole(): LiveMessage {
    if (this.page.data) return { rev: this.rev, data: this.data }
    return { rev: this.rev, html: [...this.sections].map(([id, html]) => partial({ id, html })).join('\n') }
  }

  private async greet(listener: Listener, rev: string | undefined): Promise<void> {
    if (this.rev === '') await this.draw()
    if (this.closed || !this.listeners.has(listener) || this.rev === '' || this.rev === rev) return
    listener(this.whole())
  }

  private look(): void {
    const { every } = this.page
    if (every === undefined || this.closed) return
    this.ends[2] = this.site.server.clock.after(every, () => {
      this.wake()
      this.look()
    })
  }

  private wake(): void {
    if (this.closed || this.cancelWake) return
    if (this.drawing !== undefined) {
      this.again = true
      return
    }
    const { clock } = this.site.server
    const gap = Math.max(leastGap, this.drawMs * gapFactor)
    const after = Math.max(gather, this.drawnAt + gap - clock.now())
    this.cancelWake = clock.after(after, () => {
      this.cancelWake = undefined
      void this.draw()
    })
  }

  /** Those who ask while it is being drawn share the drawing. */
  private draw(): Promise<void> {
    this.drawing ??= this.drawNow().finally(() => {
      this.drawing = undefined
      if (!this.again) return
      this.again = false
      this.wake()
    })
    return this.drawing
  }

  private async drawNow(): Promise<void> {
    const { clock, log } = { clock: this.site.server.clock, log: this.site.log }
    const begun = clock.now()
    try {
      if (this.page.data) this.tellData(await this.page.data())
      else this.tell(await this.page.render())
    } catch (error) {
      if (!this.closed) log.warn('a live page could not be made', { error: String(error) })
      // Whoever listens asks again, and is told by the page itself what is wrong.
      this.send({ reload: true })
      this.close()
    }
    this.drawnAt = clock.now()
    this.drawMs = this.drawnAt - begun
  }

  private tellData(data: unknown): void {
    const rev = digest(JSON.stringify(data))
    const first = this.rev === ''
    if (rev === this.rev) return
    this.data = data
    this.rev = rev
    // Those who listen already are greeted with it.
    if (!first) this.send({ rev, data })
  }

  private tell(sections: readonly LiveSection[]): void {
    const first = this.rev === ''
    const sameIds = sections.length === this.sections.size && sections.every(({ id }) => this.sections.has(id))
    if (!first && !sameIds) {
      this.send({ reload: true })
      this.close()
      return
    }
    const changed = sections.filter(({ id, html }) => timeless(this.sections.get(id) ?? '') !== timeless(html))
    this.sections = new Map(sections.map(({ id, html }) => [id, html]))
    if (changed.length === 0 && !first) {
      this.send({ tick: true })
      return
    }
    this.rev = digest(sections.map(({ html }) => timeless(html)).join('\n'))
    if (!first) this.send({ rev: this.rev, html: changed.map(partial).join('\n') })
  }

  private send(message: LiveMessage): void {
    for (const listener of [...this.listeners]) listener(message)
  }

  private close(): void {
    if (this.closed) return
    this.closed = true
    this.cancelWake?.()
    for (const end of this.ends) end?.()
    this.onEmpty()
  }
}

function partial({ id, html }: LiveSection): string {
  return `<hx-partial hx-target="#${id}" hx-swap="outerMorph">${html}</hx-partial>`
}

/** Without the words for how long ago something was, which the browser keeps current itself. */
function timeless(html: string): string {
  return html.replace(/(<time [^>]*data-ago[^>]*>)[^<]*/g, '$1')
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16)
}
