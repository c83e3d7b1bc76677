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

/** Reads a commit object's text (`git cat-file commit`). */
export function parseCommit(id: string, text: string): CommitInfo {
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

/** `author Ada Lovelace <ada@example.com> 1700000000 +0100` */
function person(head: string, role: string): { name: string; time: number } {
  const found = new RegExp(`^${role} (.*?) ?<.*?> (\\d+)`, 'm').exec(head)
  return { name: found?.[1] ?? '', time: Number(found?.[2] ?? 0) * 1000 }
}

/** The message's first line: a revision's summary. */
export function subject(commit: CommitInfo): string {
  return commit.message.split('\n', 1)[0] ?? ''
}
