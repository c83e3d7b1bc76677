import type { ConnectOptions } from '../api/connect.js'

/** What every verb takes: which server, and what kind of output. */
export interface VerbOptions extends ConnectOptions {
  /** `text` or `json`. */
  readonly output?: string
}
