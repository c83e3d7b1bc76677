import { gitEnvironment } from '../../src/git/git-binary.js'
import { lookUpHost, refuseForbidden, safeLookup } from '../../src/git/safe-lookup.js'
import { allowAddresses, isForbidden } from '../../src/host/forbidden-address.js'

afterEach(() => allowAddresses([]))

test.each([
  'http://169.254.169.254/latest/meta-data',
  'http://2852039166/',
  'http://0xa9.0xfe.0xa9.0xfe/',
  'http://0251.0376.0251.0376/',
  'http://[::ffff:169.254.169.254]/',
  'http://[fe80::1]/',
  'http://[64:ff9b::169.254.169.254]/',
  'http://[2002:a9fe:a9fe::1]/',
  'http://[fd00:ec2::254]/',
  'http://169.254.1.1:8080/acme/site.git',
])('%s is refused, and polling.allowPrivate allows it', (url) => {
  expect(() => refuseForbidden(new URL(url))).toThrow('polling.allowPrivate')
  allowAddresses(['169.254.0.0/16', 'fe80::/10', 'fd00:ec2::/32'])
  expect(() => refuseForbidden(new URL(url))).not.toThrow()
})

test.each(['127.0.0.1', '10.1.2.3', '192.168.1.1', '::1', '203.0.113.9', 'git.example.com'])('%s is not', (host) => {
  expect(isForbidden(host)).toBe(false)
})

test.each([
  'ssh://git@169.254.169.254/acme/site.git',
  'git@169.254.169.254:acme/site.git',
  'git@0xa9fea9fe:acme/site.git',
  'https://2852039166/acme/site.git',
  'ssh://git@[fe80::1]/acme/site.git',
])('git and ssh, which look for hosts themselves, are not sent to %s', async (url) => {
  await expect(lookUpHost(url)).rejects.toThrow('is a link-local address')
})

test('a host is looked up once, and git is held to what was found', async () => {
  const addresses = await lookUpHost('http://localhost:8080/acme/site.git')
  expect(addresses).toContain('127.0.0.1')
  const env = gitEnvironment({ url: 'http://localhost:8080/x' }, 'http://localhost:8080/x', ['127.0.0.1', '::1'])
  expect(Object.values(env)).toContain('localhost:8080:127.0.0.1,[::1]')
  expect(await lookUpHost('git@no-such-host.invalid:acme/site.git')).toEqual([])
})

test('a name that leads to one is refused, whatever it is called', async () => {
  const answer = (host: string) =>
    new Promise((resolve) => safeLookup(host, { all: true, family: 4 }, (error, found) => resolve(error ?? found)))
  expect(await answer('169.254.169.254')).toMatchObject({ message: expect.stringContaining('link-local') })
  expect(await answer('localhost')).toEqual([{ address: '127.0.0.1', family: 4 }])
})
