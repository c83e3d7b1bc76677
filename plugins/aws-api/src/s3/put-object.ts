import { checksumHeader } from './checksums.js'
import { conditionally } from './conditional-write.js'
import { headerChecksums, incomingBody } from './incoming-body.js'
import { encryptionHeaders, etagOf, metadataOf, versionHeader, withDigests } from './object-headers.js'
import { objectOf } from './route.js'
import { notImplemented } from './s3-error.js'
import { permit, type S3Verb, storing } from './s3-request.js'

/** PUT of a whole object. Errors: AccessDenied, BadDigest, IncompleteBody, those of a condition, and what the body has. */
export const putObject: S3Verb = async (from) => {
  const at = objectOf(from.route)
  if (from.headers.has('x-amz-copy-source')) throw notImplemented('copying objects: read the one and write the other')
  permit(from, 's3:PutObject')
  const given = metadataOf(from.headers)
  return conditionally(from, at, async () => {
    const body = incomingBody(from)
    // The store is given the metadata before a trailer has come: only checksums of the header are kept.
    const early = [...headerChecksums(from.headers)].map(([name, value]) => [checksumHeader(name), value])
    const metadata = { ...given, ...Object.fromEntries(early) }
    try {
      const stored = await storing(from).put(at, body.stream, metadata)
      const found = withDigests({}, body.stream.checksums())
      return {
        status: 200,
        headers: { etag: etagOf(stored), ...versionHeader(stored), ...encryptionHeaders(given), ...found },
        changed: 's3:PutObject',
      }
    } catch (error) {
      throw body.failure() ?? error
    } finally {
      body.stream.destroy()
    }
  })
}
