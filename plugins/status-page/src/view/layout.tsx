import type { ComponentChildren } from 'preact'
import { assetUrl, hasIcon } from '../http/assets.js'
import { type Theme, themes } from '../http/theme.js'
import type { Notice } from '../site.js'
import { Icon } from './icons.js'
import type { Entry, Section } from './navigation.js'
import type { StateName } from './state.js'
import { NowContext } from './time.js'

export interface LayoutOptions {
  readonly title: string
  /** Which entry of the navigation this page belongs to. */
  readonly section?: Section | undefined
  /** The navigation, as far as the reader may go. */
  readonly entries: readonly Entry[]
  /** Static files that this page needs besides app.js. */
  readonly scripts?: readonly string[] | undefined
  /** How what the page is about stands: the tab's icon shows it. */
  readonly state?: StateName | undefined
  /** For logs: the page takes the window's whole width. */
  readonly wide?: boolean | undefined
  readonly csrf: string
  readonly path: string
  readonly theme: Theme
  readonly server?: string | undefined
  readonly version: string
  readonly notice?: Notice | undefined
  readonly user?: string | undefined
  /** Epoch milliseconds by the server's clock, for "3 min ago". */
  readonly now: number
  readonly children: ComponentChildren
}

/** The frame of every page: head, navigation, what the last deed brought, and the page itself. */
export function Layout(page: LayoutOptions) {
  return (
    <html lang="en" data-theme={page.theme}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="csrf" content={page.csrf} />
        <meta name="htmx-config" content={htmxConfig} />
        <title>{`${page.title} · ${page.server ? `${page.server} · ` : ''}Penstock`}</title>
        <meta name="live-worker" content={assetUrl('live-worker.js')} />
        <link rel="icon" href={assetUrl(iconOf(page.state))} type="image/svg+xml" />
        <link rel="stylesheet" href={assetUrl('app.css')} />
        {['app.js', 'forms.js', 'htmx.js', 'live.js', ...(page.scripts ?? [])].map((name) => (
          <script key={name} src={assetUrl(name)} defer />
        ))}
      </head>
      <body data-now={page.now} data-user={page.user}>
        <a class="skip" href="#main">
          Skip to the page's content
        </a>
        <Header page={page} />
        <main id="main" class={page.wide ? 'wide' : undefined} tabIndex={-1}>
          {page.notice && <NoticeBar notice={page.notice} />}
          <div data-kept />
          <NowContext.Provider value={page.now}>{page.children}</NowContext.Provider>
        </main>
        <div class="toasts" data-toasts />
        <footer class="foot">
          <span>
            Penstock {page.version}
            {page.user && (
              <>
                {' · '}
                <a href="/account">Your account</a>
              </>
            )}
          </span>
          <span class="live-state" data-live role="status" />
        </footer>
      </body>
    </html>
  )
}

function iconOf(state: StateName | undefined): string {
  return state && hasIcon(state) ? `icon-${state}.svg` : 'icon.svg'
}

/** Attributes that belong to the reader are left alone when live patches come in: an open form stays open. */
const htmxConfig = JSON.stringify({
  includeIndicatorCSS: false,
  history: false,
  morphIgnore: ['data-htmx-powered', 'open', 'data-filled', 'aria-busy'],
})

function Header({ page }: { readonly page: LayoutOptions }) {
  return (
    <header class="top">
      <a class="brand" href="/">
        <Logo />
        <span>Penstock</span>
        {page.server && <span class="brand-server">{page.server}</span>}
      </a>
      {page.user && (
        <nav class="nav" aria-label="Main">
          {page.entries.map(({ id, href, label, count }) => (
            <a key={id} href={href} aria-current={page.section === id ? 'page' : undefined}>
              {label}
              {count !== undefined && count > 0 && <span class="count tone-person">{count}</span>}
            </a>
          ))}
        </nav>
      )}
      <div class="top-end">
        <ThemeSwitch page={page} />
        {page.user && <UserMenu user={page.user} csrf={page.csrf} />}
      </div>
    </header>
  )
}

function ThemeSwitch({ page }: { readonly page: LayoutOptions }) {
  const next = themes[(themes.indexOf(page.theme) + 1) % themes.length] ?? 'auto'
  return (
    <form method="post" action="/theme" data-theme-switch>
      <input type="hidden" name="_csrf" value={page.csrf} />
      <input type="hidden" name="to" value={page.path} />
      <button
        type="submit"
        class="icon-button"
        name="theme"
        value={next}
        aria-label={`Colours: ${page.theme}. Switch to ${next}`}
      >
        <Icon name={page.theme === 'auto' ? 'theme-auto' : page.theme === 'light' ? 'sun' : 'moon'} />
        <span class="theme-name">{page.theme}</span>
      </button>
    </form>
  )
}

function UserMenu({ user, csrf }: { readonly user: string; readonly csrf: string }) {
  return (
    <form method="post" action="/sign-out" class="user">
      <input type="hidden" name="_csrf" value={csrf} />
      <a class="user-name" href="/account" title="Your account">
        {user}
      </a>
      <button type="submit" class="link-button">
        Sign out
      </button>
    </form>
  )
}

function NoticeBar({ notice }: { readonly notice: Notice }) {
  return (
    <div class={`notice ${notice.kind}`} role={notice.kind === 'bad' ? 'alert' : 'status'}>
      <Icon name={notice.kind === 'bad' ? 'failed' : 'succeeded'} />
      <p>{notice.text}</p>
    </div>
  )
}

function Logo() {
  return (
    <svg class="logo" viewBox="0 0 32 32" width="28" height="28" aria-hidden="true" focusable="false">
      <path d="M4 5h8v6c0 5 3 8 8 8h8v8h-8C10 27 4 21 4 11z" class="logo-pipe" />
      <path d="M4 5h8M28 19v8" class="logo-rim" />
      <circle cx="14.2" cy="17.6" r="2.6" class="logo-drop" />
    </svg>
  )
}
