import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http'
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { listen } from '../../src/http/listen.js'

/** What comes back for a PUT that asks first; its body is sent once that is allowed. */
async function ask(handle: RequestListener): Promise<string> {
  const server = await listen(handle, '127.0.0.1', 0)
  const socket = connect(server.port, '127.0.0.1')
  socket.write('PUT / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n')
  socket.on('data', (data) => String(data).startsWith('HTTP/1.1 100') && socket.write('hello'))
  const answer = await text(socket)
  await server.close(0)
  return answer
}

const close = { connection: 'close' }

test('a body that is refused is never asked for', async () => {
  const answer = await ask((request, response) => {
    response.writeHead(403, close).end()
    request.resume()
    response.once('finish', () => request.destroy())
  })
  expect(answer).toMatch(/^HTTP\/1\.1 403 /)
})

test.each<[string, (request: IncomingMessage) => Promise<string>]>([
  ['as it flows', (request) => new Promise((resolve) => request.on('data', (data) => resolve(String(data))))],
  ['by iteration', (request) => text(request)],
])('a body that is read %s is asked for first', async (_, read) => {
  const answer = await ask(async (request: IncomingMessage, response: ServerResponse) => {
    const body = await read(request)
    response.writeHead(200, close).end(body)
  })
  expect(answer).toMatch(/^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK[\s\S]*hello/)
})
