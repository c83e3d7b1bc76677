import { proxyHint, type Refusal } from '../sigv4/refused.js'
import { ApiError } from './api-error.js'

/** A refused signature in the words of AWS's JSON services. */
export function inJsonWords(refusal: Refusal): ApiError {
  switch (refusal.kind) {
    case 'unsigned':
      return new ApiError('MissingAuthenticationTokenException', 'Missing Authentication Token')
    case 'signatureV2':
      return invalid('Signature Version 2 is not supported. Please use AWS4-HMAC-SHA256.')
    case 'incomplete':
      return new ApiError('IncompleteSignatureException', refusal.message)
    case 'unknownKey':
      return new ApiError('UnrecognizedClientException', 'The security token included in the request is invalid.')
    case 'expired':
      return new ApiError('ExpiredTokenException', 'The security token included in the request is expired')
    case 'wrongRegion':
      return invalid(
        `Credential should be scoped to a valid region, not '${refusal.given}'. Use '${refusal.expected}'.`,
      )
    case 'wrongService':
      return invalid(`Credential should be scoped to correct service: '${refusal.expected}'.`)
    case 'wrongTime':
    case 'wrongScope':
      return invalid(refusal.message)
    case 'mismatch':
      return invalid(
        'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.' +
          proxyHint(refusal),
      )
  }
}

const invalid = (message: string) => new ApiError('InvalidSignatureException', message)
