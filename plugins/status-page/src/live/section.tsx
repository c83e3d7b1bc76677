import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { NowContext } from '../view/time.js'
import type { LiveSection } from './live-page.js'

/** Renders a section as the page itself does, with the clock it needs. */
export function section(id: string, now: number, body: ComponentChildren): LiveSection {
  return { id, html: renderToString(<NowContext.Provider value={now}>{body}</NowContext.Provider>) }
}

/** The part of a page that is kept current: it listens at `from` as long as it is shown. */
export function Live({ from, children }: { readonly from: string; readonly children: ComponentChildren }) {
  return (
    <div class="live" data-live-source={from}>
      {children}
    </div>
  )
}
