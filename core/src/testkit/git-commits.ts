/** Makes commits in a bare repository with one `git fast-import` each: no working tree, no index, exact modes. */
import { spawn } from 'node:child_process'

/**
 * What a commit puts at a path: a text or bytes, a file with its mode, a link, or `null` to delete the path.
 * @example
 * const script: CommitEntry = { content: '#!/bin/sh', executable: true }
 */
export type CommitEntry =
  | string
  | Uint8Array
  | null
  | { readonly content: string | Uint8Array; readonly executable?: boolean }
  | { readonly symlink: string }

/**
 * A commit's files, by path relative to the root, with `/` between names.
 * @example
 * const files: CommitFiles = { 'a.txt': 'one', link: { symlink: 'a.txt' } }
 */
export type CommitFiles = Readonly<Record<string, CommitEntry>>

/**
 * How a commit is made.
 * @example
 * const options: CommitOptions = { when: 1_700_000_000_000 }
 */
export interface CommitOptions {
  /** The repository's first branch (`main`) when absent. A branch that is not there yet begins with this commit. */
  readonly branch?: string
  /** For a new branch: what it grows from, a branch, tag or commit id. */
  readonly from?: string
  /** `Name <mail>`. */
  readonly author?: string
  /** Epoch milliseconds, cut to seconds; the real now when absent. */
  readonly when?: number
}

// As it was at the start: a test may take git off its own PATH, and the server still needs it.
const path = process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin'

/** An environment in which git reads nobody's configuration and asks nobody anything. */
export function cleanGitEnvironment(extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: path,
    HOME: '/nonexistent',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_TERMINAL_PROMPT: '0',
    ...extra,
  }
}

/** Runs git and answers with what it printed, trimmed. Errors: its exit code and what it said. */
export function git(folder: string, args: readonly string[], input?: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn('git', args, { cwd: folder, env: cleanGitEnvironment() })
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => out.push(piece))
    child.stderr.on('data', (piece: Buffer) => err.push(piece))
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(Buffer.concat(out).toString().trim())
      else reject(new Error(`git ${args.join(' ')} ended with ${code}: ${Buffer.concat(err).toString().trim()}`))
    })
    child.stdin.on('error', () => undefined) // git that ended early says why on stderr
    child.stdin.end(input)
  })
}

/** Commits `files` on top of a branch and answers with the commit's id. Errors: what fast-import refuses. */
export async function makeCommit(
  folder: string,
  files: CommitFiles,
  message: string,
  branch: string,
  options: CommitOptions,
): Promise<string> {
  const parent = await resolve(folder, `refs/heads/${branch}`)
  const from = parent ?? (options.from === undefined ? undefined : await resolve(folder, options.from))
  const printed = await git(folder, ['fast-import', '--quiet'], commitStream(files, message, branch, from, options))
  return printed.split('\n')[0] ?? ''
}

function commitStream(
  files: CommitFiles,
  message: string,
  branch: string,
  from: string | undefined,
  options: CommitOptions,
): Buffer {
  const author = options.author ?? 'Ada Lovelace <ada@example.com>'
  const seconds = Math.floor((options.when ?? Date.now()) / 1000)
  const head = [`commit refs/heads/${branch}`, 'mark :1', `author ${author} ${seconds} +0000`]
  head.push(`committer ${author} ${seconds} +0000`)
  const pieces: (string | Uint8Array)[] = [`${head.join('\n')}\n`, ...data(message)]
  if (from !== undefined) pieces.push(`from ${from}\n`)
  for (const [name, entry] of Object.entries(files)) pieces.push(...change(name, entry))
  pieces.push('\nget-mark :1\ndone\n')
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece as string)))
}

function change(name: string, entry: CommitEntry): (string | Uint8Array)[] {
  if (entry === null) return [`D ${name}\n`]
  if (typeof entry === 'string' || entry instanceof Uint8Array) return modify('100644', name, entry)
  if ('symlink' in entry) return modify('120000', name, entry.symlink)
  return modify(entry.executable === true ? '100755' : '100644', name, entry.content)
}

function modify(mode: string, name: string, content: string | Uint8Array): (string | Uint8Array)[] {
  return [`M ${mode} inline ${name}\n`, ...data(content)]
}

function data(content: string | Uint8Array): (string | Uint8Array)[] {
  return [`data ${Buffer.byteLength(content as string)}\n`, content, '\n']
}

/** The object id of a name, or `undefined` when there is no such thing. */
async function resolve(folder: string, name: string): Promise<string | undefined> {
  try {
    return await git(folder, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`])
  } catch {
    return undefined
  }
}
