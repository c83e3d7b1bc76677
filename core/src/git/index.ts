/** `@penstock/core/git`: what source plugins for git servers share. Loads nothing heavy before it is needed. */
export { type BranchTip, branchTip } from './branch-tip.js'
export { type CommitInfo, subject } from './commit.js'
export type { GitEngine } from './fetch-commit.js'
export { GitError, type GitProblem } from './git-error.js'
export { closeGitConnections } from './git-http.js'
export { type GitSource, type GitSourceSettings, type GitSourceTarget, gitSource, timestamp } from './git-source.js'
export { forgetGitServers } from './list-refs.js'
export { checkUrl, type GitCredentials, type GitLimits, type GitRemote, webUrl } from './remote.js'
