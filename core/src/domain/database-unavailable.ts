/**
 * The database cannot be reached, or did not answer: it restarts, fails over, is full of connections, or the way to it is
 * cut. What was asked for did not happen, or, when just its confirmation was cut off, nobody here knows: so ask again.
 * Workers do so until it answers; to everybody else it is a 503.
 */
export class DatabaseUnavailable extends Error {
  override readonly name = 'DatabaseUnavailable'
  readonly status = 503
  readonly expose = true

  constructor(cause?: unknown) {
    super('the database does not answer just now: try again', { cause })
  }
}
