import { globProblem } from '../glob.js'
import type {
  ActionDeclaration,
  GitPullRequestFilter,
  GitPushFilter,
  GlobCriteria,
  PipelineDeclaration,
  TriggerDeclaration,
} from '../pipeline.js'
import { limits, repeated } from './limits.js'
import type { Problems } from './problem.js'

/** How many triggers there can be, and what may stand in one (S15, G3). */
export function checkTriggers(all: Problems, { triggers = [], stages }: PipelineDeclaration): void {
  const problems = all.at('triggers')
  if (triggers.length > limits.triggers)
    problems.add(`${triggers.length} triggers are more than the ${limits.triggers} allowed`)
  for (const name of repeated(triggers.map((trigger) => trigger.gitConfiguration.sourceActionName))) {
    problems.add(`The source action '${name}' has more than one trigger`)
  }
  const sources = stages[0]?.actions ?? []
  triggers.forEach((trigger, index) => {
    checkTrigger(problems.at(index), trigger, sources)
  })
}

function checkTrigger(
  problems: Problems,
  { providerType, gitConfiguration: git }: TriggerDeclaration,
  sources: readonly ActionDeclaration[],
): void {
  if (providerType !== 'CodeStarSourceConnection')
    problems.at('providerType').add(`'${providerType}' must be CodeStarSourceConnection`)
  const at = problems.at('gitConfiguration')
  const source = sources.find(({ name }) => name === git.sourceActionName)
  if (!source) {
    at.at('sourceActionName').add(
      `'${git.sourceActionName}' is not a source action of the pipeline (it has ${sources.map(({ name }) => name).join(', ')})`,
    )
  } else if (source.actionTypeId.owner === 'AWS' && source.actionTypeId.provider !== 'CodeStarSourceConnection') {
    at.at('sourceActionName').add(
      `'${source.name}' is a source of type ${source.actionTypeId.provider}, and a trigger needs one of type CodeStarSourceConnection (or Git, or GitHub)`,
    )
  }
  if (!git.push?.length && !git.pullRequest?.length) at.add('must have a push or a pullRequest filter')
  for (const kind of ['push', 'pullRequest'] as const) {
    const filters = git[kind] ?? []
    if (filters.length > limits.filters)
      at.at(kind).add(`has ${filters.length} filters, and at most ${limits.filters} are allowed`)
    for (const _ of repeated(filters.map((filter) => JSON.stringify(filter))))
      at.at(kind).add('has the same filter more than once')
  }
  git.push?.forEach((filter, index) => {
    checkPush(at.at('push', index), filter)
  })
  git.pullRequest?.forEach((filter, index) => {
    checkPullRequest(at.at('pullRequest', index), filter)
  })
}

function checkPush(problems: Problems, filter: GitPushFilter): void {
  if (filter.tags && (filter.branches ?? filter.filePaths))
    problems.add('a filter by tags cannot be combined with branches or filePaths')
  if (filter.filePaths && !filter.branches) problems.add('a filter by filePaths needs branches')
  checkCriteria(problems, filter)
}

function checkPullRequest(problems: Problems, filter: GitPullRequestFilter): void {
  for (const event of filter.events ?? []) {
    if (!['OPEN', 'UPDATED', 'CLOSED'].includes(event))
      problems.at('events').add(`'${event}' must be one of OPEN, UPDATED, CLOSED`)
  }
  if (filter.filePaths && !filter.branches) problems.add('a filter by filePaths needs branches')
  checkCriteria(problems, filter)
}

function checkCriteria(
  problems: Problems,
  filter: { tags?: GlobCriteria; branches?: GlobCriteria; filePaths?: GlobCriteria },
): void {
  for (const kind of ['tags', 'branches', 'filePaths'] as const) {
    const criteria = filter[kind]
    if (!criteria) continue
    const at = problems.at(kind)
    if (!criteria.includes && !criteria.excludes) at.add('must have includes or excludes')
    for (const side of ['includes', 'excludes'] as const) checkPatterns(at.at(side), criteria[side])
  }
}

function checkPatterns(problems: Problems, patterns: readonly string[] | undefined): void {
  if (!patterns) return
  const { min, max, length } = limits.patterns
  if (patterns.length < min || patterns.length > max)
    problems.add(`must have ${min} to ${max} patterns, and has ${patterns.length}`)
  patterns.forEach((pattern, index) => {
    if (pattern.length < 1 || pattern.length > length)
      problems.at(index).add(`a pattern must have 1 to ${length} characters`)
    const broken = globProblem(pattern) // java.nio's globs (G6)
    if (broken !== undefined) problems.at(index).add(broken)
  })
}
