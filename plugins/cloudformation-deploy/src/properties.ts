import type { ConfigurationOf, PropertyDeclarations } from '@penstock/core'
import { parseOverrides } from './overrides.js'

const modes = [
  'CREATE_UPDATE',
  'REPLACE_ON_FAILURE',
  'DELETE_ONLY',
  'CHANGE_SET_REPLACE',
  'CHANGE_SET_EXECUTE',
] as const

export type ActionMode = (typeof modes)[number]

export const properties = {
  ActionMode: { description: 'What is done to the stack', required: true, key: true, enum: modes },
  StackName: {
    description: 'The stack',
    required: true,
    key: true,
    pattern: '[a-zA-Z][-a-zA-Z0-9]{0,127}|arn:[-a-zA-Z0-9:/._+]+',
    example: 'my-site',
  },
  ChangeSetName: {
    description: 'The change set; for CHANGE_SET_REPLACE and CHANGE_SET_EXECUTE',
    key: true,
    pattern: '[a-zA-Z][-a-zA-Z0-9]{0,127}|arn:[-a-zA-Z0-9:/._+]+',
  },
  TemplatePath: {
    description: 'ARTIFACT::FILE, the template; not for DELETE_ONLY and CHANGE_SET_EXECUTE',
    example: 'Source::template.yaml',
  },
  TemplateConfiguration: {
    description: 'ARTIFACT::FILE, JSON with Parameters, Tags and StackPolicy',
    example: 'Source::production.json',
  },
  ParameterOverrides: {
    description: 'JSON, parameters that go before those of TemplateConfiguration',
    example: '{"Size": "2", "Key": {"Fn::GetArtifactAtt": ["Build", "ObjectKey"]}}',
  },
  Capabilities: {
    description: 'CAPABILITY_IAM, CAPABILITY_NAMED_IAM, CAPABILITY_AUTO_EXPAND, with commas between them',
  },
  RoleArn: { description: "The role that CloudFormation works as; the credentials' own rights when left out" },
  OutputFileName: { description: "The file of the output artifact that gets the stack's outputs, as JSON" },
} as const satisfies PropertyDeclarations

export type Configuration = ConfigurationOf<typeof properties>

const capabilities = ['CAPABILITY_IAM', 'CAPABILITY_NAMED_IAM', 'CAPABILITY_AUTO_EXPAND']
const withTemplate: readonly ActionMode[] = ['CREATE_UPDATE', 'REPLACE_ON_FAILURE', 'CHANGE_SET_REPLACE']
const withChangeSet: readonly ActionMode[] = ['CHANGE_SET_REPLACE', 'CHANGE_SET_EXECUTE']

/** `CAPABILITY_IAM,CAPABILITY_AUTO_EXPAND`, spaces allowed. */
export function capabilitiesOf({ Capabilities = '' }: Pick<Configuration, 'Capabilities'>): string[] {
  return Capabilities.split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '')
}

/** What is wrong with the whole; each problem names a property. */
export function validate(configuration: Configuration): string[] {
  const { ActionMode, TemplatePath, ChangeSetName, TemplateConfiguration, ParameterOverrides } = configuration
  const problems: string[] = []
  if (withTemplate.includes(ActionMode) && TemplatePath === undefined)
    problems.push(`TemplatePath is missing: ${ActionMode} needs ARTIFACT::FILE`)
  if (withChangeSet.includes(ActionMode) && ChangeSetName === undefined)
    problems.push(`ChangeSetName is missing: ${ActionMode} needs the change set's name`)
  for (const [name, value] of Object.entries({ TemplatePath, TemplateConfiguration }))
    if (value !== undefined && !/^[^:]+::.+$/.test(value))
      problems.push(`${name} is "${value}": ARTIFACT::FILE is right, such as Source::template.yaml`)
  for (const one of capabilitiesOf(configuration))
    if (!capabilities.includes(one)) problems.push(`Capabilities has "${one}": ${capabilities.join(', ')} are right`)
  if (ParameterOverrides !== undefined) problems.push(...parseOverrides(ParameterOverrides).problems)
  return problems
}
