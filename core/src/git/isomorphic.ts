/**
 * Fetching without a git program: isomorphic-git in a process of its own, because it holds whole packs in memory and
 * its work would stop everything else. Requests go over the process's channel, never on its command line.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { defined } from '../domain/defined.js'
import type { ChangesRequest } from './changed-files.js'
import { type CommitInfo, parseCommit } from './commit.js'
import { refuseUnfetched } from './extras.js'
import { emptyFolders, type FetchRequest } from './git-binary.js'
import { GitError, type GitProblem } from './git-error.js'
import { authorization, type GitRemote } from './remote.js'
import { describeUnfetched, type Unfetched } from './unfetched.js'

interface Told {
  /** The header's value. */
  readonly authorization?: string
  /** For messages: the URL as configured. */
  readonly name: string
  /** Bytes that the server may send. */
  readonly maxBytes: number
}

/** What one fetch may bring unless something else is said. */
const defaultMaxBytes = 256 * 1024 ** 2

/** What the child is asked. */
export type ChildRequest = Told &
  (
    | ({ readonly kind: 'fetch' } & Omit<
        FetchRequest,
        'remote' | 'signal' | 'runner' | 'notice' | 'maxBytes' | 'extras'
      >)
    | ({ readonly kind: 'changes' } & Omit<ChangesRequest, 'remote' | 'signal' | 'maxBytes'>)
  )

/** What it answers, once. */
export type ChildAnswer =
  /** The commit object, in Base64. */
  | { readonly commit: string; readonly unfetched: Unfetched }
  | { readonly files: readonly string[] }
  | { readonly problem?: GitProblem; readonly message: string }

/** As fetchWithGit. */
export async function fetchWithIsomorphicGit({
  remote,
  signal,
  runner: _,
  notice = () => {},
  maxBytes,
  extras = {},
  ...request
}: FetchRequest): Promise<CommitInfo> {
  await emptyFolders(request)
  const answer = await ask({ remote, signal, maxBytes }, { kind: 'fetch', ...request })
  if ('commit' in answer) {
    refuseUnfetched(remote.url, extras, answer.unfetched)
    for (const line of describeUnfetched(answer.unfetched)) notice(line)
    return parseCommit(request.commit, Buffer.from(answer.commit, 'base64'))
  }
  throw new Error('the fetching process answered something else')
}

/** As changedFilesWithGit. */
export async function changedFilesWithIsomorphicGit(changes: ChangesRequest): Promise<readonly string[]> {
  const { remote, signal, maxBytes, ...request } = changes
  const answer = await ask({ remote, signal, maxBytes }, { kind: 'changes', ...request })
  if ('files' in answer) return answer.files
  throw new Error('the fetching process answered something else')
}

type Question = ChildRequest extends infer R ? (R extends Told ? Omit<R, keyof Told> : never) : never

interface Asker {
  readonly remote: GitRemote
  readonly signal: AbortSignal
  readonly maxBytes: number | undefined
}

async function ask({ remote, signal, maxBytes }: Asker, question: Question): Promise<ChildAnswer> {
  signal.throwIfAborted()
  const allowed = authorization(remote)
  const child = start(remote.caFile)
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const answered = answerOf(child)
    const told: Told = {
      name: remote.url,
      maxBytes: maxBytes ?? defaultMaxBytes,
      ...defined({ authorization: allowed }),
    }
    child.send({ ...question, ...told })
    const answer = await answered
    if (!('message' in answer)) return answer
    throw answer.problem === undefined ? new Error(answer.message) : new GitError(answer.problem, answer.message)
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    signal.removeEventListener('abort', stop)
    child.kill('SIGKILL')
  }
}

function start(caFile: string | undefined): ChildProcess {
  // From source, as in tests and development, the child needs a loader for TypeScript.
  const fromSource = __filename.endsWith('.ts')
  return fork(join(__dirname, `isomorphic-child.${fromSource ? 'ts' : 'js'}`), [], {
    execArgv: fromSource ? ['--import', 'tsx'] : [],
    env: { PATH: process.env.PATH ?? '', ...defined({ NODE_EXTRA_CA_CERTS: caFile }) },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  })
}

function answerOf(child: ChildProcess): Promise<ChildAnswer> {
  return new Promise((resolve, reject) => {
    let said = ''
    child.stderr?.on('data', (piece: Buffer) => {
      said = (said + piece.toString('utf8')).slice(-2000)
    })
    child.once('message', (answer) => resolve(answer as ChildAnswer))
    child.once('error', reject)
    child.once('close', (code, signal) =>
      reject(new Error(`the fetching process ended with ${signal ?? code}: ${said.trim()}`)),
    )
  })
}
