/**
 * What can be wrong with an artifact, for programs:
 * - ArtifactInvalid: a zip that is damaged, or holds what must not be unpacked
 * - ArtifactTooLarge: more bytes or entries than the limits allow
 * - ArtifactEmpty: a selection that matches nothing
 * - ArtifactStoreFull: no space left where artifacts lie
 * - ArtifactKeyInvalid: a bucket or key that cannot name an object
 */
export const artifactErrorCodes = [
  'ArtifactInvalid',
  'ArtifactTooLarge',
  'ArtifactEmpty',
  'ArtifactStoreFull',
  'ArtifactKeyInvalid',
] as const

/**
 * One of the codes above.
 * @example
 * const code: ArtifactErrorCode = 'ArtifactEmpty'
 */
export type ArtifactErrorCode = (typeof artifactErrorCodes)[number]

const brand = Symbol.for('penstock.artifact-error')

/**
 * An artifact that cannot be made, kept or opened: `code` for programs, `message` for the pipeline's owner.
 * @example
 * throw new ArtifactError('ArtifactEmpty', 'nothing matches *.jar')
 */
export class ArtifactError extends Error {
  readonly [brand] = true
  constructor(
    readonly code: ArtifactErrorCode,
    message: string,
  ) {
    super(message)
    this.name = code
  }
}

/**
 * True for an ArtifactError of this or any other copy of the package.
 * @example
 * await ctx.input().catch((error) => {
 *   if (isArtifactError(error)) ctx.log.line(error.code)
 *   throw error
 * })
 */
export function isArtifactError(error: unknown): error is ArtifactError {
  return typeof error === 'object' && error !== null && brand in error
}
