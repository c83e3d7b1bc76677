import type { GitPullRequestFilter, GitPushFilter, GlobCriteria, TriggerDeclaration } from '@penstock/core'
import { optional, type Posted } from './posted.js'

/** The kinds of events on a pull request that a filter may name (G3), with what they are called on the page. */
export const pullRequestEvents = [
  ['OPEN', 'opened'],
  ['UPDATED', 'updated'],
  ['CLOSED', 'closed or merged'],
] as const

/** The trigger whose fields begin with `at` (S15). */
export function readTrigger(posted: Posted, at: string): TriggerDeclaration {
  const git = `${at}.gitConfiguration`
  const push = posted.places(`${git}.push`).map((place) => readPush(posted, place))
  const pullRequest = posted.places(`${git}.pullRequest`).map((place) => readPullRequest(posted, place))
  return {
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: {
      sourceActionName: posted.text(`${git}.sourceActionName`) ?? '',
      ...(push.length > 0 && { push }),
      ...(pullRequest.length > 0 && { pullRequest }),
    },
  }
}

function readPush(posted: Posted, at: string): GitPushFilter {
  return {
    ...optional('branches', readCriteria(posted, `${at}.branches`)),
    ...optional('filePaths', readCriteria(posted, `${at}.filePaths`)),
    ...optional('tags', readCriteria(posted, `${at}.tags`)),
  }
}

function readPullRequest(posted: Posted, at: string): GitPullRequestFilter {
  const events = pullRequestEvents.flatMap(([event]) => (posted.text(`${at}.events.${event}`) ? [event] : []))
  return {
    ...(events.length > 0 && { events }),
    ...optional('branches', readCriteria(posted, `${at}.branches`)),
    ...optional('filePaths', readCriteria(posted, `${at}.filePaths`)),
  }
}

/** A pattern a line: commas belong to patterns (`*.{js,ts}`). */
function readCriteria(posted: Posted, at: string): GlobCriteria | undefined {
  const includes = posted.lines(`${at}.includes`)?.map((line) => line.trim())
  const excludes = posted.lines(`${at}.excludes`)?.map((line) => line.trim())
  if (!includes && !excludes) return undefined
  return { ...optional('includes', includes), ...optional('excludes', excludes) }
}
