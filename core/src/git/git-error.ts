import type { FailureType } from '../domain/job.js'

/** What can be wrong with a repository, seen from here. */
export type GitProblem =
  | 'bad-url'
  | 'unauthorised'
  | 'gone'
  | 'moved'
  | 'empty'
  | 'no-branch'
  | 'no-commit'
  | 'slow'
  | 'tls'
  | 'unreachable'
  | 'rate-limited'
  | 'server'
  | 'protocol'
  | 'unsupported'

const failureTypes: Readonly<Record<GitProblem, FailureType>> = {
  'bad-url': 'ConfigurationError',
  unauthorised: 'PermissionError',
  gone: 'ConfigurationError',
  moved: 'ConfigurationError',
  empty: 'RevisionUnavailable',
  'no-branch': 'ConfigurationError',
  'no-commit': 'RevisionUnavailable',
  slow: 'SystemUnavailable',
  tls: 'ConfigurationError',
  unreachable: 'SystemUnavailable',
  'rate-limited': 'SystemUnavailable',
  server: 'SystemUnavailable',
  protocol: 'SystemUnavailable',
  unsupported: 'ConfigurationError',
}

/** Something is wrong with a repository: the message names it and what to do, and never holds a credential. */
export class GitError extends Error {
  constructor(
    readonly problem: GitProblem,
    message: string,
  ) {
    super(message)
    this.name = 'GitError'
  }

  /** How a job that failed by this is reported (J12). */
  get failureType(): FailureType {
    return failureTypes[this.problem]
  }
}
