import { Fault } from '@penstock/core'
import type { Draft } from './draft.js'

/** The shape that the form walks through: what is a list, and of what. All other members may be anything. */
interface Shape {
  readonly [member: string]: Shape
}

const list = (of: Shape = {}): Shape => ({ '*': of })
const names = list()
const rule: Shape = { 'ruleTypeId!': {}, configuration: {}, commands: list(), inputArtifacts: names }
const conditions: Shape = { conditions: list({ rules: list(rule) }) }
const criteria: Shape = { includes: list(), excludes: list() }
const action: Shape = {
  'actionTypeId!': {},
  configuration: {},
  inputArtifacts: names,
  outputArtifacts: names,
  outputVariables: list(),
  environmentVariables: names,
  commands: list(),
}
const pipeline: Shape = {
  'stages!': list({ 'actions!': list(action), beforeEntry: conditions, onSuccess: conditions, onFailure: conditions }),
  variables: names,
  triggers: list({
    'gitConfiguration!': {
      push: list({ tags: criteria, branches: criteria, filePaths: criteria }),
      pullRequest: list({ events: list(), branches: criteria, filePaths: criteria }),
    },
  }),
}

/** What the lists of the form hold are texts in these, and objects in all others. */
const textLists = /\.(commands|includes|excludes|events|outputVariables)$/

/**
 * A draft that came as JSON, if the form can draw it: its lists are lists, its objects objects.
 * Errors: ValidationException that names the first place that is something else.
 */
export function drawable(draft: Draft): Draft {
  check(draft, pipeline, '')
  return draft
}

function check(value: unknown, shape: Shape, path: string): void {
  const item = shape['*']
  if (item) {
    if (!Array.isArray(value)) throw wrong(path, 'a list')
    for (const [at, each] of (value as unknown[]).entries()) {
      if (!textLists.test(path)) check(each, item, `${path}[${at}]`)
      else if (typeof each !== 'string') throw wrong(`${path}[${at}]`, 'a text')
    }
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw wrong(path, 'an object')
  for (const [name, inner] of Object.entries(shape)) {
    const member = name.replace('!', '')
    const found = (value as Record<string, unknown>)[member]
    if (found === undefined && !name.endsWith('!')) continue
    check(found, inner, path === '' ? member : `${path}.${member}`)
  }
}

function wrong(path: string, expected: string): Fault {
  const message = `This cannot be shown as a form: ${path || 'the whole'} must be ${expected}.`
  return new Fault('ValidationException', message, [{ path, message }])
}
