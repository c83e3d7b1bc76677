import { GitError } from '../../src/git/git-error.js'
import { checkUrl } from '../../src/git/remote.js'
import { explainSsh, sshEnvironment } from '../../src/git/ssh.js'

test.each([
  ['git@github.com:acme/site.git', 'git@github.com:acme/site.git'],
  ['box:repos/site/', 'box:repos/site'],
  ['ssh://git@host:2222/acme/site.git/', 'ssh://git@host:2222/acme/site.git'],
  ['ssh://[::1]/srv/site.git', 'ssh://[::1]/srv/site.git'],
])('%s is an address over SSH', (text, url) => {
  expect(checkUrl(text)).toBe(url)
})

test.each([
  ['ssh://git:s3cret@host/site', 'holds a password'],
  ['ssh://-oProxyCommand=touch/site', 'must look like'],
  ['-oProxyCommand=touch:site', 'must begin with'],
  ['ssh://host/site?x=1', 'must end there'],
  ['git://host/site', 'must begin with'],
  ['file:///etc', 'localRepositories'],
  ['/srv/site.git', 'localRepositories'],
  ['ext::sh -c touch% /tmp/x', 'must begin with'],
])('%s is refused, and no secret is repeated', (text, words) => {
  expect(() => checkUrl(text)).toThrow(GitError)
  expect(() => checkUrl(text)).toThrow(words)
  expect(() => checkUrl(text)).not.toThrow('s3cret')
})

test('a file with blanks and quotes in its name stays one word of the command', () => {
  const { GIT_SSH_COMMAND } = sshEnvironment({ identityFile: "/keys/ada's key" })
  expect(GIT_SSH_COMMAND).toContain(` -i '/keys/ada'\\''s key'`)
})

test('only what is understood is explained', () => {
  expect(explainSsh('git@host:x', 'ssh: connect to host host port 22: Connection refused')?.problem).toBe('unreachable')
  expect(explainSsh('git@host:x', 'fatal: bad object')).toBeUndefined()
})
