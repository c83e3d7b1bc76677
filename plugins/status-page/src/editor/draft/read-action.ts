import type { ActionDeclaration, ActionTypeId, EnvironmentVariable, OutputArtifactDeclaration } from '@penstock/core'
import { optional, type Posted } from './posted.js'

/** The action whose fields begin with `at`. */
export function readAction(posted: Posted, at: string): ActionDeclaration {
  const { outputArtifacts, ...rest } = posted.rest(at)
  const was = (outputArtifacts ?? []) as readonly OutputArtifactDeclaration[]
  const environment = posted.places(`${at}.environmentVariables`).map((place) => readVariable(posted, place))
  const exported = posted.names(`${at}.outputVariables`)
  return {
    name: posted.text(`${at}.name`) ?? '',
    actionTypeId: typeId(posted.text(`${at}.actionTypeId`) ?? ''),
    ...rest,
    ...optional('runOrder', posted.number(`${at}.runOrder`)),
    configuration: posted.configuration(`${at}.configuration`),
    inputArtifacts: posted.names(`${at}.inputArtifacts`).map((name) => ({ name })),
    // The files that go into an output are not drawn; they stay with its name.
    outputArtifacts: posted
      .names(`${at}.outputArtifacts`)
      .map((name) => was.find((each) => each.name === name) ?? { name }),
    ...optional('namespace', posted.text(`${at}.namespace`)),
    ...optional('timeoutInMinutes', posted.number(`${at}.timeoutInMinutes`)),
    ...optional('commands', posted.lines(`${at}.commands`)),
    ...(environment.length > 0 && { environmentVariables: environment }),
    ...(exported.length > 0 && { outputVariables: exported }),
    ...optional('roleArn', posted.text(`${at}.roleArn`)),
    ...optional('region', posted.text(`${at}.region`)),
  }
}

function readVariable(posted: Posted, at: string): EnvironmentVariable {
  return {
    name: posted.text(`${at}.name`) ?? '',
    value: posted.text(`${at}.value`) ?? '',
    ...optional('type', posted.text(`${at}.type`) as EnvironmentVariable['type']),
  } as EnvironmentVariable
}

function typeId(text: string): ActionTypeId {
  const [category = '', owner = '', provider = '', version = ''] = text.split('/')
  return { category, owner, provider, version } as ActionTypeId
}
