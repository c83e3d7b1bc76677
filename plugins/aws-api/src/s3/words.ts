import { proxyHint, type Refusal } from '../sigv4/refused.js'
import { S3Error } from './s3-error.js'

/** A refused signature in S3's words. */
export function inS3Words(refusal: Refusal): S3Error {
  switch (refusal.kind) {
    case 'unsigned':
      return new S3Error('AccessDenied', 'Access Denied', 403)
    case 'signatureV2':
      return new S3Error(
        'InvalidRequest',
        'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
        400,
      )
    case 'incomplete':
      return malformed(refusal.message)
    case 'wrongScope':
      return malformed(refusal.message)
    case 'wrongService':
      return malformed(`incorrect service "${refusal.given}". This endpoint belongs to "${refusal.expected}".`)
    case 'wrongRegion':
      return malformed(`the region '${refusal.given}' is wrong; expecting '${refusal.expected}'`, refusal.expected)
    case 'unknownKey':
      return new S3Error(
        'InvalidAccessKeyId',
        'The AWS Access Key Id you provided does not exist in our records, or its session has expired.',
        403,
      )
    case 'expired':
      return new S3Error('AccessDenied', 'Request has expired', 403)
    case 'wrongTime':
      return new S3Error(
        'RequestTimeTooSkewed',
        'The difference between the request time and the current time is too large.',
        403,
      )
    case 'mismatch':
      return new S3Error(
        'SignatureDoesNotMatch',
        'The request signature we calculated does not match the signature you provided. Check your key and signing method.' +
          proxyHint(refusal),
        403,
      )
  }
}

function malformed(why: string, region?: string): S3Error {
  return new S3Error(
    'AuthorizationHeaderMalformed',
    `The authorization header is malformed; ${why}`,
    400,
    region === undefined ? {} : { elements: { Region: region }, headers: { 'x-amz-bucket-region': region } },
  )
}
