import type { PrincipalOperations } from '@penstock/core'
import { asksOf } from '../pages/pipelines/model.js'
import type { Site } from '../site.js'
import { boardOf } from '../state/board.js'

export type Section =
  | 'pipelines'
  | 'inbox'
  | 'activity'
  | 'environments'
  | 'sources'
  | 'workers'
  | 'plugins'
  | 'access-keys'
  | 'users'
  | 'secrets'
  | 'audit'
  | 'account'

/** An entry of the navigation; `count` of what waits there for the reader. */
export interface Entry {
  readonly id: Section
  readonly href: string
  readonly label: string
  readonly count?: number
}

interface Known extends Entry {
  /** Whether the reader may see anything there. */
  readonly open: (operations: PrincipalOperations) => boolean
}

const list = ({ may }: PrincipalOperations) => may('listPipelines', {})

const entries: readonly Known[] = [
  { id: 'pipelines', href: '/', label: 'Pipelines', open: list },
  { id: 'inbox', href: '/inbox', label: 'Inbox', open: list },
  { id: 'activity', href: '/activity', label: 'Activity', open: list },
  { id: 'environments', href: '/environments', label: 'Environments', open: list },
  { id: 'sources', href: '/sources', label: 'Sources', open: list },
  { id: 'workers', href: '/workers', label: 'Workers', open: ({ may }) => may('getQueue', {}) },
  { id: 'plugins', href: '/plugins', label: 'Plugins', open: ({ may }) => may('listPlugins', {}) },
  { id: 'users', href: '/users', label: 'Users', open: ({ may }) => may('listUsers', {}) },
  { id: 'secrets', href: '/secrets', label: 'Secrets', open: ({ may }) => may('listSecrets', {}) },
  { id: 'access-keys', href: '/access-keys', label: 'Access keys', open: ({ may }) => may('listAccessKeys', {}) },
  { id: 'audit', href: '/audit', label: 'Audit log', open: ({ may }) => may('listAuditEntries', {}) },
]

/** What the reader may go to: nothing in it ends in a refusal. */
export function navigation(site: Site, operations: PrincipalOperations): Entry[] {
  return entries
    .filter(({ open }) => open(operations))
    .map(({ open: _, ...entry }) => (entry.id === 'inbox' ? { ...entry, count: countAsked(site, operations) } : entry))
}

function countAsked(site: Site, operations: PrincipalOperations): number {
  const living = [...boardOf(site).lately().values()].filter(({ live }) => live.length > 0)
  return living.reduce((sum, standing) => sum + asksOf(operations, standing), 0)
}
