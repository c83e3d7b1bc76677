/** A real SMTP server, which keeps what it takes. */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ParsedMail, simpleParser } from 'mailparser'
import { SMTPServer } from 'smtp-server'

export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  readonly mail: ParsedMail
  readonly isEncrypted: boolean
}

export interface MailServer {
  readonly port: number
  /** The certificate that it shows, which is its own authority. */
  readonly caFile: string
  readonly taken: TakenMail[]
  stop(): Promise<void>
}

/** `tls`: whether it offers STARTTLS, begins with it, or has none. Whoever signs in must be `penstock` with `s3cret`. */
export async function startMailServer(tls: 'starttls' | 'implicit' | 'none' = 'starttls'): Promise<MailServer> {
  const folder = mkdtempSync(join(tmpdir(), 'penstock-mail-'))
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const made = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  execFileSync('openssl', ['req', ...made, '-keyout', key, '-out', cert, ...subject], { stdio: 'ignore' })
  const taken: TakenMail[] = []
  const server = new SMTPServer({
    secure: tls === 'implicit',
    key: readFileSync(key),
    cert: readFileSync(cert),
    authOptional: true,
    disabledCommands: tls === 'none' ? ['STARTTLS'] : [],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'penstock' && password === 's3cret'
        ? done(null, { user: username })
        : done(new Error('Authentication credentials invalid')),
    onRcptTo: ({ address }, _session, done) =>
      address.startsWith('nobody@') ? done(new Error('no such mailbox')) : done(),
    onData(stream, session, done) {
      const { mailFrom, rcptTo } = session.envelope
      const from = mailFrom === false ? '' : mailFrom.address
      simpleParser(stream).then((mail) => {
        taken.push({ from, to: rcptTo.map(({ address }) => address), mail, isEncrypted: session.secure })
        done()
      }, done)
    },
  })
  server.on('error', () => {}) // a client that refuses the certificate
  server.listen(0, '127.0.0.1')
  await once(server.server, 'listening')
  return {
    port: (server.server.address() as AddressInfo).port,
    caFile: cert,
    taken,
    async stop() {
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true })
    },
  }
}
