import { createHmac } from 'node:crypto'
import { authenticate, senderAddress, verifyGithubSignature } from '../../src/http/webhook-authentication.js'

const secret = "It's a Secret to Everybody"
const body = Buffer.from('Hello, World!')
// The example that GitHub's documentation gives for testing one's own code.
const documented = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17'
const sha1 = `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`

test.each([
  { it: "GitHub's own example", headers: { 'x-hub-signature-256': documented }, passes: true },
  { it: 'SHA-1 alone', headers: { 'x-hub-signature': sha1 }, passes: true },
  { it: 'both', headers: { 'x-hub-signature': sha1, 'x-hub-signature-256': documented }, passes: true },
  {
    it: 'one of both wrong',
    headers: { 'x-hub-signature': sha1, 'x-hub-signature-256': documented.replace('7', '8') },
    passes: false,
  },
  {
    it: 'the other of both wrong',
    headers: { 'x-hub-signature': 'sha1=00', 'x-hub-signature-256': documented },
    passes: false,
  },
  { it: 'none', headers: {}, passes: false },
  { it: 'an empty one', headers: { 'x-hub-signature-256': '' }, passes: false },
  { it: 'without the algorithm', headers: { 'x-hub-signature-256': documented.slice(7) }, passes: false },
  { it: 'repeated', headers: { 'x-hub-signature-256': [documented, documented] }, passes: false },
  { it: 'SHA-1 in the place of SHA-256', headers: { 'x-hub-signature-256': sha1 }, passes: false },
])('W4 signature: $it', ({ headers, passes }) => {
  expect(verifyGithubSignature(secret, body, headers)).toBe(passes)
  expect(verifyGithubSignature('another', body, headers)).toBe(false)
  expect(verifyGithubSignature('', body, headers)).toBe(false)
  expect(verifyGithubSignature(secret, Buffer.from('Hello, World?'), headers)).toBe(false)
})

describe('W1 authentication', () => {
  const request = { headers: {}, body, remoteAddress: '192.0.2.7' }
  const signed = { ...request, headers: { 'x-hub-signature-256': documented } }

  test.each([
    { it: 'UNAUTHENTICATED', how: { authentication: 'UNAUTHENTICATED' }, given: request, refused: undefined },
    {
      it: 'HMAC, signed',
      how: { authentication: 'GITHUB_HMAC', SecretToken: secret },
      given: signed,
      refused: undefined,
    },
    {
      it: 'HMAC, not signed',
      how: { authentication: 'GITHUB_HMAC', SecretToken: secret },
      given: request,
      refused: 'does not fit',
    },
    { it: 'HMAC without a secret', how: { authentication: 'GITHUB_HMAC' }, given: signed, refused: 'no SecretToken' },
    {
      it: 'IP, inside',
      how: { authentication: 'IP', AllowedIPRange: '192.0.2.0/24' },
      given: request,
      refused: undefined,
    },
    {
      it: 'IP, outside',
      how: { authentication: 'IP', AllowedIPRange: '198.51.100.0/24' },
      given: request,
      refused: '192.0.2.7 is not in the AllowedIPRange',
    },
    { it: 'IP without a range', how: { authentication: 'IP' }, given: request, refused: '(none)' },
  ] as const)('$it', ({ how, given, refused }) => {
    const answer = authenticate(how, given)
    if (refused === undefined) expect(answer).toBeUndefined()
    else expect(answer).toContain(refused)
    expect(answer ?? '').not.toContain(secret)
  })

  test.each([
    { it: 'nobody is trusted', forwarded: '203.0.113.9', trusted: undefined, sender: '192.0.2.7' },
    { it: 'the sender is no trusted proxy', forwarded: '203.0.113.9', trusted: '10.0.0.0/8', sender: '192.0.2.7' },
    { it: 'a trusted proxy', forwarded: '203.0.113.9', trusted: '192.0.2.0/24', sender: '203.0.113.9' },
    {
      it: 'what the client made up stands in front',
      forwarded: '1.2.3.4, 203.0.113.9',
      trusted: '192.0.2.0/24',
      sender: '203.0.113.9',
    },
    {
      it: 'two proxies',
      forwarded: '1.2.3.4, 203.0.113.9, 192.0.2.50',
      trusted: '192.0.2.0/24',
      sender: '203.0.113.9',
    },
    { it: 'all of them ours', forwarded: '192.0.2.1, 192.0.2.50', trusted: '192.0.2.0/24', sender: '192.0.2.1' },
    { it: 'a proxy that says nothing', forwarded: undefined, trusted: '192.0.2.0/24', sender: '192.0.2.7' },
  ])('the sender behind proxies: $it', ({ forwarded, trusted, sender }) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
    const more = trusted === undefined ? {} : { trustedProxies: trusted }
    expect(senderAddress({ ...request, headers, ...more })).toBe(sender)
  })
})
