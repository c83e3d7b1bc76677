import { execFile } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import { startSshd, type TestSshd } from '../../src/testkit/sshd.js'

jest.setTimeout(60_000)

async function login(sshd: TestSshd, command: string, ...more: string[]): Promise<string> {
  const options = ['-F', 'none', '-i', sshd.privateKeyFile, '-p', String(sshd.port), '-o', 'BatchMode=yes', ...more]
  const known = ['-o', `UserKnownHostsFile=${sshd.knownHostsFile}`, '-o', 'StrictHostKeyChecking=yes']
  const { stdout } = await promisify(execFile)('ssh', [...options, ...known, `${sshd.user}@${sshd.host}`, command])
  return stdout.trim()
}

/** A zombie, which only its parent can bury, is not alive. */
function alive(pid: number): boolean {
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : ''
  return stat !== '' && !stat.includes(') Z ')
}

describe('startSshd', () => {
  it('lets its key in, as an account without privileges, under a known host key', async () => {
    const sshd = await startSshd()
    try {
      expect(await login(sshd, 'id -un')).toBe(sshd.user)
      if (process.getuid?.() === 0) expect(await login(sshd, 'id -u')).not.toBe('0')
    } finally {
      await sshd.stop()
    }
  })

  it('ends what its sessions left running', async () => {
    const sshd = await startSshd()
    const pid = Number(await login(sshd, 'setsid sleep 600 >/dev/null 2>&1 </dev/null & echo $!'))
    expect(alive(pid)).toBe(true)
    await sshd.stop()
    expect(alive(pid)).toBe(false)
  })

  it('takes further settings', async () => {
    const sshd = await startSshd({ settings: ['ForceCommand echo forced'] })
    try {
      expect(await login(sshd, 'echo asked')).toBe('forced')
    } finally {
      await sshd.stop()
    }
  })
})
