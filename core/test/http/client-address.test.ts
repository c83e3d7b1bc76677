import type { IncomingMessage } from 'node:http'
import { clientAddress, isDirect, noteClient } from '../../src/http/client-address.js'

function request(
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
  httpVersion = '1.1',
): IncomingMessage {
  return { headers, httpVersion, socket: { remoteAddress } } as unknown as IncomingMessage
}

test.each([
  { it: 'nobody is trusted', from: '203.0.113.9', xff: '1.2.3.4', trusted: undefined, client: '203.0.113.9' },
  { it: 'a stranger tells', from: '203.0.113.9', xff: '1.2.3.4', trusted: '127.0.0.1', client: '203.0.113.9' },
  { it: 'the proxy tells', from: '127.0.0.1', xff: '203.0.113.9', trusted: '127.0.0.1', client: '203.0.113.9' },
  {
    it: 'the proxy as IPv6 shows it',
    from: '::ffff:127.0.0.1',
    xff: '203.0.113.9',
    trusted: '127.0.0.1',
    client: '203.0.113.9',
  },
  {
    it: 'a client makes a chain up',
    from: '127.0.0.1',
    xff: '1.1.1.1, 203.0.113.9',
    trusted: '127.0.0.1',
    client: '203.0.113.9',
  },
  { it: 'two proxies', from: '10.0.0.2', xff: '203.0.113.9, 10.0.0.1', trusted: '10.0.0.0/8', client: '203.0.113.9' },
  { it: 'the proxy says nothing', from: '127.0.0.1', xff: undefined, trusted: '127.0.0.1', client: '127.0.0.1' },
])('the client of a request when $it: $client', ({ from, xff, trusted, client }) => {
  const asked = request(xff === undefined ? {} : { 'x-forwarded-for': xff }, from)
  noteClient(asked, trusted)
  expect(clientAddress(asked)).toBe(client)
})

test('without having been noted, a request is its socket', () => {
  expect(clientAddress(request({}, '::ffff:192.0.2.7'))).toBe('192.0.2.7')
})

const own = { host: '127.0.0.1:8080' }

test.each([
  { it: 'curl on the machine', asked: request(own), direct: true },
  { it: 'by the name localhost', asked: request({ host: 'localhost:8080' }), direct: true },
  { it: 'over IPv6', asked: request({ host: '[::1]:8080' }, '::1'), direct: true },
  { it: 'another machine', asked: request(own, '192.0.2.7'), direct: false },
  { it: "nginx's bare proxy_pass", asked: request(own, '127.0.0.1', '1.0'), direct: false },
  { it: 'a proxy that passes Host', asked: request({ host: 'ci.example.com' }), direct: false },
  { it: 'X-Forwarded-For', asked: request({ ...own, 'x-forwarded-for': '127.0.0.1' }), direct: false },
  { it: 'X-Real-IP', asked: request({ ...own, 'x-real-ip': '127.0.0.1' }), direct: false },
  { it: 'Forwarded', asked: request({ ...own, forwarded: 'for=127.0.0.1' }), direct: false },
  { it: 'Via', asked: request({ ...own, via: '1.1 x' }), direct: false },
])('$it: direct is $direct', ({ asked, direct }) => {
  expect(isDirect(asked, undefined)).toBe(direct)
  expect(isDirect(asked, 'https://ci.example.com', '127.0.0.1')).toBe(direct)
  expect(isDirect(asked, 'https://ci.example.com')).toBe(false)
})
