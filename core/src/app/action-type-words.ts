/** What files that declare action types have in common, penstock.yaml's and partners': the service model's limits (J1, J2). */
export const providerName = {
  type: 'string',
  pattern: '^[0-9A-Za-z_-]{1,35}$',
  description: '1 to 35 letters, digits, _ or -',
}
export const versionPattern = '^[0-9A-Za-z_-]{1,9}$'
export const propertyName = { type: 'string', minLength: 1, maxLength: 50 }
export const propertyLimit = 10
export const url = { type: 'string', minLength: 1, maxLength: 2048 }
export const flag = { type: 'boolean' }

/** How many artifacts a type takes or gives, of at most so many. */
export function artifactCounts(maximum: number) {
  const count = { type: 'integer', minimum: 0, maximum }
  return {
    type: 'object',
    required: ['minimumCount', 'maximumCount'],
    properties: { minimumCount: count, maximumCount: count },
  }
}
