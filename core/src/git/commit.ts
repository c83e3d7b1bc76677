import { decodeText } from './encodings.js'

/** What a commit object says. */
export interface CommitInfo {
  readonly id: string
  /** The whole message, without line feeds at its end. */
  readonly message: string
  readonly author: string
  readonly committer: string
  /** Epoch milliseconds. */
  readonly authored: number
  readonly committed: number
}

/** Reads a commit object (`git cat-file commit`). What is text in it is in the encoding that it names itself. */
export function parseCommit(id: string, bytes: Uint8Array): CommitInfo {
  const text = decode(bytes)
  const split = text.indexOf('\n\n')
  const head = split < 0 ? text : text.slice(0, split)
  const message = split < 0 ? '' : text.slice(split + 2).trimEnd()
  const author = person(head, 'author')
  const committer = person(head, 'committer')
  return {
    id,
    message,
    author: author.name,
    committer: committer.name,
    authored: author.time,
    committed: committer.time,
  }
}

/** By the header `encoding`, as git log does; UTF-8 when there is none, Latin-1 when it is not that either. */
function decode(bytes: Uint8Array): string {
  const latin1 = Buffer.from(bytes).toString('latin1')
  const [head = ''] = latin1.split('\n\n', 1)
  const named = /^encoding (\S+)$/m.exec(head)?.[1]
  for (const name of named === undefined ? ['utf-8'] : [named, 'utf-8']) {
    const text = decodeText(bytes, name)
    // An encoding that nobody knows, or text that is not in it.
    if (text !== undefined && !text.includes('\ufffd')) return text
  }
  return latin1
}

/** `author Ada Lovelace <ada@example.com> 1700000000 +0100` */
function person(head: string, role: string): { name: string; time: number } {
  const found = new RegExp(`^${role} (.*?) ?<.*?> (\\d+)`, 'm').exec(head)
  return { name: found?.[1] ?? '', time: Number(found?.[2] ?? 0) * 1000 }
}

/** The message's first line: a revision's summary. */
export function subject(commit: CommitInfo): string {
  return commit.message.split('\n', 1)[0] ?? ''
}
