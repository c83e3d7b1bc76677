import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { createHttpApp } from '../../src/http/http-app.js'

const parts = {
  clock: { now: () => 0, after: () => () => {} },
  log: { debug() {}, info() {}, warn() {}, error() {} },
  mounts: () => [],
  ready: () => true,
  storageProblem: async () => undefined,
  version: '1',
  metricsFor: 'off',
  metrics: async () => ({ type: '', text: '' }),
  onAnswer: () => {},
  onPluginError: () => {},
} as const

let server: Server
beforeAll(async () => {
  server = createServer(createHttpApp(parts)).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => server.close())

async function ask(target: string): Promise<string> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.end(`GET ${target} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`)
  return (await text(socket)).split('\r\n')[0] ?? ''
}

test.each(['http://[', '//[/docs', 'http://a:99999/', 'nothing', 'ftp://localhost/health'])(
  '%s is no address: refused, and the server goes on',
  async (target) => {
    expect(await ask(target)).toBe('HTTP/1.1 400 Bad Request')
    expect(await ask('/health')).toBe('HTTP/1.1 200 OK')
  },
)

test.each(['/health', '/health?%ZZ', 'http://localhost/health', 'http://localhost:1?', '/%ZZ', '//x/y'])(
  '%s is one, whatever it leads to',
  async (target) => {
    expect(await ask(target)).toMatch(/ (200|404) /)
  },
)
