/** The logs of an installation with several servers: any of them can be asked for any log. */

/** What is known of one action's log beside its bytes. */
export interface SharedLog {
  /** Bytes that can be read. */
  readonly size: number
  /** No more will come. */
  readonly finished: boolean
  /** The bytes are an object of the artifact store, and no longer in the database. */
  readonly isObject: boolean
  /** Who writes: a job and its fence, or a server's own worker. */
  readonly writer: string
  /** How many bytes there were when it began, before it masked anything. */
  readonly base: number
  /** How many bytes it has sent; fewer or more are kept, for they are masked here once more. */
  readonly received: number
  /** The end of what it sent that may yet turn out to be the beginning of a secret, and what is secret: sealed. */
  readonly sealed?: string | undefined
  /** Which of a server's files this was when it was finished: another one of the same writer goes on where it ended. */
  readonly ending?: string | undefined
}

/** What one change of a log may do; it is done whole or not at all, and one after the other. */
export interface LogChange {
  readonly log: SharedLog
  /** Adds bytes at the end. */
  add(bytes: Buffer): Promise<void>
  /** Forgets the bytes in the database; the log keeps its size. */
  drop(): Promise<void>
  /** These bytes are the whole log. */
  replace(bytes: Buffer): Promise<void>
  set(change: Partial<Omit<SharedLog, 'size'>>): void
}

export interface SharedLogStore {
  get(actionExecutionId: string): Promise<SharedLog | undefined>
  /** Locks the log, which is made when there is none, for as long as `work` takes. `work` may be called again. */
  change<T>(actionExecutionId: string, now: number, work: (change: LogChange) => Promise<T>): Promise<T>
  /** The bytes from an offset on, as far as they are in the database. */
  read(actionExecutionId: string, from: number, limit: number): Promise<Buffer>
  /** Somebody reads a log that another server has. */
  want(actionExecutionId: string, now: number): Promise<void>
  isWanted(actionExecutionId: string, since: number): Promise<boolean>
  /** Unfinished logs to which nothing was added since. */
  silentSince(before: number, limit: number): Promise<{ readonly id: string; readonly writer: string }[]>
  forget(actionExecutionIds: readonly string[]): Promise<void>
}
