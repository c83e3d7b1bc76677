import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { NowContext } from '../view/time.js'
import type { LiveSection } from './stream.js'

/** Renders a section as the page itself does, with the clock it needs. */
export function section(id: string, now: number, body: ComponentChildren): LiveSection {
  return { id, html: renderToString(<NowContext.Provider value={now}>{body}</NowContext.Provider>) }
}

/** The part of a page that is kept current: it listens at `from` as long as it is shown. */
export function Live({ from, children }: { readonly from: string; readonly children: ComponentChildren }) {
  return (
    // Spread, since not every JSX compiler takes an attribute's name with a colon.
    <div class="live" {...{ 'hx-sse:connect': from }} hx-swap="none" data-live-source>
      {children}
    </div>
  )
}
