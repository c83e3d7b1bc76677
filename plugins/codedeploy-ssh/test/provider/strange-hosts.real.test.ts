/** Hosts that are not OpenSSH as it comes: one cipher, one session a connection. */

import { script } from '../support/bundle.js'
import { startFleet } from '../support/fleet.js'

jest.setTimeout(120_000)

const files = (content: string, hook = 'echo hooked') => ({
  'appspec.yml': 'version: 0.0\nos: linux\nhooks:\n  AfterInstall:\n    - location: h.sh\n',
  content,
  'h.sh': script(hook),
})

test.each([
  ['only chacha20-poly1305', ['Ciphers chacha20-poly1305@openssh.com']],
  ['one session a connection', ['MaxSessions 1']],
])('a host with %s is deployed to, twice', async (_, settings) => {
  const fleet = await startFleet(1, settings)
  try {
    const group = { hosts: ['web1'] }
    const one = await fleet.deploy(fleet.bundle(files('one')), { group })
    expect(one).toMatchObject({ outcome: 'succeeded' })
    const two = await fleet.deploy(fleet.bundle(files('two')), { group })
    expect(two).toMatchObject({ outcome: 'succeeded' })
    expect(two.log).toContain('h.sh | hooked')
  } finally {
    await fleet.stop()
  }
})
