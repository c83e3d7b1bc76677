import { boolean, integer, list, oneOf, structure, text } from '../../shape/shape.js'
import { executorArtifactDetails } from './artifact.js'

export const category = oneOf('Source', 'Build', 'Deploy', 'Test', 'Invoke', 'Approval', 'Compute')
export const owner = oneOf('AWS', 'ThirdParty', 'Custom')
/** GetActionType and UpdateActionType know no custom types; the model says so with a pattern, not with an enum. */
export const executorOwner = text({ pattern: 'AWS|ThirdParty' })
export const provider = text({ min: 1, max: 35, pattern: '[0-9A-Za-z_-]+' })
export const version = text({ min: 1, max: 9, pattern: '[0-9A-Za-z_-]+' })
export const actionTypeId = structure({ category, owner, provider, version })
export const configurationKey = text({ min: 1, max: 50 })

const url = text({ min: 1, max: 2048 })
export const settings = structure(
  {},
  { thirdPartyConfigurationUrl: url, entityUrlTemplate: url, executionUrlTemplate: url, revisionUrlTemplate: url },
)
export const configurationProperties = list(
  structure(
    { name: configurationKey, required: boolean, key: boolean, secret: boolean },
    { queryable: boolean, description: text({ min: 1, max: 160 }), type: oneOf('String', 'Number', 'Boolean') },
  ),
  { max: 10 },
)

const accounts = (pattern: string) => list(text({ pattern }), { min: 1, max: 1000 })
const executor = structure(
  {
    configuration: structure(
      {},
      {
        lambdaExecutorConfiguration: structure({
          lambdaFunctionArn: text({ min: 1, max: 140, pattern: 'arn:aws(-[\\w]+)*:lambda:.+:[0-9]{12}:function:.+' }),
        }),
        jobWorkerExecutorConfiguration: structure(
          {},
          {
            pollingAccounts: accounts('[0-9]{12}'),
            pollingServicePrincipals: list(text({ min: 1, max: 128 }), { min: 1, max: 10 }),
          },
        ),
      },
    ),
    type: oneOf('JobWorker', 'Lambda'),
  },
  { policyStatementsTemplate: text({ min: 1, max: 2048 }), jobTimeout: integer({ min: 60, max: 43_200 }) },
)
const properties = list(
  structure(
    { name: configurationKey, optional: boolean, key: boolean, noEcho: boolean },
    { queryable: boolean, description: text({ min: 1, max: 250 }) },
  ),
  { max: 10 },
)

/** The declaration of a type with an executor, as UpdateActionType takes it. */
export const actionTypeDeclaration = structure(
  {
    executor,
    id: structure({ category, owner: executorOwner, provider, version }),
    inputArtifactDetails: executorArtifactDetails,
    outputArtifactDetails: executorArtifactDetails,
  },
  {
    description: text({ min: 1, max: 1024 }),
    permissions: structure({ allowedAccounts: accounts('[0-9]{12}|\\*') }),
    properties,
    urls: structure(
      {},
      { configurationUrl: url, entityUrlTemplate: url, executionUrlTemplate: url, revisionUrlTemplate: url },
    ),
  },
)
