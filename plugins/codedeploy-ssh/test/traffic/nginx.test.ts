import { marked } from '../../src/traffic/nginx.js'

const file = `upstream web {
  # server 10.0.0.1:80;
  server 10.0.0.1:80;
	server 10.0.0.2:80 weight=2 max_fails=1;
  server unix:/run/app.sock backup;
  server 10.0.0.11:80 down;
}
`

test.each([
  ['an address with its port', '10.0.0.1:80', true, 'server 10.0.0.1:80;', 'server 10.0.0.1:80 down;'],
  [
    'an address, whatever its port',
    '10.0.0.2',
    true,
    '10.0.0.2:80 weight=2 max_fails=1;',
    '10.0.0.2:80 weight=2 max_fails=1 down;',
  ],
  ['back again', '10.0.0.11', false, '10.0.0.11:80 down;', '10.0.0.11:80;'],
])('%s', (_, server, down, line, expected) => {
  expect(marked(file, server, down)).toBe(
    file.replace(new RegExp(`^(\\s*(?:server )?)${line.replace(/[.*]/g, '\\$&')}`, 'm'), `$1${expected}`),
  )
})

test('what is so already stays as it is, and one that is not there is said', () => {
  expect(marked(file, '10.0.0.11', true)).toBe(file)
  expect(marked(file, '10.0.0.1:80', false)).toBe(file)
  expect(marked(file, '10.0.0.9', true)).toBeUndefined()
  // A comment is no server.
  expect(marked('  # server 10.0.0.1:80;\n', '10.0.0.1', true)).toBeUndefined()
})
