import type { PropertyDeclarations } from '@penstock/core'
import { mapConfigurations, propertiesOf } from './configurations.js'
import { type Draft, typeText } from './draft/draft.js'
import type { KnownTypes } from './known-types.js'

/** The values that a type's properties begin with. */
export function defaultsOf(properties: PropertyDeclarations): Record<string, string> {
  const entries = Object.entries(properties).filter(([, property]) => property.default !== undefined)
  return Object.fromEntries(entries.map(([name, property]) => [name, String(property.default)]))
}

/**
 * When an action's or a rule's type was changed: what the new one does not know is dropped, its defaults are filled in.
 * `before` has each one's type, as the form was drawn, under its place and `.typeWas`.
 */
export function retype(draft: Draft, before: ReadonlyMap<string, string>, known: KnownTypes): Draft {
  return mapConfigurations(draft, (configuration, { type, at }) => {
    const was = before.get(`${at}.typeWas`)
    const now = type.category === 'Rule' ? type.provider : typeText(type)
    const properties = propertiesOf(known, type)
    if (was === undefined || was === now || !properties) return configuration
    const kept = Object.entries(configuration).filter(([name]) => Object.hasOwn(properties, name))
    return { ...defaultsOf(properties), ...Object.fromEntries(kept) }
  })
}
