import { defined } from '@penstock/core'
import { type AppSpec, type HookScript, LIFECYCLE_EVENTS, type LifecycleEvent } from './model.js'
import { normalizeRelative } from './paths.js'
import type { Reader } from './reader.js'

/** Seconds; CodeDeploy's default for one script. */
export const DEFAULT_TIMEOUT = 3600

const KNOWN_KEYS = ['location', 'timeout', 'runas', 'sudo']

/** `hooks`: lifecycle event -> its scripts, in the order in which they run. */
export function parseHooks(hooks: Reader): AppSpec['hooks'] {
  if (hooks.isNil) return {}
  if (!hooks.isMap) {
    // The agent takes an empty list for "no hooks" as well.
    if (hooks.items().length > 0) hooks.problem('must be a map of lifecycle events')
    return {}
  }
  const unknown = hooks.keys().filter((key) => !isLifecycleEvent(key))
  if (unknown.length > 0)
    hooks.problem(`unknown lifecycle events: [${unknown.join(', ')}]: there are ${LIFECYCLE_EVENTS.join(', ')}`)
  const events: Partial<Record<LifecycleEvent, readonly HookScript[]>> = {}
  for (const event of LIFECYCLE_EVENTS) {
    const scripts = parseScripts(hooks.get(event))
    if (scripts.length === 0) continue
    if (event === 'Install' || event === 'DownloadBundle')
      hooks.warnOfKey(event, "scripts of this event never run: it is the agent's own")
    events[event] = scripts
  }
  return events
}

function isLifecycleEvent(key: string): key is LifecycleEvent {
  return (LIFECYCLE_EVENTS as readonly string[]).includes(key)
}

function parseScripts(list: Reader): HookScript[] {
  return list.items().flatMap((item) => {
    if (item.isNil) return []
    if (!item.isMap) {
      item.problem(`must be a map with location, timeout and runas, but is ${item.kind}`)
      return []
    }
    for (const key of item.keys()) if (!KNOWN_KEYS.includes(key)) item.warnOfKey(key, 'is unknown and ignored')
    const location = parseLocation(item.get('location'))
    const timeout = parseTimeout(item.get('timeout'))
    const runas = parseUser(item.get('runas'))
    const sudo = item.get('sudo').value === true
    if (location === undefined || timeout === undefined) return []
    return [{ location, timeout, sudo, ...defined({ runas }) }]
  })
}

function parseLocation(value: Reader): string | undefined {
  const text = value.requiredText('name the script, relative to the root of the bundle')
  if (text === undefined) return undefined
  const location = normalizeRelative(text)
  if (location === undefined || location === '') {
    value.problem(`${JSON.stringify(text)} is not a file inside the bundle`)
    return undefined
  }
  if (/\s-/.test(location)) value.warn('is taken as one path: a script gets no arguments')
  return location
}

/**
 * Seconds, in every form that Ruby's YAML takes for a whole number: `300`, `300.0`, `1_000`, `0x10`, `010` (8), `"300"`.
 * Version 2 of the agent refuses what is not whole, where version 1 made 5 of "5m".
 */
function parseTimeout(value: Reader): number | undefined {
  if (value.isNil) return DEFAULT_TIMEOUT
  const written = value.text?.trim() ?? ''
  const seconds =
    value.type === 'integer' || value.type === 'float'
      ? Number(value.value)
      : value.isString && /^\+?\d+$/.test(written)
        ? Number.parseInt(written, 10)
        : Number.NaN
  if (seconds > 0 && Number.isSafeInteger(seconds)) {
    if (!/^\+?\d+(?:[_,]\d+)*(?:\.0*)?$/.test(written) || Number(written.replace(/[_,]/g, '')) !== seconds)
      value.warn(`${written} is ${seconds} seconds to YAML`)
    return seconds
  }
  value.problem(`must be a whole number of seconds above 0, but is ${value.kind}`)
  return undefined
}

function parseUser(value: Reader): string | undefined {
  const user = value.optionalText()
  if (user === undefined || user === '') return undefined
  if (/^[A-Za-z0-9_.][A-Za-z0-9_.@+\\-]*\$?$/.test(user)) return user
  value.problem(`must be the name of a user, but is ${value.kind}`)
  return undefined
}
