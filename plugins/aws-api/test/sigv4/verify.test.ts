import type { IncomingMessage } from 'node:http'
import fc from 'fast-check'
import { signable } from '../../src/sigv4/canonical.js'
import { claimOf } from '../../src/sigv4/claim.js'
import { hexSha256 } from '../../src/sigv4/signing-key.js'
import { checkSignature, identify } from '../../src/sigv4/verify.js'
import { fakeServices, key, region } from '../support/server.js'
import { presign, sign, type ToSign } from './signer.js'

const services = fakeServices({})

/** As Node hands a request to a server. */
function incoming(method: string, url: string, headers: Record<string, string>): IncomingMessage {
  const rawHeaders = Object.entries(headers).flat()
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  return { method, url, headers: lower, rawHeaders } as unknown as IncomingMessage
}

async function verify(
  request: IncomingMessage,
  service: string,
  payloadHash: string,
  publicUrl?: string,
): Promise<string> {
  const signed = signable(request, publicUrl)
  const claim = claimOf(request, signed.query)
  const caller = await identify(claim, signed, { region, service }, services.access, services.clock)
  checkSignature(caller, signed, payloadHash)
  return caller.claim.accessKeyId
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)

/** A path and query as a client writes them into the request line. */
function target(path: string, query: Record<string, string | string[]>): string {
  const pairs = Object.entries(query).flatMap(([name, values]) =>
    [values].flat().map((value) => `${encoded(name)}=${encoded(value)}`),
  )
  return path + (pairs.length > 0 ? `?${pairs.join('&')}` : '')
}

const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.isWellFormed())
const path = fc.array(word, { maxLength: 4 }).map((parts) => `/${parts.map(encoded).join('/')}`)
const query = fc.dictionary(word, fc.oneof(word, fc.constant('')), { maxKeys: 4, noNullPrototype: true })
const header = fc.stringMatching(/^[!-~]([ -~]{0,20}[!-~])?$/)
const body = fc.string({ maxLength: 200 })

test.each([
  {
    it: 'a host of its own',
    publicUrl: 'https://ci.example.com',
    called: 'ci.example.com',
    host: '127.0.0.1:8080',
    ok: true,
  },
  {
    it: 'a port of its own',
    publicUrl: 'http://ci.example.com:81',
    called: 'ci.example.com:81',
    host: 'app',
    ok: true,
  },
  { it: 'no public address', publicUrl: undefined, called: 'ci.example.com', host: 'app', ok: false },
  { it: 'another address', publicUrl: 'https://ci.example.org', called: 'ci.example.com', host: 'app', ok: false },
])('behind a proxy that sends $it, accepted: $ok', async ({ publicUrl, called, host, ok }) => {
  const headers = await sign(called, { path: '/', query: {}, body: '{}', service: 'codepipeline', headers: {} })
  const request = incoming('POST', '/', { ...headers, host, via: '1.1 proxy' })
  const answer = verify(request, 'codepipeline', hexSha256(Buffer.from('{}')), publicUrl)
  if (ok) expect(await answer).toBe(key.accessKeyId)
  else await expect(answer).rejects.toMatchObject({ refusal: { kind: 'mismatch', proxiedHost: host } })
})

test('whatever Smithy signs is accepted, and with any of it changed it is refused', async () => {
  await fc.assert(
    fc.asyncProperty(path, query, header, body, fc.constantFrom('codepipeline', 's3'), async (...given) => {
      const [path, query, value, body, service] = given
      const options: ToSign = { path, query, body, service, headers: { 'x-amz-meta-note': value } }
      const headers = await sign('example.org', options)
      const url = target(path, query)
      const hash = hexSha256(Buffer.from(body))
      expect(await verify(incoming('POST', url, headers), service, hash)).toBe(key.accessKeyId)
      const others: [IncomingMessage, string][] = [
        [incoming('PUT', url, headers), hash],
        [incoming('POST', `${url}${url.includes('?') ? '&' : '?'}x=y`, headers), hash],
        [incoming('POST', `/more${url}`, headers), hash],
        [incoming('POST', url, { ...headers, 'x-amz-meta-note': `${value}.` }), hash],
        [incoming('POST', url, { ...headers, host: 'example.com' }), hash],
        [incoming('POST', url, headers), hexSha256(`${body}.`)],
      ]
      for (const [request, payload] of others) {
        await expect(verify(request, service, payload)).rejects.toMatchObject({ refusal: { kind: 'mismatch' } })
      }
    }),
    { numRuns: 200 },
  )
})

test('a presigned URL is good for its time and no longer', async () => {
  const presigned = async (at: Date, expiresIn: number) => {
    const options: ToSign = { method: 'GET', path: '/bucket/a%20key', service: 's3', at }
    const query = await presign('example.org', { ...options, headers: {} }, expiresIn)
    const url = `/bucket/a%20key?${[...query].map((pair) => pair.map(encoded).join('=')).join('&')}`
    return verify(incoming('GET', url, { host: 'example.org' }), 's3', hexSha256(''))
  }
  const ago = (seconds: number) => new Date(Date.now() - seconds * 1000)
  await expect(presigned(ago(3000), 3600)).resolves.toBe(key.accessKeyId)
  await expect(presigned(ago(3700), 3600)).rejects.toMatchObject({ refusal: { kind: 'expired' } })
  await expect(presigned(ago(-3600), 60)).rejects.toMatchObject({ refusal: { kind: 'wrongTime' } })
})

test('repeated headers and inner blanks are signed as the specification says', async () => {
  const headers = await sign('example.org', { headers: { 'x-amz-meta-note': 'a  b,c' } })
  const { 'x-amz-meta-note': _, ...rest } = headers
  const request = incoming('POST', '/', rest)
  request.rawHeaders.push('X-Amz-Meta-Note', '  a   b ', 'X-Amz-Meta-Note', 'c')
  await expect(verify(request, 'codepipeline', hexSha256(''))).resolves.toBe(key.accessKeyId)
})
