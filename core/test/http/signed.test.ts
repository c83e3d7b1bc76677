import { isSigned } from '../../src/http/signed.js'

test.each([
  ['a browser asks for a page', '/metrics', undefined, false],
  ['a monitoring system with a login', '/metrics', 'Basic YTpi', false],
  ['a bucket called metrics', '/metrics?list-type=2', 'AWS4-HMAC-SHA256 Credential=A/B/C/s3/aws4_request', true],
  ['a bucket called docs, in an address that was presigned', '/docs/a?X-Amz-Credential=A%2FB', undefined, true],
  ['the signature of before', '/health', 'AWS AKIAEXAMPLE:c2ln', true],
  ['the same in an address', '/health/x?AWSAccessKeyId=A&Signature=b&Expires=1', undefined, true],
])('%s', (_, url, authorization, signed) => {
  expect(isSigned({ url, headers: { ...(authorization && { authorization }) } })).toBe(signed)
})
