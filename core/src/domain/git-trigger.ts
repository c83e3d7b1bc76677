/** Whether an event in a git repository starts a pipeline, by the pipeline's triggers (G1-G5). Pure. */
import type { GitEvent } from './git-event.js'
import { compileGlob } from './glob.js'
import type { GitPullRequestFilter, GitPushFilter, GlobCriteria, TriggerDeclaration } from './pipeline.js'

/** G4: no more of an event's files are looked at. */
export const changedFilesLimit = 100

/** The answer, with a reason to show to people who wonder. */
export interface TriggerVerdict {
  readonly matches: boolean
  readonly reason: string
}

/**
 * Judges an event that came from the source action `sourceActionName`. `configuredBranch` is the branch in that
 * action's configuration: what starts the pipeline when no filter says otherwise.
 * Errors: GlobSyntaxError for a pattern that should not have been let in.
 */
export function matchTriggers(
  triggers: readonly TriggerDeclaration[],
  sourceActionName: string,
  event: GitEvent,
  configuredBranch?: string,
): TriggerVerdict {
  const own = triggers.filter(({ gitConfiguration }) => gitConfiguration.sourceActionName === sourceActionName)
  if (own.length === 0) return matchDefault(event, configuredBranch)
  let refusal: TriggerVerdict | undefined
  for (const { gitConfiguration } of own) {
    const { push = [], pullRequest = [] } = gitConfiguration
    const judge =
      event.kind === 'pullRequest' ? () => pullRequest.map(pullRequestJudge(event)) : () => push.map(pushJudge(event))
    const verdicts = push.length + pullRequest.length === 0 ? [matchDefault(event, configuredBranch)] : judge()
    const match = verdicts.find(({ matches }) => matches)
    if (match !== undefined) return match
    refusal ??= verdicts[0]
  }
  return refusal ?? no(`the trigger of '${sourceActionName}' has no filter for ${name(event)}`)
}

/** What has to be looked for in a repository so that an action's triggers can be judged. */
export interface TriggerInterest {
  /** Pushes to other branches than the configured one, too. */
  readonly allBranches: boolean
  readonly tags: boolean
  readonly pullRequests: boolean
  readonly changedFiles: boolean
}

/**
 * What a poller has to ask for: `undefined` when the configured branch's tip is enough.
 */
export function triggerInterest(
  triggers: readonly TriggerDeclaration[],
  sourceActionName: string,
  configuredBranch?: string,
): TriggerInterest | undefined {
  const own = triggers.filter(({ gitConfiguration }) => gitConfiguration.sourceActionName === sourceActionName)
  const push = own.flatMap(({ gitConfiguration }) => gitConfiguration.push ?? [])
  const pullRequest = own.flatMap(({ gitConfiguration }) => gitConfiguration.pullRequest ?? [])
  const branchFilters = push.filter(({ tags }) => tags === undefined)
  const interest = {
    allBranches: branchFilters.some(({ branches }) => !isOnly(branches, configuredBranch)),
    tags: push.some(({ tags }) => tags !== undefined),
    pullRequests: pullRequest.length > 0,
    changedFiles: [...push, ...pullRequest].some(({ filePaths }) => filePaths !== undefined),
  }
  return Object.values(interest).includes(true) ? interest : undefined
}

function isOnly(criteria: GlobCriteria | undefined, branch: string | undefined): boolean {
  const { includes = [] } = criteria ?? {}
  return includes.length > 0 && includes.every((pattern) => pattern === branch)
}

/** Without a filter, every push to the branch that the action is configured for starts the pipeline. */
function matchDefault(event: GitEvent, configuredBranch: string | undefined): TriggerVerdict {
  if (event.kind !== 'push') return no(`no filter asks for ${name(event)}`)
  if (configuredBranch === undefined || event.branch === configuredBranch) return yes(`${name(event)}, with no filter`)
  return no(`${name(event)} is not to the action's branch ${configuredBranch}`)
}

const pushJudge =
  (event: GitEvent) =>
  (filter: GitPushFilter): TriggerVerdict => {
    if (event.kind === 'tag') {
      // A filter for branches says nothing about tags: only one that names tags lets a tag start the pipeline (G3).
      if (filter.tags === undefined) return no('the push filter has no tags')
      return judge('tag', event.tag, filter.tags) ?? yes(`tag ${event.tag} matches the push filter`)
    }
    if (filter.tags !== undefined) return no('the push filter asks for a tag')
    return (
      judge('branch', event.branch, filter.branches) ??
      judgeFiles(event, filter.filePaths) ??
      yes(`${name(event)} matches the push filter`)
    )
  }

const pullRequestJudge =
  (event: GitEvent) =>
  (filter: GitPullRequestFilter): TriggerVerdict => {
    const { events = [] } = filter
    const happened = event.pullRequestEvent
    if (events.length > 0 && (happened === undefined || !events.includes(happened))) {
      return no(`the pull request filter asks for ${events.join(' or ')}, and this was ${happened ?? 'something else'}`)
    }
    return (
      judge('target branch', event.targetBranch, filter.branches) ??
      judgeFiles(event, filter.filePaths) ??
      yes(`${name(event)} matches the pull request filter`)
    )
  }

/** A refusal, or `undefined` when the value passes. */
function judge(
  what: string,
  value: string | undefined,
  criteria: GlobCriteria | undefined,
): TriggerVerdict | undefined {
  if (criteria === undefined) return undefined
  if (value === undefined) return no(`the ${what} is not known`)
  return passes(value, criteria) ? undefined : no(`the ${what} ${value} is not wanted (${describe(criteria)})`)
}

/**
 * Each file is judged alone, the first hundred of them (G2, G4). Files that nobody knows do not keep a pipeline from
 * starting: better one run too many than one too few.
 */
function judgeFiles(event: GitEvent, criteria: GlobCriteria | undefined): TriggerVerdict | undefined {
  if (criteria === undefined) return undefined
  if (event.kind === 'push' && event.newBranch === true) {
    return no(`the first push of the branch ${event.branch} does not start a pipeline that filters by file paths`)
  }
  if (event.changedFiles === undefined) return undefined
  const files = event.changedFiles.slice(0, changedFilesLimit)
  if (files.some(passing(criteria))) return undefined
  return no(`none of the first ${files.length} changed files is wanted (${describe(criteria)})`)
}

function passes(value: string, criteria: GlobCriteria): boolean {
  return passing(criteria)(value)
}

/** G1: any include (all, when there are none), and no exclude. */
function passing({ includes = [], excludes = [] }: GlobCriteria): (value: string) => boolean {
  const wanted = includes.map(compileGlob)
  const unwanted = excludes.map(compileGlob)
  return (value) => (wanted.length === 0 || wanted.some((glob) => glob(value))) && !unwanted.some((glob) => glob(value))
}

function describe({ includes = [], excludes = [] }: GlobCriteria): string {
  const parts = [
    ...(includes.length > 0 ? [`includes ${includes.join(', ')}`] : []),
    ...(excludes.length > 0 ? [`excludes ${excludes.join(', ')}`] : []),
  ]
  return parts.join('; ')
}

function name(event: GitEvent): string {
  if (event.kind === 'tag') return `the tag ${event.tag ?? 'of an unknown name'}`
  if (event.kind === 'push') return `the push to ${event.branch ?? 'an unknown branch'}`
  return `the pull request into ${event.targetBranch ?? 'an unknown branch'} (${event.pullRequestEvent ?? 'unknown event'})`
}

const yes = (reason: string): TriggerVerdict => ({ matches: true, reason })
const no = (reason: string): TriggerVerdict => ({ matches: false, reason })
