import type { ActionDeclaration, ActionTypeInfo } from '@penstock/core'
import type { Draft } from './draft/draft.js'
import type { KnownTypes } from './known-types.js'
import { newRule } from './new-rule.js'
import { defaultsOf } from './retype.js'

/** A draft after a button was pressed, and the field that the reader goes on with. */
export interface Changed {
  readonly draft: Draft
  readonly focus?: string
}

type Tokens = readonly (string | number)[]

/**
 * What a button of the form does to the draft: `add:LIST` (at its end), `insert:LIST[2]` (there), `remove:PLACE`,
 * `up:PLACE`, `down:PLACE`; places are written as field names have them. An unknown or impossible deed changes nothing.
 */
export function changeDraft(draft: Draft, deed: string, known: KnownTypes): Changed {
  const [, verb = '', path = ''] = /^(add|insert|remove|up|down):((?:\w+|\[\d{1,4}\]|\.)+)$/.exec(deed) ?? []
  const tokens = tokensOf(path)
  const at = tokens.at(-1)
  const list = typeof at === 'number' ? tokens.slice(0, -1) : tokens
  if (tokens.length === 0) return { draft }
  if (verb === 'add' || verb === 'insert') return insert(draft, list, verb === 'insert' ? Number(at) : undefined, known)
  if (verb === 'remove') return { draft: remove(draft, tokens), focus: `add:${textOf(list)}` }
  const by = verb === 'up' ? -1 : 1
  if (typeof at !== 'number') return { draft }
  const changed = update(draft, list, (items) => moved(asList(items), at, by)) as Draft
  return { draft: changed, focus: `${textOf([...list, at + by])}.${firstField(list)}` }
}

function insert(draft: Draft, list: Tokens, at: number | undefined, known: KnownTypes): Changed {
  const name = String(list.at(-1))
  const make = Object.hasOwn(makers, name) ? makers[name] : undefined
  if (!make) return { draft }
  let place = at ?? 0
  const changed = update(draft, list, (items) => {
    place = Math.min(at ?? Number.POSITIVE_INFINITY, asList(items).length)
    return asList(items).toSpliced(place, 0, make(draft, list, known))
  })
  return { draft: changed as Draft, focus: `${textOf([...list, place])}.${firstField(list)}` }
}

/** An item leaves its list; what is no item, or the last of an optional list, leaves the object that it is a member of. */
function remove(draft: Draft, tokens: Tokens): Draft {
  const at = tokens.at(-1)
  if (typeof at !== 'number') return update(draft, tokens, () => undefined) as Draft
  const list = tokens.slice(0, -1)
  const kept = list.at(-1) === 'stages' || list.at(-1) === 'actions'
  return update(draft, list, (items) => {
    const others = asList(items).toSpliced(at, 1)
    return others.length > 0 || kept ? others : undefined
  }) as Draft
}

/** What a new item of each list is. */
const makers: Readonly<Record<string, (draft: Draft, list: Tokens, known: KnownTypes) => unknown>> = {
  stages: (_, __, { types }) => ({ name: '', actions: [newAction(types, 'Build')] }),
  actions: (_, list, { types }) => newAction(types, list[1] === 0 ? 'Source' : 'Build'),
  variables: () => ({ name: '' }),
  environmentVariables: () => ({ name: '', value: '', type: 'PLAINTEXT' }),
  conditions: (_, list, { rules }) => ({
    result: list.includes('onFailure') ? 'ROLLBACK' : 'FAIL',
    rules: [newRule(rules)],
  }),
  rules: (_, __, { rules }) => newRule(rules),
  triggers: (draft) => ({
    providerType: 'CodeStarSourceConnection',
    gitConfiguration: { sourceActionName: untriggered(draft), push: [{ branches: { includes: ['main'] } }] },
  }),
  push: () => ({ branches: { includes: ['main'] } }),
  pullRequest: () => ({ events: ['OPEN', 'UPDATED'], branches: { includes: ['main'] } }),
}

/** S15: a source action has one trigger at most. */
function untriggered({ stages, triggers = [] }: Draft): string {
  const taken = new Set(triggers.map(({ gitConfiguration }) => gitConfiguration.sourceActionName))
  return stages[0]?.actions.find(({ name }) => !taken.has(name))?.name ?? ''
}

/** An action of the first type of a category, with that type's defaults. */
function newAction(types: readonly ActionTypeInfo[], category: string): ActionDeclaration {
  const type = types.find(({ id }) => id.category === category) ?? types[0]
  const actionTypeId = type?.id ?? { category: 'Build', owner: 'AWS', provider: '', version: '1' }
  return { name: '', actionTypeId, ...(type && { configuration: defaultsOf(type.properties) }) }
}

const firstFields: Readonly<Record<string, string>> = {
  conditions: 'result',
  triggers: 'gitConfiguration.sourceActionName',
  push: 'branches.includes',
  pullRequest: 'branches.includes',
}

function firstField(list: Tokens): string {
  return firstFields[String(list.at(-1))] ?? 'name'
}

function tokensOf(path: string): (string | number)[] {
  return (path.match(/\w+/g) ?? []).map((token) => (/^\d+$/.test(token) ? Number(token) : token))
}

function textOf(tokens: Tokens): string {
  return tokens
    .map((token) => (typeof token === 'number' ? `[${token}]` : `.${token}`))
    .join('')
    .slice(1)
}

/** A copy of `value` in which what stands at `tokens` is what `change` makes of it; undefined takes a member away. */
function update(value: unknown, tokens: Tokens, change: (value: unknown) => unknown): unknown {
  const [head, ...rest] = tokens
  if (head === undefined) return change(value)
  if (typeof head === 'number') {
    const list = asList(value)
    return head < list.length ? list.with(head, update(list[head], rest, change)) : list
  }
  const object = (value ?? {}) as Record<string, unknown>
  const next = update(object[head], rest, change)
  const { [head]: _, ...others } = object
  return next === undefined ? others : { ...object, [head]: next }
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : []
}

function moved(list: unknown[], at: number, by: -1 | 1): unknown[] {
  const item = list[at]
  if (item === undefined || at + by < 0 || at + by >= list.length) return list
  return list.toSpliced(at, 1).toSpliced(at + by, 0, item)
}
