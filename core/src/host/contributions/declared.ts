/** Contributions as the host keeps them: one list for each life of a plugin, each checked when it is declared. */
import type { PropertyDeclarations } from '../../domain/property-declaration.js'
import { suggestion } from '../nearest.js'
import type {
  ChoicesContribution,
  CommandContribution,
  Contribute,
  PageContribution,
  PanelContribution,
} from './contributions.js'

/** One contribution; isolated plugins and those inside the server have the same. */
export type Contribution =
  | ({ readonly kind: 'panel' } & PanelContribution)
  | ({ readonly kind: 'page' } & PageContribution)
  | ({ readonly kind: 'command' } & CommandContribution)
  | ({ readonly kind: 'choices' } & ChoicesContribution)

/** What tells contributions of one kind and plugin apart. */
export function contributionId(one: Contribution): string {
  if (one.kind === 'command') return one.name
  return one.kind === 'choices' ? `${one.actionType}/${one.property}` : one.id
}

/** What a plugin sees. */
export function contributeTo(add: (one: Contribution) => void): Contribute {
  return {
    panel: (one) => add({ kind: 'panel', ...one }),
    page: (one) => add({ kind: 'page', ...one }),
    command: (one) => add({ kind: 'command', ...(one as unknown as CommandContribution) }),
    choices: (one) => add({ kind: 'choices', ...one }),
  }
}

const members = {
  panel: ['id', 'title', 'place', 'actionTypes', 'show', 'forms'],
  page: ['id', 'title', 'show', 'forms'],
  command: ['name', 'description', 'arguments', 'run'],
  choices: ['actionType', 'property', 'list'],
} as const

const functions = { panel: 'show', page: 'show', command: 'run', choices: 'list' } as const

/** Adds one. Errors: TypeError or Error that names the member and what would be right. */
export function declareContribution(known: Contribution[], one: Contribution): void {
  const { kind } = one
  const where = `contribute.${kind}`
  for (const name of Object.keys(one)) {
    if (name !== 'kind' && !(members[kind] as readonly string[]).includes(name))
      throw new TypeError(`${where}: there is no '${name}'${suggestion(name, members[kind])}`)
  }
  if (typeof (one as unknown as Record<string, unknown>)[functions[kind]] !== 'function')
    throw new TypeError(`${where}: ${functions[kind]} must be a function`)
  const id = contributionId(one)
  if (one.kind === 'choices') checkType(one)
  else if (typeof id !== 'string' || !/^[a-z0-9][a-z0-9-]{0,63}$/.test(id))
    throw new TypeError(
      `${where}: ${kind === 'command' ? 'name' : 'id'} is ${JSON.stringify(id)}, but must be small letters, digits and '-'`,
    )
  if (one.kind === 'panel' && !['pipeline', 'execution', 'action'].includes(one.place))
    throw new TypeError(
      `${where}: place is ${JSON.stringify(one.place)}, but must be 'pipeline', 'execution' or 'action'`,
    )
  if ((one.kind === 'panel' || one.kind === 'page') && (typeof one.title !== 'string' || one.title === ''))
    throw new TypeError(`${where}: title is missing`)
  if (one.kind === 'panel' || one.kind === 'page')
    for (const [name, form] of Object.entries(one.forms ?? {})) checkForm(where, name, form)
  if (known.some((other) => other.kind === kind && contributionId(other) === id))
    throw new Error(`${where}: '${id}' is contributed twice`)
  known.push(one)
}

function checkType({ actionType, property }: ChoicesContribution): void {
  if (typeof actionType !== 'string' || actionType.split('/').length !== 4)
    throw new TypeError(
      `contribute.choices: actionType is ${JSON.stringify(actionType)}, but must be as 'Build/Custom/Remote/1'`,
    )
  if (typeof property !== 'string' || property === '') throw new TypeError('contribute.choices: property is missing')
}

function checkForm(
  where: string,
  name: string,
  form: { label?: unknown; submit?: unknown; fields?: PropertyDeclarations },
): void {
  if (!/^[a-zA-Z0-9-]{1,64}$/.test(name))
    throw new TypeError(`${where}: a form is called '${name}', but must be letters, digits and '-'`)
  if (typeof form?.label !== 'string' || form.label === '')
    throw new TypeError(`${where}: forms.${name}.label is missing`)
  if (typeof form.submit !== 'function') throw new TypeError(`${where}: forms.${name}.submit must be a function`)
}
