/** Members of the service model that are timestamps: seconds since the epoch on the wire. */
const times = new Set([
  'created',
  'updated',
  'lastStatusChange',
  'lastChangedAt',
  'startTime',
  'lastUpdateTime',
  'approvedAt',
  'changed',
  'lastUsed',
  'asked',
  'expires',
])

/** An answer with its timestamps as Dates. What people named is never a number, so that no variable is taken for one. */
export function withDates(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withDates)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      typeof member === 'number' && times.has(name) ? new Date(member * 1000) : withDates(member),
    ]),
  )
}
