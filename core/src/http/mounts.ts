import type { IncomingMessage } from 'node:http'
import type { PluginMount } from '../host/plugin-host.js'

/**
 * Who answers a request: the first mount that claims it with `match`, else the longest prefix; `undefined` when none fits.
 * A `match` that throws claims nothing, and `onError` hears of it.
 */
export function chooseMount(
  mounts: readonly PluginMount[],
  request: IncomingMessage,
  onError: (plugin: string, error: unknown) => void = () => {},
): PluginMount | undefined {
  const path = pathOf(request.url)
  let best: PluginMount | undefined
  for (const candidate of mounts) {
    const { mount } = candidate
    if (!within(path, mount.prefix)) continue
    if (mount.match) {
      if (claims(candidate, request, onError)) return candidate
      continue // it answers only what it claims
    }
    if (!best || mount.prefix.length > best.mount.prefix.length) best = candidate
  }
  return best
}

function claims(
  { plugin, mount }: PluginMount,
  request: IncomingMessage,
  onError: (plugin: string, error: unknown) => void,
): boolean {
  try {
    return mount.match?.(request) === true
  } catch (error) {
    onError(plugin, error)
    return false
  }
}

/** `/hooks` holds `/hooks` and `/hooks/x`, but not `/hooksaw`. */
function within(path: string, prefix: string): boolean {
  return prefix === '/' || path === prefix || path.startsWith(`${prefix}/`)
}

/** The path of a request's target, without its query. */
export function pathOf(url: string | undefined): string {
  const text = url ?? '/'
  const end = text.search(/[?#]/)
  return end < 0 ? text : text.slice(0, end)
}
