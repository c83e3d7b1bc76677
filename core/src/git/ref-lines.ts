/** Lists of references as text. */

/** A branch or tag by its full name, `refs/heads/main`. */
export interface GitRef {
  readonly name: string
  /** The commit; for an annotated tag, the one that it is about. */
  readonly commit: string
}

/**
 * `<id> <name>` a line, with a tab or a blank between, capabilities after a NUL on the first, and `<id> <name>^{}` after
 * an annotated tag: protocol version 0, `git ls-remote`, and the file that `git update-server-info` writes.
 */
export function readRefs(lines: readonly string[]): GitRef[] {
  const refs = new Map<string, string>()
  for (const line of lines) {
    const [id = '', name = ''] = line.split('\0')[0]?.split(/[ \t]/) ?? []
    if (name !== 'capabilities^{}') refs.set(name.replace(/\^\{\}$/, ''), id)
  }
  return Array.from(refs, ([name, commit]) => ({ name, commit }))
}

/** Those whose names begin with one of `prefixes`. */
export function select(refs: readonly GitRef[], prefixes: readonly string[]): GitRef[] {
  return refs.filter(({ name }) => prefixes.some((prefix) => name.startsWith(prefix)))
}
