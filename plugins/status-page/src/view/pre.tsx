import type { ComponentChildren } from 'preact'

/** Text as it is, which may be wider than the page: it scrolls, and so the keyboard must reach it. */
export function Pre({ children }: { readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <pre tabIndex={0}>{children}</pre>
  )
}
