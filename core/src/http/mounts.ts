import type { IncomingMessage } from 'node:http'
import type { PluginMount } from '../host/plugin-host.js'

/** Who answers a request: the first mount that claims it with `match`, else the longest prefix; `undefined` when none fits. */
export function chooseMount(mounts: readonly PluginMount[], request: IncomingMessage): PluginMount | undefined {
  const path = pathOf(request.url)
  let best: PluginMount | undefined
  for (const candidate of mounts) {
    const { mount } = candidate
    if (!within(path, mount.prefix)) continue
    if (mount.match) {
      if (mount.match(request)) return candidate
      continue // it answers only what it claims
    }
    if (!best || mount.prefix.length > best.mount.prefix.length) best = candidate
  }
  return best
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
