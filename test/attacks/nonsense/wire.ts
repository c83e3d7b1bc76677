/** Bytes that are hardly HTTP: odd targets, headers, lengths and ends, each on a connection of its own. */
import { connect } from 'node:net'
import type { Random } from '../../simulation/random.js'
import { bodyOf } from './values.js'

const methods = [
  ...['GET', 'GET', 'GET', 'POST', 'POST', 'PUT', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'CONNECT', 'PATCH'],
  ...['PROPFIND', 'M-SEARCH', 'get', 'QUERY', ''],
]

const targets = [
  ...['/', '//', '///', '//[', '//[::1', '*', '?', '#', '', '/?', '/%', '/%zz', '/%00', '/\\..\\x', '/..;/', '/.%2e/x'],
  ...['http://[', 'http://', 'http:///x', 'http://x:99999/', 'http://a b/', 'HTTP://x/docs', 'ftp://x/', 'x:y', 'a'],
  ...['/docs', '/docs/%ff', '/docs/..%2f..', '/docs?q=%', '/docs?q=\u00ff', '/static/%/x', '/static/a/..%2fx', '/live'],
  ...[
    '/live?page=//[',
    '/live?page=%2f%2f%5b',
    '/live?pages=%',
    '/sign-in?to=//%',
    '/sign-in?to=http://[',
    '/metrics?%',
  ],
  ...['/health#', '/ready?\u0001', '/webhooks', '/webhooks/', '/webhooks/%', '/webhooks/../', '/pipelines/%E0%A4%A'],
  ...['/pipelines/x/actions/%/log/raw', '/codepipeline-us-east-1-000000000000/%', '/?x-id=PutObject', '/?Action=%'],
  ...['/mcp', '/mcp?', '//mcp', '/mcp/%'],
]

const headers: readonly (readonly [string, readonly string[]])[] = [
  ['Host', ['localhost', '', '[', 'a b', 'x:99999', '[::1', '\u00ff', 'http://x', 'x,y']],
  ['Cookie', ['penstock_session=%', '; ;=;', 'penstock_session="', 'penstock_form=%00', 'a'.repeat(5_000)]],
  [
    'Authorization',
    [
      '',
      'Basic',
      'Basic %',
      'Basic YTpi',
      'Bearer x',
      'AWS4-HMAC-SHA256',
      'AWS4-HMAC-SHA256 Credential=/////',
      'AWS a:b',
    ],
  ],
  ['X-Forwarded-For', ['', ',', '[', '::ffff:x', '1.2.3.4,'.repeat(300)]],
  ['X-Forwarded-Host', ['[', 'a b']],
  ['Expect', ['100-continue', '100-Continue', 'x']],
  ['Connection', ['close', 'upgrade', 'keep-alive, Upgrade, HTTP2-Settings', 'x']],
  ['Upgrade', ['websocket', 'h2c', '']],
  ['Transfer-Encoding', ['chunked', 'x', 'gzip, chunked']],
  ['Content-Length', ['0', '5', '99999', '-1', 'x', '99999999999999999999']],
  ['Content-Encoding', ['br', 'aws-chunked', 'x']],
  ['Accept-Encoding', ['', '*', 'br;q=x', 'identity;q=0']],
  ['Accept', ['text/event-stream', 'x', '*/*;q=x', 'application/json, text/event-stream']],
  [
    'Content-Type',
    ['', 'x', 'application/x-amz-json-1.1; charset=%', 'multipart/form-data', 'application/x-www-form-urlencoded'],
  ],
  ['Origin', ['null', 'http://[', '%', 'http://localhost']],
  ['Referer', ['http://[', '%']],
  ['Range', ['bytes=', 'bytes=9-1', 'bytes=-', 'x=1']],
  ['If-Modified-Since', ['x', '0']],
  ['Last-Event-ID', ['x', '-1', '%']],
  ['X-Amz-Date', ['', 'x', '99999999T999999Z']],
  ['X-Amz-Content-Sha256', ['x', 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD', 'UNSIGNED-PAYLOAD']],
  [
    'X-Amz-Target',
    ['', '.', 'CodePipeline_20150709.', 'CodePipeline_20150709.__proto__', 'Penstock_20240101.constructor'],
  ],
  ['X-Requested-With', ['penstock']],
  ['Mcp-Session-Id', ['', '%', 'x']],
]

/** How a client goes away: when it was answered, at once behind its last byte, or in the middle. */
const ends = ['answered', 'answered', 'half', 'cut'] as const

/** One request by its number. */
export function rubbish(random: Random): { readonly bytes: Buffer; readonly end: (typeof ends)[number] } {
  const chosen = Array.from({ length: random.int(0, 5) }, () => random.pick(headers))
  const lines = chosen.map(([name, values]) => `${name}: ${random.pick(values)}`)
  const host = random.int(0, 9) === 0 ? [] : ['Host: localhost']
  const version = random.pick(['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'x'])
  const first = `${random.pick(methods)} ${random.pick(targets)} ${version}`
  const body = random.pick(['', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n', `user=admin&password=x`, bodyOf(random)])
  const text = [first, ...host, ...lines, '', body].join(random.int(0, 19) === 0 ? '\n' : '\r\n')
  return { bytes: Buffer.from(text, random.pick(['latin1', 'utf8'])), end: random.pick(ends) }
}

/** Milliseconds after which a silent server may wait for more of what is not all of a request. */
const patience = 300

/** Sends it, and answers what came back: the status, 0 for none. */
export function throwAt(port: number, { bytes, end }: ReturnType<typeof rubbish>): Promise<number> {
  return new Promise((resolve) => {
    let said = ''
    const socket = connect(port, '127.0.0.1', () => {
      if (end === 'half') socket.end(bytes)
      else socket.write(bytes, () => (end === 'cut' ? socket.destroy() : undefined))
    })
    socket.setTimeout(patience, () => socket.destroy())
    socket.on('data', (piece) => {
      said += piece.toString('latin1')
      if (said.length > 20_000) socket.destroy()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(said)?.[1] ?? 0)))
  })
}
