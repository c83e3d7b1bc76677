/** The guides that come with Penstock, and references made from what is really there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Command } from 'commander'
import { commandReference } from './command-reference.js'
import { configurationReference } from './configuration-reference.js'

/**
 * A document in Markdown.
 * @example
 * const topics = guides().map(({ topic }: Guide) => topic)
 */
export interface Guide {
  /** `pipeline-file`: a part of an address. */
  readonly topic: string
  readonly title: string
  readonly text: string
}

/** The order in which a newcomer reads; what is not named comes after. */
const order = [
  'first-pipeline',
  'pipeline-file',
  'builds',
  'access',
  'notifications',
  'operating',
  'plugins',
  'troubleshooting',
  'aws',
]

const folder = resolve(__dirname, '../../../guide')

/** All of them; the commands are those of `program`. Errors: those of reading files. */
export function guidesOf(program: Command): readonly Guide[] {
  const written = readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map((file) => guideOf(file.slice(0, -3), readFileSync(join(folder, file), 'utf8')))
    .sort((a, b) => place(a.topic) - place(b.topic))
  return [
    ...written,
    guideOf('configuration', configurationReference()),
    guideOf('commands', commandReference(program)),
  ]
}

/**
 * A document by its first heading.
 * @example
 * const guide = guideOf('chat', '# Chat\n\nSends what happens.')
 */
export function guideOf(topic: string, text: string): Guide {
  return { topic, title: /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? topic, text }
}

function place(topic: string): number {
  const at = order.indexOf(topic)
  return at < 0 ? order.length : at
}
