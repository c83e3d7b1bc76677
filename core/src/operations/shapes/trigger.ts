/** Git triggers (S15, G). */
import { list, oneOf, structure, text } from '../../shape/shape.js'
import { actionName } from './names.js'

const globs = (pattern: { pattern?: string }) => {
  const patterns = list(text({ min: 1, max: 255, ...pattern }), { min: 1, max: 8 })
  return structure({}, { includes: patterns, excludes: patterns })
}
const oneLine = globs({ pattern: '.*' })
const branchesAndFiles = { branches: oneLine, filePaths: oneLine }

const push = list(structure({}, { tags: globs({}), ...branchesAndFiles }), { min: 1, max: 3 })
const pullRequest = list(
  structure({}, { events: list(oneOf('OPEN', 'UPDATED', 'CLOSED'), { min: 1, max: 3 }), ...branchesAndFiles }),
  { min: 1, max: 3 },
)

export const triggers = list(
  structure({
    providerType: oneOf('CodeStarSourceConnection'),
    gitConfiguration: structure({ sourceActionName: actionName }, { push, pullRequest }),
  }),
  { max: 50 },
)
