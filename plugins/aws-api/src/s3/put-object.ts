import { incomingBody } from './incoming-body.js'
import { encryptionHeaders, etagOf, metadataOf, withDigests } from './object-headers.js'
import { objectOf } from './route.js'
import { notImplemented, S3Error } from './s3-error.js'
import { permit, type S3Verb } from './s3-request.js'

/** PUT of a whole object. Errors: AccessDenied, BadDigest, IncompleteBody, PreconditionFailed and what the body has. */
export const putObject: S3Verb = async (from) => {
  const at = objectOf(from.route)
  if (from.headers.has('x-amz-copy-source')) throw notImplemented('copying objects')
  permit(from, 's3:PutObject')
  if (from.headers.get('if-none-match') === '*' && (await from.artifacts.head(at))) {
    throw new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', 412)
  }
  const given = metadataOf(from.headers)
  const body = incomingBody(from)
  // The store writes the metadata when it is told of it, before a trailer has come: only header checksums are kept.
  const early = [...from.headers].filter(([name]) => /^x-amz-checksum-(crc|sha)/.test(name))
  const metadata = { ...given, ...Object.fromEntries(early) }
  try {
    const stored = await from.artifacts.put(at, body.stream, metadata)
    const found = withDigests({}, body.stream.checksums())
    return {
      status: 200,
      headers: { etag: etagOf(stored), ...encryptionHeaders(given), ...found },
      changed: 's3:PutObject',
    }
  } catch (error) {
    throw body.failure() ?? error
  } finally {
    body.stream.destroy()
  }
}
