import type { AccessKey, AuditEntry, ManagedPolicy, PolicyDocument } from './access.js'

export interface StoredUser {
  readonly name: string
  readonly passwordHash: string
  readonly policies: readonly (ManagedPolicy | PolicyDocument)[]
  /** May do nothing, by any key or session. */
  readonly disabled?: boolean
}

export interface StoredSession {
  readonly tokenHash: string
  readonly userName: string
  readonly expires: number
  readonly created?: number
  readonly from?: string
}

export type StoredAccessKey = AccessKey & { readonly sealedSecret: string }

/** Users, their sessions and access keys. Times are epoch milliseconds. */
export interface AccessStore {
  hasUsers(): Promise<boolean>
  user(name: string): Promise<StoredUser | undefined>
  /** By name. */
  users(): Promise<StoredUser[]>
  /** With its access keys and sessions, all or nothing. True when there was such a user. */
  deleteUser(name: string): Promise<boolean>
  /** Adds the user, or replaces its password and policies. */
  putUser(user: StoredUser): Promise<void>
  addAccessKey(key: StoredAccessKey): Promise<void>
  accessKey(accessKeyId: string): Promise<StoredAccessKey | undefined>
  /** Oldest first. */
  accessKeys(): Promise<StoredAccessKey[]>
  touchAccessKey(accessKeyId: string, at: number): Promise<void>
  /** True when there was such a key. */
  deleteAccessKey(accessKeyId: string): Promise<boolean>
  addSession(session: StoredSession): Promise<void>
  /** Of one user, or of all. */
  sessions(userName?: string): Promise<StoredSession[]>
  session(tokenHash: string): Promise<{ userName: string; expires: number } | undefined>
  extendSession(tokenHash: string, expires: number): Promise<void>
  deleteSession(tokenHash: string): Promise<void>
  /** A new password ends what was signed in with the old one. */
  deleteSessionsOf(userName: string): Promise<void>
  deleteExpiredSessions(now: number): Promise<void>
}

/** The record of who did what; only ever appended to, until it is too old to keep. */
export interface AuditStore {
  add(entry: AuditEntry): Promise<void>
  /** Newest first, at least `limit` where there are as many; entries of one millisecond are never torn apart. `before` is exclusive. */
  page(before: number | undefined, limit: number): Promise<AuditEntry[]>
  deleteBefore(at: number): Promise<void>
}
