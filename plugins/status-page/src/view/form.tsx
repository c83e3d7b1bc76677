import type { ComponentChildren } from 'preact'
import { Icon, type IconName } from './icons.js'

interface PostProps {
  readonly action: string
  readonly csrf: string
  readonly class?: string
  /** What it is about, by id: when that is gone, whoever was typing is told what became of it (`data-news`). */
  readonly about?: string
  readonly children: ComponentChildren
}

/** A form that changes something. */
export function Post({ action, csrf, class: extra, about, children }: PostProps) {
  return (
    <form method="post" action={action} class={extra} data-once data-about={about}>
      <input type="hidden" name="_csrf" value={csrf} />
      {children}
    </form>
  )
}

interface PopProps {
  readonly label: string
  readonly icon?: IconName
  readonly kind?: 'primary' | 'danger' | 'quiet'
  readonly children: ComponentChildren
}

/** A button that opens a small form beside it. A disclosure: works without scripts, closes with Escape. */
export function Pop({ label, icon, kind, children }: PopProps) {
  return (
    <details class="pop" data-pop>
      <summary class={`button${kind ? ` ${kind}` : ''}`}>
        {icon && <Icon name={icon} />}
        {label}
      </summary>
      <div class="pop-body">{children}</div>
    </details>
  )
}

/** A trail of links back to the list. */
export function Trail({ steps }: { readonly steps: readonly { readonly href: string; readonly label: string }[] }) {
  return (
    <nav class="trail" aria-label="Where you are">
      <ol>
        {steps.map((step) => (
          <li key={step.href}>
            <a href={step.href}>{step.label}</a>
          </li>
        ))}
      </ol>
    </nav>
  )
}
