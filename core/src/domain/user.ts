/** People who sign in, as they are administered. */
import type { ManagedPolicy, PolicyDocument } from './access.js'

type Policies = readonly (ManagedPolicy | PolicyDocument)[]

/** A user without its password. */
export interface UserFacts {
  readonly userName: string
  readonly policies: Policies
  readonly enabled: boolean
  readonly accessKeys: number
  readonly sessions: number
}

/** Somebody who is signed in. Times are Dates: they go over the wire as they are. */
export interface SessionFacts {
  /** Names the session, and is of no use to sign in with. */
  readonly sessionId: string
  readonly userName: string
  readonly expires: Date
  readonly created?: Date
  /** The address that signed in. */
  readonly from?: string
}

/** What administrators do with users. Errors: ResourceNotFoundException for one that is not there, ValidationException. */
export interface UserAdministration {
  createUser(userName: string, password: string, policies: Policies): Promise<void>
  listUsers(): Promise<readonly UserFacts[]>
  deleteUser(userName: string): Promise<void>
  setPolicies(userName: string, policies: Policies): Promise<void>
  changePassword(userName: string, password: string): Promise<void>
  /** For the person itself, who knows the old one. Errors: AccessDeniedException when it is wrong, LimitExceededException. */
  changeOwnPassword(userName: string, oldPassword: string, password: string): Promise<void>
  setDisabled(userName: string, disabled: boolean): Promise<void>
  listSessions(userName?: string): Promise<readonly SessionFacts[]>
  endSessions(userName: string, sessionId?: string): Promise<void>
}
