import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { JobContext } from '../host/provider-context.js'
import type { CommandRunner } from './git-binary.js'
import { GitError } from './git-error.js'

/**
 * Runs a command as a durable step of a job: started by the launcher, ended with the job, adopted after a restart of the
 * server. Its output goes to files of the workspace; what it says on stderr comes into the log, too.
 * Errors of the runner: GitError `slow` after `timeout` milliseconds; the job's own when it is stopped.
 */
export function stepRunner(ctx: JobContext, label: string, timeout: number): CommandRunner {
  const [out, err] = [join(ctx.workspace, 'fetch.out'), join(ctx.workspace, 'fetch.err')]
  return async ([program, ...args], env) => {
    const quiet = ['sh', '-c', '"$@" >"$FETCH_OUT" 2>"$FETCH_ERR"', 'sh', program, ...args] as const
    const done = await ctx.exec([...quiet], {
      cwd: ctx.workspace,
      env: { ...env, FETCH_OUT: out, FETCH_ERR: err },
      check: false,
      timeout,
      label,
      // Git with the ssh keys and credentials of the server's user; it runs nothing of what it fetches.
      isolation: 'none',
    })
    if (done.timedOut === true) throw new GitError('slow', `${label} did not end within ${timeout / 1000} s`)
    const stderr = (await readFile(err, 'utf8').catch(() => '')).trim()
    if (stderr !== '') ctx.log.line(stderr)
    return { exitCode: done.exitCode, stdout: await readFile(out).catch(() => Buffer.alloc(0)), stderr }
  }
}
