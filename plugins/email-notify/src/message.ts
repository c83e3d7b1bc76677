import { createHash } from 'node:crypto'
import type { Notification, NotificationDelivery } from '@penstock/core'
import type { SendMailOptions } from 'nodemailer'

/** Longer lines make mail servers fold or refuse: characters. */
const longestSubject = 180

/** A notification as a mail: plain text, and the same as HTML whose links can be clicked. */
export function mailOf(
  notification: Notification,
  delivery?: NotificationDelivery,
): Pick<SendMailOptions, 'subject' | 'text' | 'html' | 'headers' | 'messageId'> {
  const { subject, message } = notification
  const again = delivery?.possibleDuplicate ? ['', 'This mail may have been sent before.'] : []
  const lines = [...message.trim().split('\n'), ...answerLines(notification), ...again]
  const id = delivery?.id ?? createHash('sha256').update(JSON.stringify(notification)).digest('hex').slice(0, 40)
  return {
    subject: cut(subject.replaceAll(/\s+/g, ' ').trim()),
    text: `${lines.join('\n')}\n`,
    html: `<p>${lines.map(htmlLine).join('<br>\n')}</p>\n`,
    // Nobody's holiday answer is wanted, and a repeated delivery is one mail to those who look.
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Auto-Response-Suppress': 'All',
      'X-Penstock-Event': notification.kind,
      'X-Penstock-Delivery': id,
    },
    messageId: `<${id}@penstock>`,
  }
}

/** The page asks whoever follows the link to sign in: the mail itself gives nobody the right to answer. */
function answerLines({ kind, document }: Notification): string[] {
  const approval = document?.approval as Readonly<Record<string, unknown>> | undefined
  const link = approval?.approvalReviewLink
  return kind === 'approvalNeeded' && typeof link === 'string' ? ['', `Approve or reject: ${link}`] : []
}

function htmlLine(line: string): string {
  return line
    .split(/(https?:\/\/[^\s<>"]+)/)
    .map((piece, at) => (at % 2 === 0 ? escapeHtml(piece) : `<a href="${escapeHtml(piece)}">${escapeHtml(piece)}</a>`))
    .join('')
}

const escapeHtml = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')

function cut(text: string): string {
  return text.length <= longestSubject ? text : `${text.slice(0, longestSubject - 1)}…`
}
