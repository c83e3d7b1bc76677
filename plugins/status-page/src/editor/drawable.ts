import { Fault } from '@penstock/core'
import type { Draft } from './draft.js'

/**
 * A draft that came as JSON, if the form can draw it: it has stages with actions, each with a type.
 * Errors: ValidationException that names what is missing.
 */
export function drawable(draft: Draft): Draft {
  const stages: unknown = draft.stages
  if (!Array.isArray(stages)) throw wrong('stages', 'a list of stages')
  for (const [at, stage] of (stages as unknown[]).entries()) {
    const actions = member(stage, 'actions')
    if (!Array.isArray(actions)) throw wrong(`stages[${at}].actions`, 'a list of actions')
    for (const [place, action] of (actions as unknown[]).entries()) {
      const path = `stages[${at}].actions[${place}]`
      if (typeof member(action, 'actionTypeId') !== 'object') throw wrong(`${path}.actionTypeId`, 'an action type id')
      for (const list of ['inputArtifacts', 'outputArtifacts', 'commands']) {
        const value = member(action, list)
        if (value !== undefined && !Array.isArray(value)) throw wrong(`${path}.${list}`, 'a list')
      }
    }
  }
  if (draft.variables !== undefined && !Array.isArray(draft.variables)) throw wrong('variables', 'a list')
  return draft
}

function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined
}

function wrong(path: string, expected: string): Fault {
  const message = `This cannot be shown as a form: ${path} must be ${expected}.`
  return new Fault('ValidationException', message, [{ path, message }])
}
