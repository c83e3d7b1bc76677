/**
 * Fetching without a git program: isomorphic-git in a process of its own, because it holds whole packs in memory and
 * its work would stop everything else. Requests go over the process's channel, never on its command line.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { defined } from '../domain/defined.js'
import type { ChangesRequest } from './changed-files.js'
import type { CommitInfo } from './commit.js'
import { emptyFolders, type FetchRequest } from './git-binary.js'
import { GitError, type GitProblem } from './git-error.js'
import { authorization, type GitRemote } from './remote.js'

interface Told {
  /** The header's value. */
  readonly authorization?: string
  /** For messages: the URL as configured. */
  readonly name: string
}

/** What the child is asked. */
export type ChildRequest = Told &
  (
    | ({ readonly kind: 'fetch' } & Omit<FetchRequest, 'remote' | 'signal' | 'runner'>)
    | ({ readonly kind: 'changes' } & Omit<ChangesRequest, 'remote' | 'signal'>)
  )

/** What it answers, once. */
export type ChildAnswer =
  | { readonly commit: CommitInfo }
  | { readonly files: readonly string[] }
  | { readonly problem?: GitProblem; readonly message: string }

/** As fetchWithGit. */
export async function fetchWithIsomorphicGit({
  remote,
  signal,
  runner: _,
  ...request
}: FetchRequest): Promise<CommitInfo> {
  await emptyFolders(request)
  const answer = await ask(remote, signal, { kind: 'fetch', ...request })
  if ('commit' in answer) return answer.commit
  throw new Error('the fetching process answered something else')
}

/** As changedFilesWithGit. */
export async function changedFilesWithIsomorphicGit(changes: ChangesRequest): Promise<readonly string[]> {
  const { remote, signal, ...request } = changes
  const answer = await ask(remote, signal, { kind: 'changes', ...request })
  if ('files' in answer) return answer.files
  throw new Error('the fetching process answered something else')
}

type Question = ChildRequest extends infer R ? (R extends Told ? Omit<R, keyof Told> : never) : never

async function ask(remote: GitRemote, signal: AbortSignal, question: Question): Promise<ChildAnswer> {
  signal.throwIfAborted()
  const allowed = authorization(remote)
  const child = start(remote.caFile)
  const stop = () => child.kill('SIGKILL')
  signal.addEventListener('abort', stop, { once: true })
  try {
    const answered = answerOf(child)
    child.send({ ...question, name: remote.url, ...defined({ authorization: allowed }) })
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
