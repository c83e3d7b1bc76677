import type { ComponentChildren } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { csrfToken } from '../http/csrf.js'
import { type Ctx, operationsOf, type Site } from '../site.js'
import { Layout, type LayoutOptions } from './layout.js'
import { navigation } from './navigation.js'

export type ShowOptions = Pick<LayoutOptions, 'title' | 'section' | 'scripts' | 'wide' | 'state'>

/** Answers with a whole page around `body`. */
export function show(ctx: Ctx, site: Site, options: ShowOptions, body: ComponentChildren): void {
  const { theme, notice, principal } = ctx.state
  ctx.type = 'html'
  ctx.body = `<!doctype html>${renderToString(
    <Layout
      {...options}
      csrf={csrfToken(ctx)}
      path={ctx.url}
      theme={theme}
      server={site.config.title}
      version={site.server.identity.version}
      notice={notice}
      user={principal?.name}
      entries={principal ? navigation(site, operationsOf(ctx, site)) : []}
      now={site.server.clock.now()}
    >
      {body}
    </Layout>,
  )}`
}
