/** Times as the protocol has them. */
const timeMembers = ['created', 'startTime', 'endTime']

/** Milliseconds since the epoch as seconds, in whatever members are times. */
export function inSeconds(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inSeconds)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      timeMembers.includes(name) && typeof member === 'number' ? member / 1000 : inSeconds(member),
    ]),
  )
}
