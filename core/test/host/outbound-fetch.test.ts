/** What a user may not have the server ask, however it is written and whatever leads there. */
import dns from 'node:dns'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { allowAddresses, isForbidden } from '../../src/host/forbidden-address'
import { refuseOutbound } from '../../src/host/guarded-lookup'
import { outboundFetch } from '../../src/host/outbound-fetch'

const why = (work: Promise<unknown>) =>
  work.then(
    () => 'asked',
    (error: Error) => (error.cause as Error | undefined)?.message ?? error.message,
  )

let server: Server
let url: string
beforeAll(async () => {
  server = createServer((request, response) => {
    const to = new URL(request.url ?? '/', 'http://x').searchParams.get('to')
    if (to === null) return void response.end('hello')
    response.writeHead(302, { location: to }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => new Promise((resolve) => server.close(resolve).closeAllConnections()))
afterEach(() => {
  jest.restoreAllMocks()
  allowAddresses([])
})

const forms = [
  ...['169.254.169.254', '169.254.169.254.', '2852039166', '0251.0376.0251.0376', '0xa9fea9fe', '0xA9.0xFE.43518'],
  ...['169.254.43518', '[::ffff:169.254.169.254]', '[::ffff:a9fe:a9fe]', '[0:0:0:0:0:ffff:a9fe:a9fe]', '[fe80::1]'],
  ...['[64:ff9b::a9fe:a9fe]', '[2002:a9fe:a9fe::1]', '[fd00:ec2::254]', '100.100.100.200', '[::a9fe:a9fe]'],
]

test.each(forms)('%s is refused, and so is a redirect to it', async (host) => {
  expect(await why(outboundFetch(`http://${host}/latest/meta-data/`))).toContain('is a link-local address')
  const to = encodeURIComponent(`http://${host}/`)
  expect(await why(outboundFetch(`${url}/?to=${to}`))).toContain('is a link-local address')
})

test.each([
  ['169.254.169.254', 4],
  ['fd00:ec2::254', 6],
] as const)('a name that leads to %s leads nowhere', async (address, family) => {
  jest.spyOn(dns, 'lookup').mockImplementation(((
    _: string,
    options: { all?: boolean },
    done: (...all: unknown[]) => void,
  ) =>
    options.all
      ? done(null, [
          { address: '192.0.2.1', family: 4 },
          { address, family },
        ])
      : done(null, address, family)) as never)
  expect(await why(outboundFetch('http://metadata.internal/'))).toContain('metadata.internal is a link-local address')
})

test('anything else is asked, loopback too', async () => {
  expect(await (await outboundFetch(url)).text()).toBe('hello')
  expect(await (await outboundFetch(`${url}/?to=/`)).text()).toBe('hello')
})

test('the operator may allow one', () => {
  expect(() => refuseOutbound('[fe80::1]')).toThrow('polling.allowPrivate in penstock.yaml can allow it')
  allowAddresses(['fe80::/10'])
  expect(() => refuseOutbound('[fe80::1]')).not.toThrow()
  expect(isForbidden('169.254.169.254')).toBe(true)
})
