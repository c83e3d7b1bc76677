import type { Draft } from '../draft/draft.js'

/** Members in the order in which people think of them; all others follow by name. */
const order = [
  'name',
  'actionTypeId',
  'ruleTypeId',
  'category',
  'owner',
  'provider',
  'version',
  'providerType',
  'gitConfiguration',
  'sourceActionName',
  'roleArn',
  'pipelineType',
  'executionMode',
  'artifactStore',
  'artifactStores',
  'variables',
  'triggers',
  'result',
  'retryConfiguration',
  'runOrder',
  'configuration',
  'beforeEntry',
  'actions',
  'onSuccess',
  'onFailure',
  'stages',
]

/**
 * A declaration as text for comparing: members in one order, without those that say what their absence says as well
 * (S11), and without the version, which is the server's.
 */
export function canonical(draft: Draft): string {
  const { version: _, ...rest } = draft
  return JSON.stringify(tidy({ executionMode: 'SUPERSEDED', ...rest }), undefined, 2)
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([name, inner]) => !isDefault(name, inner))
    .map(([name, inner]) => [name, tidy(inner)] as const)
  return Object.fromEntries(entries.sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1)))
}

function rank(name: string): number {
  const at = order.indexOf(name)
  return at < 0 ? order.length : at
}

function isDefault(name: string, value: unknown): boolean {
  if (value === undefined || (name === 'runOrder' && value === 1)) return true
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0
}
