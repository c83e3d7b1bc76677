import type { Clock } from '../domain/clock.js'
import { GitError } from './git-error.js'

/** Runs work whose signal is aborted with its caller's, or when `ms` are over. Errors: GitError `slow`, the caller's reason. */
export async function withTimeLimit<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  ms: number,
  what: string,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const cancel = clock.after(ms, () => limit.abort(new GitError('slow', `${what} did not end within ${ms / 1000} s`)))
  try {
    return await work(AbortSignal.any([signal, limit.signal]))
  } finally {
    cancel()
  }
}
