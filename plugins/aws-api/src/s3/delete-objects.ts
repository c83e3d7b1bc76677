import { isArtifactError } from '@penstock/core'
import { accessDenied, malformedXml } from './s3-error.js'
import { type S3Verb, storing } from './s3-request.js'
import { readSignedBody } from './signed-body.js'
import { contentsOf, textOf, xmlDocument } from './xml.js'

const mostXml = 2 * 1024 * 1024
/** S3's. */
const mostKeys = 1000

/** POST ?delete: many objects at once, each judged by itself. A job may delete nothing. Errors: AccessDenied, MalformedXML. */
export const deleteObjects: S3Verb = async (from) => {
  if (from.caller.credentials.job) throw accessDenied()
  const bucket = String(from.route.bucket)
  const text = (await readSignedBody(from, mostXml)).toString('utf8')
  const keys = [...contentsOf(text, 'Object')].map((xml) => textOf(xml, 'Key'))
  if (keys.length === 0 || keys.length > mostKeys) throw malformedXml()
  const deleted: { Key: string }[] = []
  const refused: { Key: string; Code: string; Message: string }[] = []
  for (const Key of keys) {
    if (Key === undefined) throw malformedXml()
    const problem = from.allows('s3:DeleteObject', `arn:aws:s3:::${bucket}/${Key}`)
      ? await storing(from)
          .delete({ bucket, key: Key })
          .then(() => undefined, keyProblem)
      : { Code: 'AccessDenied', Message: 'Access Denied' }
    if (problem) refused.push({ Key, ...problem })
    else deleted.push({ Key })
  }
  const quiet = textOf(text, 'Quiet') === 'true'
  return {
    status: 200,
    headers: { 'content-type': 'application/xml' },
    body: xmlDocument('DeleteResult', { Deleted: quiet ? [] : deleted, Error: refused }),
    ...(deleted.length > 0 ? { changed: 's3:DeleteObject' } : {}),
  }
}

/** A key that can name no object names none. */
function keyProblem(error: unknown): undefined {
  if (isArtifactError(error) && error.code === 'ArtifactKeyInvalid') return undefined
  throw error
}
