/** Git over HTTPS as CodeCommit serves it: with a signature for a password. */
import { createHash, createHmac } from 'node:crypto'
import { startGitServer, type TestGitServer } from '@penstock/core/testkit'

/** The keys that the server knows. */
export const keys = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }

/** Repositories are made at `v1/repos/NAME`; region eu-west-1. */
export function startCodeCommit(): Promise<TestGitServer> {
  return startGitServer({ auth: (login, repository) => verified(login, '127.0.0.1', `/${repository}`) })
}

/** What AWS does with a password: compute it anew from the time it names. */
function verified(login: { username: string; password: string }, host: string, path: string): boolean {
  const [, time, signature] = /^(\d{8}T\d{6})Z([0-9a-f]{64})$/.exec(login.password) ?? []
  if (time === undefined || login.username !== keys.accessKeyId) return false
  const sha = (text: string) => createHash('sha256').update(text).digest('hex')
  const mac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const day = time.slice(0, 8)
  const request = sha(`GIT\n${path}\n\nhost:${host}\n\nhost\n`)
  const text = `AWS4-HMAC-SHA256\n${time}\n${day}/eu-west-1/codecommit/aws4_request\n${request}`
  const key = mac(mac(mac(mac(`AWS4${keys.secretAccessKey}`, day), 'eu-west-1'), 'codecommit'), 'aws4_request')
  return mac(key, text).toString('hex') === signature
}
