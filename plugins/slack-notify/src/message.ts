import type { Notification } from '@penstock/core'

/** Slack's limits: a section's text, and the text that notifications of devices show. */
const longestSection = 3_000
const longestText = 4_000

const signs: Record<Notification['kind'], string> = {
  approvalNeeded: ':raised_hand:',
  executionFailed: ':x:',
  executionSucceeded: ':white_check_mark:',
  executionStarted: ':arrow_forward:',
  executionStopped: ':black_square_for_stop:',
  sourceFailed: ':warning:',
}

/** What Slack is to show: `text` where there is no room, and blocks, the subject leading to the page. */
export interface SlackMessage {
  readonly text: string
  readonly blocks: readonly unknown[]
  readonly unfurl_links: false
}

/** A notification as Slack's mrkdwn. */
export function messageOf(notification: Notification, possibleDuplicate = false): SlackMessage {
  const { kind, subject, message, document } = notification
  const link = linkOf(notification)
  const title = link === undefined ? `*${escaped(subject)}*` : `*<${escapeUrl(link)}|${escaped(subject)}>*`
  const body = linked(message.trim())
  return {
    text: cut(escaped(subject), longestText),
    blocks: [
      section(cut(`${signs[kind]} ${title}`, longestSection)),
      ...(body === '' ? [] : [section(cut(body, longestSection))]),
      ...approvalLinks(document),
      ...(possibleDuplicate ? [context('This may have been sent before.')] : []),
    ],
    unfurl_links: false,
  }
}

/** `&`, `<` and `>` are all that mrkdwn wants escaped. */
export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function escapeUrl(url: string): string {
  return escaped(url).replaceAll('|', '%7C')
}

const address = /https?:\/\/[^\s<>|]+/g

/** Text with its addresses as links. */
function linked(text: string): string {
  let shown = ''
  let done = 0
  for (const { 0: url, index } of text.matchAll(address)) {
    shown += `${escaped(text.slice(done, index))}<${escapeUrl(url)}>`
    done = index + url.length
  }
  return shown + escaped(text.slice(done))
}

function linkOf({ message, document }: Notification): string | undefined {
  if (typeof document?.consoleLink === 'string') return document.consoleLink
  return message.match(address)?.at(-1)
}

/** An approval's own links, as the JSON document has them. */
function approvalLinks(document: Notification['document']): unknown[] {
  const approval = document?.approval as Readonly<Record<string, unknown>> | undefined
  const { approvalReviewLink: review, externalEntityLink: external } = approval ?? {}
  const links = [
    ...(typeof review === 'string' ? [`<${escapeUrl(review)}|Approve or reject>`] : []),
    ...(typeof external === 'string' ? [`<${escapeUrl(external)}|What is to be reviewed>`] : []),
  ]
  return links.length === 0 ? [] : [context(links.join(' · '))]
}

function context(text: string) {
  return { type: 'context', elements: [{ type: 'mrkdwn', text }] }
}

function section(text: string) {
  return { type: 'section', text: { type: 'mrkdwn', text } }
}

/** An entity or link is not cut in two: what remains of one is dropped. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text
  return `${text.slice(0, limit - 1).replace(/(<[^>]*|&\w*)$/, '')}…`
}
