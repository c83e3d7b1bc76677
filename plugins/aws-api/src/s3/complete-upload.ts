import { createHash } from 'node:crypto'
import { pipeline, Readable } from 'node:stream'
import { readBody } from '../http/read-body.js'
import { hexSha256 } from '../sigv4/signing-key.js'
import { CheckedBody } from './checked-body.js'
import { checksumNames } from './checksums.js'
import { headerChecksums } from './incoming-body.js'
import { encryptionHeaders, withDigests } from './object-headers.js'
import { objectOf } from './route.js'
import { S3Error } from './s3-error.js'
import { permit, type S3Request, type S3Verb } from './s3-request.js'
import type { Part, Upload } from './uploads.js'
import { contentsOf, textOf, xmlDocument } from './xml.js'

/** Ten thousand parts with all of their checksums. */
const mostXml = 8 * 1024 * 1024
/** S3's: every part but the last. */
const leastPart = 5 * 1024 * 1024

interface Named {
  readonly number: number
  readonly etag: string
  readonly xml: string
}

/** POST ?uploadId: makes the object of its parts. Errors: AccessDenied, NoSuchUpload, InvalidPart, InvalidPartOrder, EntityTooSmall, MalformedXML. */
export const completeUpload: S3Verb = async (from) => {
  const at = objectOf(from.route)
  permit(from, 's3:PutObject')
  const id = from.query.get('uploadId') ?? ''
  const named = await namedParts(from)
  const upload = await from.uploads.find(id, at)
  const etag = upload.completed ?? (await from.uploads.complete(id, upload, () => assemble(from, id, upload, named)))
  const tree = { Location: `${from.identity.publicUrl}/${at.bucket}/${at.key}`, Bucket: at.bucket, Key: at.key }
  return {
    status: 200,
    headers: { 'content-type': 'application/xml', ...encryptionHeaders(upload.metadata) },
    body: xmlDocument('CompleteMultipartUploadResult', { ...tree, ETag: `"${etag}"` }),
    changed: 's3:PutObject',
  }
}

async function namedParts(from: S3Request): Promise<Named[]> {
  const body = await readBody(from.request, mostXml)
  const payload = from.headers.get('x-amz-content-sha256') ?? 'UNSIGNED-PAYLOAD'
  if (payload !== 'UNSIGNED-PAYLOAD' && payload !== hexSha256(body)) {
    throw new S3Error(
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      400,
    )
  }
  const parts: Named[] = []
  for (const xml of contentsOf(body.toString('utf8'), 'Part')) {
    const number = Number(textOf(xml, 'PartNumber'))
    const etag = textOf(xml, 'ETag')?.replaceAll('"', '')
    if (!Number.isInteger(number) || etag === undefined) throw malformed()
    if (number <= (parts.at(-1)?.number ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
      )
    }
    parts.push({ number, etag, xml })
  }
  if (parts.length === 0) throw malformed()
  return parts
}

const malformed = () =>
  new S3Error(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
    400,
  )

async function assemble(from: S3Request, id: string, upload: Upload, named: readonly Named[]): Promise<string> {
  const parts = await matching(from, id, named)
  const etag = multipartEtag(parts)
  const body = new CheckedBody({ checksums: wholeChecksums(from), inTrailer: [] })
  let problem: Error | undefined
  pipeline(Readable.from(from.uploads.bytes(id, parts)), body, (error) => {
    problem = error ?? undefined
  })
  const metadata = withDigests(upload.metadata, wholeChecksums(from), etag)
  try {
    await from.artifacts.put(upload.at, body, metadata)
  } catch (error) {
    throw problem ?? error
  } finally {
    body.destroy()
  }
  return etag
}

/** The parts as they lie here, in the order in which they were named. */
async function matching(from: S3Request, id: string, named: readonly Named[]): Promise<Part[]> {
  const there = new Map((await from.uploads.parts(id)).map((part) => [part.number, part]))
  const parts = named.map(({ number, etag, xml }) => {
    const part = there.get(number)
    if (!part || part.etag !== etag || !sameChecksums(part, xml)) throw invalidPart(id, number, etag)
    return part
  })
  for (const { number, size } of parts.slice(0, -1)) {
    if (size < leastPart) throw tooSmall(number, size)
  }
  return parts
}

function invalidPart(id: string, number: number, etag: string): S3Error {
  return new S3Error(
    'InvalidPart',
    "One or more of the specified parts could not be found. The part might not have been uploaded, or the specified entity tag might not have matched the part's entity tag.",
    400,
    { elements: { UploadId: id, PartNumber: String(number), ETag: etag } },
  )
}

function tooSmall(number: number, size: number): S3Error {
  return new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed object size', 400, {
    elements: { ProposedSize: String(size), MinSizeAllowed: String(leastPart), PartNumber: String(number) },
  })
}

function sameChecksums(part: Part, xml: string): boolean {
  return checksumNames.every((name) => {
    const named = textOf(xml, `Checksum${name.toUpperCase()}`)
    const known = part.checksums[name]
    return named === undefined || known === undefined || named === known
  })
}

/** Checksums of the whole object. Those made of the parts' checksums (`...-3`) say nothing beyond what the parts said. */
function wholeChecksums(from: S3Request) {
  return new Map([...headerChecksums(from.headers)].filter(([, value]) => !/-\d+$/.test(value)))
}

/** S3's: the MD5 of all MD5s, and how many there were. */
function multipartEtag(parts: readonly Part[]): string {
  const hash = createHash('md5')
  for (const { etag } of parts) hash.update(Buffer.from(etag, 'hex'))
  return `${hash.digest('hex')}-${parts.length}`
}
