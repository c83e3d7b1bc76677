/**
 * A change did not happen because of another one that was under way: nothing was changed, and trying again is right.
 * Verbs whose operation has a name for it give it that name (`busy` and `taken` of its operation); to everybody else it is a 503.
 */
export class Busy extends Error {
  override readonly name = 'Busy'
  readonly status = 503
  readonly expose = true

  constructor(
    /** `held`: what was to be changed stayed locked, or was changed meanwhile. `taken`: its name was, by another creation. */
    readonly why: 'held' | 'taken',
    options?: ErrorOptions,
  ) {
    super('another change was under way for too long: nothing was changed, so try again', options)
  }
}
