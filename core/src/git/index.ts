/** `@penstock/core/git`: what source plugins for git servers share. Loads nothing heavy before it is needed. */
export { type BranchTip, branchTip } from './branch-tip.js'
export { type CommitInfo, subject } from './commit.js'
export { GitError, type GitProblem } from './git-error.js'
export { type GitLimits, type GitCredentials, type GitRemote, checkUrl, webUrl } from './remote.js'
export { type GitSourceTarget, gitSource } from './git-source.js'
export type { GitEngine } from './fetch-commit.js'
