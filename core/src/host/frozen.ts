/** Events as taps get them: copies that nobody can change, so that no plugin tells another what did not happen. */

const copies = new WeakMap<object, object>()

/** The same frozen copy for every tap of one event; what is frozen already is its own. */
export function frozenCopy<T>(event: T): T {
  if (typeof event !== 'object' || event === null) return event
  const known = copies.get(event)
  if (known !== undefined) return known as T
  const copy = freeze(structuredClone(event))
  copies.set(event, copy)
  copies.set(copy, copy)
  return copy
}

function freeze<T extends object>(value: T): T {
  for (const member of Object.values(value)) if (typeof member === 'object' && member !== null) freeze(member)
  return Object.freeze(value)
}
