import type { ActionDeclaration, ActionTypeInfo, StageDeclaration } from '@penstock/core'
import { type Draft, typeText } from './draft.js'

/**
 * What a button of the form does to the draft: `add-stage:1`, `remove-action:1.0`, `up-stage:2`, ... Numbers are places,
 * from 0. An unknown or impossible deed changes nothing.
 */
export function changeDraft(draft: Draft, deed: string, types: readonly ActionTypeInfo[]): Draft {
  const [verb = '', place = ''] = deed.split(':')
  const [first = 0, second = 0] = place.split('.').map(Number)
  const stageDeeds: Record<string, () => readonly StageDeclaration[]> = {
    'add-stage': () => draft.stages.toSpliced(first + 1, 0, { name: '', actions: [newAction(types, 'Build')] }),
    'remove-stage': () => draft.stages.toSpliced(first, 1),
    'up-stage': () => moved(draft.stages, first, -1),
    'down-stage': () => moved(draft.stages, first, 1),
  }
  const actionDeeds: Record<string, (actions: readonly ActionDeclaration[]) => readonly ActionDeclaration[]> = {
    'add-action': (actions) => [...actions, newAction(types, first === 0 ? 'Source' : 'Build')],
    'remove-action': (actions) => actions.toSpliced(second, 1),
    'up-action': (actions) => moved(actions, second, -1),
    'down-action': (actions) => moved(actions, second, 1),
  }
  const variables = draft.variables ?? []
  if (stageDeeds[verb]) return { ...draft, stages: stageDeeds[verb]() }
  const change = actionDeeds[verb]
  if (change) {
    const stages = draft.stages.map((stage, at) =>
      at === first ? { ...stage, actions: change(stage.actions) } : stage,
    )
    return { ...draft, stages }
  }
  if (verb === 'add-variable') return { ...draft, variables: [...variables, { name: '' }] }
  if (verb === 'remove-variable') return { ...draft, variables: variables.toSpliced(first, 1) }
  return draft
}

function moved<T>(list: readonly T[], at: number, by: -1 | 1): T[] {
  const item = list[at]
  if (item === undefined || at + by < 0 || at + by >= list.length) return [...list]
  return list.toSpliced(at, 1).toSpliced(at + by, 0, item)
}

/** An action of the first type of a category, with that type's defaults. */
function newAction(types: readonly ActionTypeInfo[], category: string): ActionDeclaration {
  const type = types.find(({ id }) => id.category === category) ?? types[0]
  const actionTypeId = type?.id ?? { category: 'Build', owner: 'AWS', provider: '', version: '1' }
  return { name: '', actionTypeId, ...(type && { configuration: defaultsOf(type) }) }
}

/** The values that a type's properties begin with. */
export function defaultsOf(type: ActionTypeInfo): Record<string, string> {
  const entries = Object.entries(type.properties).filter(([, property]) => property.default !== undefined)
  return Object.fromEntries(entries.map(([name, property]) => [name, String(property.default)]))
}

/** When an action's type was changed: what the new one does not know is dropped, its defaults are filled in. */
export function retype(draft: Draft, before: ReadonlyMap<string, string>, types: readonly ActionTypeInfo[]): Draft {
  const stages = draft.stages.map((stage, stageAt) => ({
    ...stage,
    actions: stage.actions.map((action, actionAt) => {
      const was = before.get(`stages[${stageAt}].actions[${actionAt}].typeWas`)
      const now = typeText(action.actionTypeId)
      const type = types.find(({ id }) => typeText(id) === now)
      if (was === undefined || was === now || !type) return action
      const kept = Object.entries(action.configuration ?? {}).filter(([name]) => name in type.properties)
      return { ...action, configuration: { ...defaultsOf(type), ...Object.fromEntries(kept) } }
    }),
  }))
  return { ...draft, stages }
}
