import { type ListedObject, versionsPrefix } from '@penstock/core'
import { checkBucket, checkBucketIsThere } from './bucket.js'
import { invalidArgument, notImplemented } from './s3-error.js'
import type { S3Request, S3Verb } from './s3-request.js'
import { uploadsPrefix } from './uploads.js'
import { type XmlTree, xmlDocument } from './xml.js'

const mostAtOnce = 1000
/** Stands behind all that begins with what stands before it: the last character there is. */
const last = '\u{10ffff}'

interface Page {
  readonly objects: readonly ListedObject[]
  readonly prefixes: readonly string[]
  /** Where the next page begins; `undefined` on the last. */
  readonly next: string | undefined
  /** The last key or prefix of this page. */
  readonly end: string
}

/**
 * GET of a bucket: its objects, by either version of the operation, with prefix, delimiter and pages. A job's credentials
 * see the job's own objects. Errors: AccessDenied, NoSuchBucket, InvalidArgument, NotImplemented.
 */
export const listObjects: S3Verb = async (from) => {
  checkBucket(from)
  await checkBucketIsThere(from)
  const { query } = from
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const given = query.get('max-keys') ?? String(mostAtOnce)
  if (!/^\d{1,10}$/.test(given)) throw invalidArgument('max-keys must be an integer between 0 and 2147483647.')
  const limit = Math.min(Number(given), mostAtOnce)
  const second = query.get('list-type') === '2'
  const page = await pageOf(from, prefix, delimiter, second ? startOf(query) : markerOf(query, delimiter), limit)
  const write = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key
  const tree = {
    Name: from.route.bucket,
    Prefix: write(prefix),
    ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
    MaxKeys: limit,
    ...(query.get('encoding-type') === 'url' ? { EncodingType: 'url' } : {}),
    IsTruncated: page.next !== undefined,
    ...(second ? secondsOwn(query, page, write) : firstsOwn(query, page, write)),
    Contents: page.objects.map((object) => contentOf(object, write)),
    CommonPrefixes: page.prefixes.map((Prefix) => ({ Prefix: write(Prefix) })),
  }
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument('ListBucketResult', tree) }
}

function secondsOwn(query: URLSearchParams, page: Page, write: (key: string) => string): XmlTree {
  const startAfter = query.get('start-after')
  return {
    KeyCount: page.objects.length + page.prefixes.length,
    ContinuationToken: query.get('continuation-token') ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : Buffer.from(page.next).toString('base64url'),
    StartAfter: startAfter === null ? undefined : write(startAfter),
  }
}

function firstsOwn(query: URLSearchParams, page: Page, write: (key: string) => string): XmlTree {
  return {
    Marker: write(query.get('marker') ?? ''),
    NextMarker: page.next === undefined ? undefined : write(page.end),
  }
}

function contentOf({ key, modified, etag, size }: ListedObject, write: (key: string) => string): XmlTree {
  const time = new Date(modified).toISOString()
  return { Key: write(key), LastModified: time, ETag: `"${etag}"`, Size: size, StorageClass: 'STANDARD' }
}

const encodeKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/')

/** Errors: InvalidArgument. */
function startOf(query: URLSearchParams): string {
  const token = query.get('continuation-token')
  if (token === null) return query.get('start-after') ?? ''
  const start = Buffer.from(token, 'base64url').toString('utf8')
  if (start !== '' && Buffer.from(start).toString('base64url') === token) return start
  throw invalidArgument('The continuation token provided is incorrect')
}

/** A marker that is a common prefix stands for all of its objects. */
function markerOf(query: URLSearchParams, delimiter: string): string {
  const marker = query.get('marker') ?? ''
  return delimiter !== '' && marker.endsWith(delimiter) ? marker + last : marker
}

async function pageOf(from: S3Request, prefix: string, delimiter: string, start: string, limit: number): Promise<Page> {
  const list = listing(from)
  const objects: ListedObject[] = []
  const prefixes: string[] = []
  let [end, at] = ['', start]
  for (let more = limit > 0; more; ) {
    const room = limit - objects.length - prefixes.length
    // One more than there is room for tells whether there is another page.
    const found = await list(prefix, at, room + 1)
    more = false
    for (const [index, object] of found.entries()) {
      const fold = foldOf(object.key, prefix, delimiter)
      if (index === room && !isHidden(fold)) return { objects, prefixes, next: at, end }
      if (fold === undefined) objects.push(object)
      else if (!isHidden(fold)) prefixes.push(fold)
      if (!isHidden(fold)) end = fold ?? object.key
      at = fold === undefined ? object.key : fold + last
      more = fold !== undefined
      // What else is folded is passed over in one step.
      if (more) break
    }
  }
  return { objects, prefixes, next: undefined, end }
}

/** What nobody put there: unfinished uploads, and older versions. */
const hiddenPrefixes = [uploadsPrefix, versionsPrefix]

function isHidden(fold: string | undefined): boolean {
  return fold !== undefined && hiddenPrefixes.includes(fold)
}

/** What of a key is shown: all (`undefined`), or its beginning to the first delimiter. */
function foldOf(key: string, prefix: string, delimiter: string): string | undefined {
  const hidden = hiddenPrefixes.find((one) => key.startsWith(one))
  if (hidden !== undefined) return hidden
  const at = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length)
  return at < 0 ? undefined : key.slice(0, at + delimiter.length)
}

type List = (prefix: string, after: string, limit: number) => Promise<readonly ListedObject[]>

function listing({ artifacts, caller, route }: S3Request): List {
  const bucket = String(route.bucket)
  const { job } = caller.credentials
  if (job === undefined) {
    const { list } = artifacts
    if (list === undefined) throw notImplemented('listing: its store cannot list objects')
    return (prefix, after, limit) => list.call(artifacts, bucket, { prefix, after, limit })
  }
  const own = [...new Set([...job.readable, ...job.writable])]
    .filter((path) => path.startsWith(`${bucket}/`))
    .map((path) => path.slice(bucket.length + 1))
    .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
  return async (prefix, after, limit) => {
    const behind = own.filter(
      (key) => key.startsWith(prefix) && Buffer.compare(Buffer.from(key), Buffer.from(after)) > 0,
    )
    const objects = await Promise.all(
      behind.map(async (key) => ({ key, object: await artifacts.head({ bucket, key }) })),
    )
    return objects.flatMap(({ key, object }) => (object ? [{ ...object, key }] : [])).slice(0, limit)
  }
}
