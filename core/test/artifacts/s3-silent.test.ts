/** An S3 store that is down, silent or wrongly configured: told in words, and no wait is for ever. */
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { explain } from '../../src/artifacts/s3/explain.js'
import { S3ArtifactStore } from '../../src/artifacts/s3-store.js'

let server: Server
let respond: (response: ServerResponse) => void
let store: S3ArtifactStore

beforeEach(async () => {
  server = createServer((request, response) => {
    request.resume()
    respond(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  store = new S3ArtifactStore({ region: 'us-east-1', endpoint, accessKeyId: 'A', secretAccessKey: 'S', bucket: 'ours' })
})
afterEach(async () => {
  await store.close()
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const refuses = (status: number, code: string, message: string) => (response: ServerResponse) => {
  response.writeHead(status, { 'content-type': 'application/xml' })
  response.end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`)
}

test.each([
  { code: 'SignatureDoesNotMatch', status: 403, says: 'the secret access key is not the one' },
  { code: 'InvalidAccessKeyId', status: 403, says: 'knows no such access key' },
  { code: 'NoSuchBucket', status: 404, says: 'there is no such bucket' },
  { code: 'AccessDenied', status: 403, says: 'may not do this' },
])('$code without a message, as radosgw sends it, is told in words', async ({ code, status, says }) => {
  respond = refuses(status, code, '')
  const problem = await store.problem('b')
  expect(problem).toContain('s3://ours/')
  expect(problem).toContain(says)
  expect(problem).not.toContain('UnknownError')
})

test("a store's own message is kept", async () => {
  respond = refuses(403, 'AccessDenied', 'the moon is full')
  expect(await store.problem('b')).toContain('the moon is full')
})

test('a store that answers is fine', async () => {
  respond = (response) => {
    response.writeHead(200, { 'content-type': 'application/xml' })
    response.end('<?xml version="1.0"?><ListBucketResult><Name>ours</Name><KeyCount>0</KeyCount></ListBucketResult>')
  }
  expect(await store.problem('b')).toBeUndefined()
})

test.each([
  [{ name: 'TimeoutError', message: 'socket hang' }, 'did not answer in time'],
  [{ name: '403', message: 'UnknownError', $metadata: { httpStatusCode: 403 } }, 'may not do this, or is not known'],
  [{ name: 'Error', message: 'connect ECONNREFUSED' }, 'connect ECONNREFUSED'],
  [{ name: 'Odd', message: '', $metadata: { httpStatusCode: 500 } }, 'Odd'],
])('%j is told', (error, says) => {
  const { message } = explain(error, { Bucket: 'b', Key: 'k' })
  expect(message).toMatch(/^s3:\/\/b\/k: /)
  expect(message).toContain(says)
})
