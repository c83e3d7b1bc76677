import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import fc from 'fast-check'
import { AwsChunked, type ChunkSigner } from '../../src/s3/aws-chunked.js'
import { hexHmac, hexSha256, scopeText, signingKey } from '../../src/sigv4/signing-key.js'

const scope = { date: '20300101', region: 'eu-central-1', service: 's3' }
const key = signingKey('secret', scope)
const claim = {
  accessKeyId: 'a',
  scope,
  signedHeaders: [],
  signature: 'f'.repeat(64),
  date: '20300101T000000Z',
  time: 0,
}
const signer: ChunkSigner = { claim, key }

/** A body as a client frames it; signed when it is to be. */
function framed(chunks: readonly Buffer[], signed: boolean, trailers: Record<string, string> = {}): Buffer {
  let previous = claim.signature
  const sign = (kind: string, hashes: string) => {
    previous = hexHmac(key, `AWS4-HMAC-SHA256-${kind}\n${claim.date}\n${scopeText(scope)}\n${previous}\n${hashes}`)
    return previous
  }
  const parts: (Buffer | string)[] = []
  for (const chunk of [...chunks.filter(({ length }) => length > 0), Buffer.alloc(0)]) {
    const seal = signed ? `;chunk-signature=${sign('PAYLOAD', `${hexSha256('')}\n${hexSha256(chunk)}`)}` : ''
    parts.push(`${chunk.length.toString(16)}${seal}\r\n`, chunk, chunk.length > 0 ? '\r\n' : '')
  }
  const lines = Object.entries(trailers).map(([name, value]) => `${name}:${value}`)
  if (signed && lines.length > 0) {
    const text = lines.map((line) => `${line}\n`).join('')
    lines.push(`x-amz-trailer-signature:${sign('TRAILER', hexSha256(text))}`)
  }
  parts.push(...lines.map((line) => `${line}\r\n`), '\r\n')
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

const inPieces = (data: Buffer, size: number) => {
  const pieces: Buffer[] = []
  for (let at = 0; at < data.length; at += size) pieces.push(data.subarray(at, at + size))
  return pieces
}

async function unframe(data: Buffer, pieceSize: number, by?: ChunkSigner) {
  const stream = new AwsChunked(by)
  const body = await buffer(
    Readable.from(inPieces(data, pieceSize))
      .pipe(stream)
      .on('error', () => {}),
  )
  return { body, trailers: Object.fromEntries(stream.trailers) }
}

const bytes = fc.uint8Array({ maxLength: 300 }).map((data) => Buffer.from(data))

test('the framing comes off wherever the network cuts it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(bytes, { maxLength: 5 }),
      fc.integer({ min: 1, max: 400 }),
      fc.boolean(),
      async (...given) => {
        const [chunks, pieceSize, signed] = given
        const trailers = {
          'x-amz-checksum-sha256': createHash('sha256').update(Buffer.concat(chunks)).digest('base64'),
        }
        const result = await unframe(framed(chunks, signed, trailers), pieceSize, signed ? signer : undefined)
        expect(result.body.equals(Buffer.concat(chunks))).toBe(true)
        expect(result.trailers).toMatchObject(trailers)
      },
    ),
    { numRuns: 300 },
  )
})

test('no byte of a signed body can be changed, and none left out', async () => {
  const good = framed([Buffer.from('hello, '), Buffer.from('world')], true, { 'x-amz-checksum-crc32': 'AAAAAA==' })
  const change = fc.tuple(fc.integer({ min: 0, max: good.length - 1 }), fc.integer({ min: 1, max: 255 }))
  await fc.assert(
    fc.asyncProperty(change, async ([at, by]) => {
      const bad = Buffer.from(good)
      bad[at] = (bad[at] ?? 0) ^ by
      // Case and blanks of what is not signed may differ; what comes out may not.
      const result = await unframe(bad, 64, signer).catch((error: unknown) => error)
      if (!(result instanceof Error)) expect(result).toMatchObject({ body: Buffer.from('hello, world') })
    }),
    { numRuns: 500 },
  )
  for (let length = 0; length < good.length; length++) {
    await expect(unframe(good.subarray(0, length), 64, signer)).rejects.toBeInstanceOf(Error)
  }
})

test.each<[string, string, string]>([
  ['nothing', '', 'IncompleteBody'],
  ['no size', 'hello\r\n', 'InvalidRequest'],
  ['a chunk longer than it says', '2\r\nabcd\r\n0\r\n\r\n', 'InvalidRequest'],
  ['a chunk shorter than it says', '9\r\nabcd\r\n0\r\n\r\n', 'IncompleteBody'],
  ['no last chunk', '4\r\nabcd\r\n', 'IncompleteBody'],
  ['more after its end', '0\r\n\r\nmore\r\n', 'InvalidRequest'],
  ['a line without an end', 'f'.repeat(2000), 'InvalidRequest'],
  ['a trailer without a name', '0\r\nfoo\r\n\r\n', 'InvalidRequest'],
  ['endless trailers', `0\r\n${'a:b\r\n'.repeat(5000)}\r\n`, 'InvalidRequest'],
])('a body with %s is refused', async (_, text, code) => {
  await expect(unframe(Buffer.from(text), 1000)).rejects.toMatchObject({ code })
})
