import { S3Error } from './s3-error.js'

/**
 * Judges If-Match, If-Unmodified-Since, If-None-Match and If-Modified-Since, the former of each pair before the latter.
 * `etag` in quotes, `modified` in epoch milliseconds. Errors: PreconditionFailed (412).
 */
export function checkConditions(
  headers: ReadonlyMap<string, string>,
  etag: string,
  modified: number,
): 'not modified' | 'go on' {
  const match = headers.get('if-match')
  const unmodifiedSince = headers.get('if-unmodified-since')
  if (match === undefined && isAfter(modified, unmodifiedSince)) throw preconditionFailed('If-Unmodified-Since')
  if (match !== undefined && !namesEtag(match, etag)) throw preconditionFailed('If-Match')
  const noneMatch = headers.get('if-none-match')
  if (noneMatch !== undefined) return namesEtag(noneMatch, etag) ? 'not modified' : 'go on'
  const modifiedSince = headers.get('if-modified-since')
  if (modifiedSince === undefined || Number.isNaN(Date.parse(modifiedSince))) return 'go on'
  return isAfter(modified, modifiedSince) ? 'go on' : 'not modified'
}

/** The error of a condition that does not hold; `Condition` is the header's name, which S3 tells too. */
export function preconditionFailed(Condition: string): S3Error {
  const message = 'At least one of the pre-conditions you specified did not hold'
  return new S3Error('PreconditionFailed', message, 412, { elements: { Condition } })
}

/** Whether a header's list of ETags, or `*`, names this one. */
export function namesEtag(header: string, etag: string): boolean {
  const bare = (text: string) => text.trim().replace(/^W\//, '').replaceAll('"', '')
  return header.trim() === '*' || header.split(',').some((each) => bare(each) === bare(etag))
}

/** HTTP's dates have whole seconds. A date that cannot be read counts as absent. */
function isAfter(modified: number, date: string | undefined): boolean {
  const limit = Date.parse(date ?? '')
  return !Number.isNaN(limit) && Math.floor(modified / 1000) * 1000 > limit
}
