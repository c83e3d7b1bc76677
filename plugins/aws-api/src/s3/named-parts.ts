import { checksumNames } from './checksums.js'
import { malformedXml, S3Error } from './s3-error.js'
import type { S3Request } from './s3-request.js'
import { readSignedBody } from './signed-body.js'
import type { Part, Upload } from './uploads.js'
import { contentsOf, textOf } from './xml.js'

/** Ten thousand parts with all of their checksums. */
const mostXml = 8 * 1024 * 1024
/** S3's: every part but the last. */
const leastPart = 5 * 1024 * 1024

/** A part as a CompleteMultipartUpload document names it. */
export interface NamedPart {
  readonly number: number
  /** Unquoted. */
  readonly etag: string
  readonly xml: string
}

/** Reads the document. Errors: MalformedXML, InvalidPartOrder, what the body has. */
export async function namedParts(from: S3Request): Promise<NamedPart[]> {
  const text = (await readSignedBody(from, mostXml)).toString('utf8')
  const parts: NamedPart[] = []
  for (const xml of contentsOf(text, 'Part')) {
    const number = Number(textOf(xml, 'PartNumber') || Number.NaN)
    const etag = textOf(xml, 'ETag')?.replaceAll('"', '')
    if (!Number.isInteger(number) || etag === undefined) throw malformedXml()
    if (number <= (parts.at(-1)?.number ?? 0)) {
      throw new S3Error(
        'InvalidPartOrder',
        'The list of parts was not in ascending order. Parts must be ordered by part number.',
        400,
      )
    }
    parts.push({ number, etag, xml })
  }
  if (parts.length === 0) throw malformedXml()
  return parts
}

/** The parts as they lie here, in the order in which they were named. Errors: InvalidPart, EntityTooSmall. */
export async function matchingParts(
  from: S3Request,
  id: string,
  { at }: Upload,
  named: readonly NamedPart[],
): Promise<Part[]> {
  const parts: Part[] = []
  for (const { number, etag, xml } of named) {
    const part = await from.uploads.part(id, at, number)
    if (!part || part.etag !== etag || !sameChecksums(part, xml)) throw invalidPart(id, number, etag)
    parts.push(part)
  }
  for (const { number, size } of parts.slice(0, -1)) {
    if (size < leastPart) throw tooSmall(number, size)
  }
  return parts
}

function sameChecksums(part: Part, xml: string): boolean {
  return checksumNames.every((name) => {
    const named = textOf(xml, `Checksum${name.toUpperCase()}`)
    const known = part.checksums.get(name)
    return named === undefined || known === undefined || named === known
  })
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
