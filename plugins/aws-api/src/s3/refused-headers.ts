import type { ServerIdentity } from '@penstock/core'
import { accessDenied, invalidArgument, notImplemented, S3Error } from './s3-error.js'

const encryptions = new Set(['AES256', 'aws:kms', 'aws:kms:dsse'])
/** What comes to the same as having no ACLs. */
const harmlessAcls = new Set(['private', 'bucket-owner-read', 'bucket-owner-full-control'])

/**
 * Refuses what a client asks for and would not get: silence would be taken for a promise.
 * Errors: AccessDenied for a bucket of another owner's; NotImplemented, InvalidArgument, InvalidRequest, AccessControlListNotSupported.
 */
export function checkHeaders(method: string, headers: ReadonlyMap<string, string>, identity: ServerIdentity): void {
  const owner = headers.get('x-amz-expected-bucket-owner')
  if (owner !== undefined && owner !== identity.accountId) throw accessDenied()
  const names = [...headers.keys()]
  if (names.some((name) => name.startsWith('x-amz-server-side-encryption-customer-'))) throw customerKey(method)
  if (method !== 'PUT' && method !== 'POST') return
  const encryption = headers.get('x-amz-server-side-encryption')
  if (encryption !== undefined && !encryptions.has(encryption)) {
    throw invalidArgument('The encryption method specified is not supported')
  }
  if (names.some((name) => name.startsWith('x-amz-object-lock-'))) {
    throw new S3Error('InvalidRequest', 'Bucket is missing Object Lock Configuration', 400)
  }
  const acl = headers.get('x-amz-acl')
  if (names.some((name) => name.startsWith('x-amz-grant-')) || (acl !== undefined && !harmlessAcls.has(acl))) {
    throw new S3Error('AccessControlListNotSupported', 'The bucket does not allow ACLs', 400)
  }
  if (headers.has('x-amz-tagging')) throw notImplemented('tags of objects')
}

function customerKey(method: string): S3Error {
  if (method === 'PUT' || method === 'POST') return notImplemented("encryption with the client's own key (SSE-C)")
  return new S3Error('InvalidRequest', 'The encryption parameters are not applicable to this object.', 400)
}
