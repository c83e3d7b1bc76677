/** Whether a value from outside has a pipeline's shape at all, so that the rules may read it. */
import type { PipelineDeclaration } from '../pipeline.js'
import type { Problems } from './problem.js'

type Check = (problems: Problems, value: unknown) => boolean

const text: Check = (problems, value) => expect(problems, typeof value === 'string', 'a text', value)
const number: Check = (problems, value) => expect(problems, typeof value === 'number', 'a number', value)

function expect(problems: Problems, holds: boolean, what: string, value: unknown): boolean {
  if (!holds) problems.add(`must be ${what}, and is ${value === undefined ? 'missing' : clipped(value)}`)
  return holds
}

function clipped(value: unknown): string {
  const shown = JSON.stringify(value) ?? String(value)
  return shown.length > 60 ? `${shown.slice(0, 57)}...` : shown
}

const listOf =
  (check: Check): Check =>
  (problems, value) =>
    expect(problems, Array.isArray(value), 'a list', value) &&
    (value as unknown[]).map((item, index) => check(problems.at(index), item)).every(Boolean)

const mapOf =
  (check: Check): Check =>
  (problems, value) =>
    isObject(problems, value) &&
    Object.entries(value)
      .map(([key, item]) => check(problems.at(key), item))
      .every(Boolean)

function isObject(problems: Problems, value: unknown): value is Record<string, unknown> {
  return expect(problems, typeof value === 'object' && value !== null && !Array.isArray(value), 'an object', value)
}

/** Members by name; a name that ends in `?` may be absent. A member that is not known is named, with what is. */
const object =
  (members: Readonly<Record<string, Check>>): Check =>
  (problems, value) => {
    if (!isObject(problems, value)) return false
    const known = Object.keys(members).map((name) => name.replace('?', ''))
    const strangers = Object.keys(value).filter((name) => !known.includes(name))
    for (const stranger of strangers) problems.at(stranger).add(`is not a member here (there are ${known.join(', ')})`)
    const fits = Object.entries(members).map(([key, check]) => {
      const name = key.replace('?', '')
      if (key.endsWith('?') && (value[name] === undefined || value[name] === null)) return true
      return check(problems.at(name), value[name])
    })
    return strangers.length === 0 && fits.every(Boolean)
  }

const typeId = object({ category: text, owner: text, provider: text, version: text })
const named = listOf(object({ name: text }))
const globs = object({ 'includes?': listOf(text), 'excludes?': listOf(text) })
const store = object({ type: text, location: text, 'encryptionKey?': object({ id: text, type: text }) })

const rule = object({
  name: text,
  ruleTypeId: object({ category: text, 'owner?': text, provider: text, 'version?': text }),
  'configuration?': mapOf(text),
  'commands?': listOf(text),
  'inputArtifacts?': named,
  'roleArn?': text,
  'region?': text,
  'timeoutInMinutes?': number,
})
const conditions = listOf(object({ 'result?': text, 'rules?': listOf(rule) }))

const action = object({
  name: text,
  actionTypeId: typeId,
  'runOrder?': number,
  'configuration?': mapOf(text),
  'commands?': listOf(text),
  'inputArtifacts?': named,
  'outputArtifacts?': listOf(object({ name: text, 'files?': listOf(text) })),
  'outputVariables?': listOf(text),
  'environmentVariables?': listOf(object({ name: text, value: text, 'type?': text })),
  'roleArn?': text,
  'region?': text,
  'namespace?': text,
  'timeoutInMinutes?': number,
})

const stage = object({
  name: text,
  'blockers?': listOf(object({ name: text, type: text })),
  actions: listOf(action),
  'beforeEntry?': object({ conditions }),
  'onSuccess?': object({ conditions }),
  'onFailure?': object({
    'result?': text,
    'retryConfiguration?': object({ 'retryMode?': text }),
    'conditions?': conditions,
  }),
})

const filter = { 'branches?': globs, 'filePaths?': globs }
const git = object({
  sourceActionName: text,
  'push?': listOf(object({ 'tags?': globs, ...filter })),
  'pullRequest?': listOf(object({ 'events?': listOf(text), ...filter })),
})

const pipeline = object({
  name: text,
  'roleArn?': text, // ours to default: nothing is assumed on one's own machine
  'artifactStore?': store,
  'artifactStores?': mapOf(store),
  stages: listOf(stage),
  'version?': number,
  'executionMode?': text,
  'pipelineType?': text,
  'variables?': listOf(object({ name: text, 'defaultValue?': text, 'description?': text })),
  'triggers?': listOf(object({ providerType: text, gitConfiguration: git })),
})

/** True when the value can be read as a declaration; all that is not so is added to the problems. */
export function hasPipelineShape(problems: Problems, value: unknown): value is PipelineDeclaration {
  return pipeline(problems, value)
}
