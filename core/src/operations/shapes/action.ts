import { integer, list, map, oneOf, structure, text } from '../../shape/shape.js'
import { actionTypeId, configurationKey } from './action-type.js'
import { inputArtifacts, outputArtifacts } from './artifact.js'
import { actionName, namespace, region, roleArn } from './names.js'

export const commands = list(text({ min: 1, max: 1000 }), { min: 1, max: 50 })
/** Of an approval (S18). */
export const timeoutInMinutes = integer({ min: 5, max: 86_400 })

const environmentVariables = list(
  structure(
    {
      name: text({ min: 1, max: 128, pattern: '[A-Za-z0-9_]+' }),
      value: text({ min: 1, max: 2000, pattern: '.*' }),
    },
    { type: oneOf('PLAINTEXT', 'SECRETS_MANAGER') },
  ),
  { min: 1, max: 10 },
)

export const action = structure(
  { name: actionName, actionTypeId },
  {
    runOrder: integer({ min: 1, max: 999 }),
    configuration: map(configurationKey, text({ min: 1, max: 1000 })),
    commands,
    outputArtifacts,
    inputArtifacts,
    outputVariables: list(text({ min: 1, max: 128 }), { min: 1, max: 15 }),
    roleArn,
    region,
    namespace,
    timeoutInMinutes,
    environmentVariables,
  },
)
