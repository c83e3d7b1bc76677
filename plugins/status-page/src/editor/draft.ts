import type {
  ActionDeclaration,
  ActionTypeId,
  OutputArtifactDeclaration,
  PipelineDeclaration,
  StageDeclaration,
} from '@penstock/core'

/**
 * A pipeline while it is being written: the declaration itself, which may still be incomplete. The form's fields are
 * named by their place in it (`stages[2].actions[1].configuration.Branch`), which is also how problems name places.
 * What the form does not draw travels in hidden fields called `rest`, so that nothing is lost.
 */
export type Draft = PipelineDeclaration

type Fields = ReadonlyMap<string, string>

/** `Build/AWS/CodeBuild/1`, as the choice of an action's type has it. */
export function typeText({ category, owner, provider, version }: ActionTypeId): string {
  return [category, owner, provider, version].join('/')
}

function typeId(text: string): ActionTypeId {
  const [category = '', owner = '', provider = '', version = ''] = text.split('/')
  return { category, owner, provider, version } as ActionTypeId
}

/** The declaration that a posted form describes. Fields that were left empty are left out. */
export function readDraft(form: URLSearchParams): Draft {
  const fields: Fields = new Map([...form].map(([name, value]) => [name, value.replaceAll('\r\n', '\n')]))
  const bucket = text(fields, 'artifactStore.location')
  const variables = places(fields, 'variables').map((at) => ({
    name: text(fields, `${at}.name`) ?? '',
    ...optional('defaultValue', text(fields, `${at}.defaultValue`)),
    ...optional('description', text(fields, `${at}.description`)),
  }))
  const rest = json(fields, 'rest')
  return {
    ...rest,
    name: text(fields, 'name') ?? '',
    roleArn: text(fields, 'roleArn') ?? '',
    ...optional('executionMode', text(fields, 'executionMode') as Draft['executionMode']),
    ...optional('pipelineType', text(fields, 'pipelineType') as Draft['pipelineType']),
    ...(bucket && { artifactStore: { ...(rest.artifactStore as object), type: 'S3', location: bucket } as const }),
    ...(variables.length > 0 && { variables }),
    stages: places(fields, 'stages').map((at) => readStage(fields, at)),
  }
}

function readStage(fields: Fields, at: string): StageDeclaration {
  const onFailure = text(fields, `${at}.onFailure.result`) as 'RETRY' | 'ROLLBACK' | undefined
  return {
    ...json(fields, `${at}.rest`),
    name: text(fields, `${at}.name`) ?? '',
    ...(onFailure && { onFailure: { result: onFailure } }),
    actions: places(fields, `${at}.actions`).map((place) => readAction(fields, place)),
  }
}

function readAction(fields: Fields, at: string): ActionDeclaration {
  const rest = json(fields, `${at}.rest`)
  const was = (rest.outputArtifacts ?? []) as readonly OutputArtifactDeclaration[]
  const outputs = names(fields, `${at}.outputArtifacts`).map(
    (name) => was.find((each) => each.name === name) ?? { name },
  )
  const runOrder = text(fields, `${at}.runOrder`)
  const timeout = text(fields, `${at}.timeoutInMinutes`)
  const commands = text(fields, `${at}.commands`)?.split('\n')
  const { outputArtifacts: _, ...kept } = rest
  return {
    ...kept,
    name: text(fields, `${at}.name`) ?? '',
    actionTypeId: typeId(text(fields, `${at}.actionTypeId`) ?? ''),
    ...(runOrder !== undefined && { runOrder: numeric(runOrder) }),
    configuration: configuration(fields, `${at}.configuration.`),
    inputArtifacts: names(fields, `${at}.inputArtifacts`).map((name) => ({ name })),
    outputArtifacts: outputs,
    ...optional('namespace', text(fields, `${at}.namespace`)),
    ...(timeout !== undefined && { timeoutInMinutes: numeric(timeout) }),
    ...(commands && { commands: commands.filter((command) => command.trim() !== '') }),
  }
}

function configuration(fields: Fields, prefix: string): Record<string, string> {
  const found = [...fields].filter(([name, value]) => name.startsWith(prefix) && value !== '')
  return Object.fromEntries(found.map(([name, value]) => [name.slice(prefix.length), value]))
}

/** What is no number stays as it was typed: the validation names it. */
function numeric(value: string): number {
  const number = Number(value)
  return Number.isFinite(number) ? number : (value as unknown as number)
}

/** `stages[0]`, `stages[1]`, ... as far as the form has fields of them, in the form's order. */
function places(fields: Fields, list: string): string[] {
  const found = new Set<string>()
  for (const name of fields.keys()) {
    if (!name.startsWith(`${list}[`)) continue
    found.add(name.slice(0, name.indexOf(']', list.length) + 1))
  }
  return [...found]
}

function names(fields: Fields, name: string): string[] {
  return (fields.get(name) ?? '').split(/[\s,]+/).filter((each) => each !== '')
}

function text(fields: Fields, name: string): string | undefined {
  const value = fields.get(name)?.trim()
  return value === '' ? undefined : value
}

function optional<K extends string, V>(key: K, value: V | undefined): { [key in K]?: V } {
  return (value === undefined ? {} : { [key]: value }) as { [key in K]?: V }
}

function json(fields: Fields, name: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(fields.get(name) || '{}')
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
  } catch {
    return {}
  }
}
