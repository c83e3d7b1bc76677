import { readFile } from 'node:fs/promises'
import { defined, NotDeliverable, type Notification, type Notifier } from '@penstock/core'
import type { EmailConfig } from './config.js'
import { mailOf } from './message.js'

/** One conversation with the mail server, and each of its steps: milliseconds. */
const patience = 20_000

/**
 * Mails what names an address (`mailto:ann@example.com`), and what names nobody to `to` when its kind is asked for.
 * Errors of notify: what the mail server says, never the password.
 */
export function emailNotifier(config: EmailConfig): Notifier {
  return {
    name: 'email',
    receivers: (notification) => [named(notification, config)].filter((to) => to !== ''),
    async notify(notification, delivery) {
      const to = recipients(notification, config)
      if (to.length > 0) await send(config, to, mailOf(notification, delivery))
    },
  }
}

/** Whoever it goes to; what is no address is said when it is sent. */
function named({ target, kind }: Notification, { to = [], events = [] }: EmailConfig): string {
  if (target === undefined) return events.includes(kind) ? to.join(', ') : ''
  return /^mailto:/i.test(target) ? target.slice('mailto:'.length) : ''
}

function recipients({ target, kind }: Notification, { to = [], events = [] }: EmailConfig): readonly string[] {
  if (target === undefined) return events.includes(kind) ? to : []
  if (!/^mailto:/i.test(target)) return []
  const [addresses = ''] = target.slice('mailto:'.length).split('?')
  return addresses.split(',').map(addressOf)
}

/** Errors: what is no address, before anything is sent: a mail server would make two of one. */
function addressOf(encoded: string): string {
  const text = decodeURIComponent(encoded).trim()
  if (/^[^\s<>@,;:"()]+@[^\s<>@,;:"()]+$/.test(text)) return text
  throw new NotDeliverable(
    `'${text.replaceAll(/\s+/g, ' ').slice(0, 100)}' is no address: mailto:ann@example.com is right`,
  )
}

/** The library is loaded at the first mail. */
async function send(config: EmailConfig, to: readonly string[], mail: ReturnType<typeof mailOf>): Promise<void> {
  const { smtp, from } = config
  if (!smtp) throw new Error('email-notify has no smtp.host: nobody is told')
  const { createTransport } = await import('nodemailer')
  const { host, tls, port = tls === 'implicit' ? 465 : 587, user, caFile } = smtp
  const pass = smtp.passwordFile === undefined ? smtp.password : (await readFile(smtp.passwordFile, 'utf8')).trim()
  const transport = createTransport({
    host,
    port,
    secure: tls === 'implicit',
    requireTLS: tls === 'starttls',
    ignoreTLS: tls === 'none',
    ...(caFile === undefined ? {} : { tls: { ca: await readFile(caFile, 'utf8') } }),
    ...(user === undefined || pass === undefined ? {} : { auth: { user, pass } }),
    connectionTimeout: patience,
    greetingTimeout: patience,
    socketTimeout: patience,
    // What others wrote is text: it names no files and no addresses to be fetched.
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  try {
    await transport.sendMail({ ...mail, ...defined({ from }), to: [...to] })
  } catch (error) {
    const { code = '', response, message } = error as Error & { readonly code?: string; readonly response?: string }
    const said = (response ?? message).replaceAll(/\s+/g, ' ').slice(0, 300)
    const remedy = remedies[code] === undefined ? '' : ` (${remedies[code]})`
    throw new Error(
      `the mail server ${host}:${port} did not take the mail: ${pass ? said.replaceAll(pass, '****') : said}${remedy}`,
    )
  } finally {
    transport.close()
  }
}

/** By nodemailer's codes. */
const remedies: Readonly<Record<string, string>> = {
  EAUTH: 'are smtp.user and smtp.password right?',
  ETLS: 'does it offer STARTTLS? smtp.tls says implicit or none otherwise',
  ESOCKET: 'is it the right port for smtp.tls, and its certificate known? smtp.caFile names an authority of your own',
  ECONNECTION: 'is smtp.host right, and the port open?',
  EDNS: 'is smtp.host right?',
  EENVELOPE: 'are from and the recipients addresses that it takes?',
}
