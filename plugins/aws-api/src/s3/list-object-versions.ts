import type { ListedVersion } from '@penstock/core'
import { checkBucketIsThere } from './bucket.js'
import { accessDenied, invalidArgument } from './s3-error.js'
import { permit, type S3Verb } from './s3-request.js'
import { xmlDocument } from './xml.js'

const mostAtOnce = 1000

/**
 * GET ?versions: the versions of a bucket's objects, by key, the newest first, in pages. An object that was deleted has no
 * latest version; there are no delete markers. Errors: AccessDenied, NoSuchBucket, InvalidArgument.
 */
export const listObjectVersions: S3Verb = async (from) => {
  if (from.caller.credentials.job) throw accessDenied()
  permit(from, 's3:ListBucketVersions')
  await checkBucketIsThere(from)
  const { query } = from
  const [prefix, delimiter] = [query.get('prefix') ?? '', query.get('delimiter') ?? '']
  const given = query.get('max-keys') ?? String(mostAtOnce)
  if (!/^\d{1,10}$/.test(given)) throw invalidArgument('max-keys must be an integer between 0 and 2147483647.')
  const limit = Math.min(Number(given), mostAtOnce)
  const marker = { key: query.get('key-marker') ?? '', id: query.get('version-id-marker') ?? '' }
  const versions = await from.versions.list(String(from.route.bucket), prefix)
  const entries = fold(after(versions, marker, delimiter), prefix, delimiter)
  const page = entries.slice(0, limit)
  const last = page.at(-1)
  const isTruncated = entries.length > page.length && last !== undefined
  const write = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key
  const tree = {
    Name: from.route.bucket,
    Prefix: write(prefix),
    KeyMarker: write(marker.key),
    VersionIdMarker: marker.id,
    ...(isTruncated
      ? {
          NextKeyMarker: write(typeof last === 'string' ? last : last.key),
          ...(typeof last === 'string' ? {} : { NextVersionIdMarker: last.versionId }),
        }
      : {}),
    MaxKeys: limit,
    ...(delimiter === '' ? {} : { Delimiter: write(delimiter) }),
    ...(query.get('encoding-type') === 'url' ? { EncodingType: 'url' } : {}),
    IsTruncated: isTruncated,
    Version: page.flatMap((entry) => (typeof entry === 'string' ? [] : [versionOf(entry, write)])),
    CommonPrefixes: page.flatMap((entry) => (typeof entry === 'string' ? [{ Prefix: write(entry) }] : [])),
  }
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: xmlDocument('ListVersionsResult', tree) }
}

const encodeKey = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/')

function versionOf(version: ListedVersion, write: (key: string) => string) {
  return {
    Key: write(version.key),
    VersionId: version.versionId,
    IsLatest: version.isLatest,
    LastModified: new Date(version.modified).toISOString(),
    ETag: `"${version.etag}"`,
    Size: version.size,
    StorageClass: 'STANDARD',
  }
}

interface Marker {
  readonly key: string
  readonly id: string
}

/** Behind the marker's version, or behind all of its key, or of what begins with it, when it names none. */
function after(versions: readonly ListedVersion[], { key, id }: Marker, delimiter: string): readonly ListedVersion[] {
  if (key === '') return versions
  const at = versions.findIndex((version) => version.key === key && version.versionId === id)
  if (at >= 0) return versions.slice(at + 1)
  const folded = delimiter !== '' && key.endsWith(delimiter)
  return versions.filter(
    (version) =>
      Buffer.compare(Buffer.from(version.key), Buffer.from(key)) > 0 && !(folded && version.key.startsWith(key)),
  )
}

/** Versions, and in place of those whose keys have the delimiter behind the prefix the beginning that they share. */
function fold(
  versions: readonly ListedVersion[],
  prefix: string,
  delimiter: string,
): readonly (ListedVersion | string)[] {
  const entries: (ListedVersion | string)[] = []
  for (const version of versions) {
    const at = delimiter === '' ? -1 : version.key.indexOf(delimiter, prefix.length)
    if (at < 0) entries.push(version)
    else {
      const shared = version.key.slice(0, at + delimiter.length)
      if (entries.at(-1) !== shared) entries.push(shared)
    }
  }
  return entries
}
