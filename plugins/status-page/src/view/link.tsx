import type { ComponentChildren } from 'preact'
import { Icon } from './icons.js'

/** The address when it is an absolute http(s) one; undefined for `javascript:` and all else that must not be a link. */
export function safeHref(url: string | undefined): string | undefined {
  if (!url || !URL.canParse(url)) return undefined
  const { protocol } = new URL(url)
  return protocol === 'http:' || protocol === 'https:' ? url : undefined
}

/** A link to another site; plain text when the address is not http(s). */
export function External({
  href,
  children,
}: {
  readonly href: string | undefined
  readonly children: ComponentChildren
}) {
  const safe = safeHref(href)
  if (!safe) return <span class="no-link">{children}</span>
  return (
    <a href={safe} rel="noopener noreferrer nofollow" target="_blank" class="external">
      {children}
      <Icon name="external" />
      <span class="sr"> (opens in a new tab)</span>
    </a>
  )
}

const part = encodeURIComponent

/** Addresses of the page, in one place. */
export const to = {
  pipeline: (name: string, ...rest: readonly string[]) => ['/pipelines', part(name), ...rest.map(part)].join('/'),
  stage: (name: string, stage: string, verb: string) => `/pipelines/${part(name)}/stages/${part(stage)}/${verb}`,
  execution: (name: string, id: string, ...rest: readonly string[]) =>
    ['/pipelines', part(name), 'executions', part(id), ...rest.map(part)].join('/'),
  action: (name: string, actionExecutionId: string, ...rest: readonly string[]) =>
    ['/pipelines', part(name), 'actions', part(actionExecutionId), ...rest.map(part)].join('/'),
}

/** The first characters of an execution's id, as a link to its page. */
export function ExecutionLink({ pipeline, id }: { readonly pipeline: string; readonly id: string }) {
  return (
    <a class="mono" href={to.execution(pipeline, id)} title={`Execution ${id}`}>
      {shortId(id)}
    </a>
  )
}

/** Enough of an execution's id for people, as on the command line: its end, for ids of the same minute begin alike. */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(-8) : id
}
